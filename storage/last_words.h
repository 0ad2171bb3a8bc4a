// What the server was applying when the process broke, so that it does not die of it for ever.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "storage/txn_log.h"

namespace quorate {

struct LastWord {
  LogPosition applying;     ///< The record, by zxid and chain hash.
  std::uint32_t times = 0;  ///< How often in a row the process broke at this record.
  std::string rule;         ///< The rule or signal it broke with.
  friend bool operator==(const LastWord&, const LastWord&) = default;
};

/// One small file whose space is taken beforehand, so that speaking needs no memory and no disk.
class LastWords {
 public:
  /// Makes the file when it is missing. A damaged one counts as silence: it only ever helps.
  static Result<std::unique_ptr<LastWords>> open(const std::string& path);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  /// What an earlier process left; nothing after an orderly end.
  [[nodiscard]] const std::optional<LastWord>& left() const { return left_; }

  /// Around each apply, by the one thread that applies; costs two stores.
  void applying(const LogPosition& record) noexcept {
    chain_.store(record.chain, std::memory_order_relaxed);
    zxid_.store(record.zxid.value, std::memory_order_release);
  }
  void applied() noexcept { zxid_.store(0, std::memory_order_release); }

  /// Writes down what is being applied, if anything is. Async-signal-safe; for the crash handler
  /// and the observer of check().
  void speak(const char* rule) noexcept;

  /// Forgets what was left: the record has been applied after all.
  Status clear();

 private:
  LastWords(int descriptor, std::string path);

  int descriptor_;
  std::string path_;
  std::optional<LastWord> left_;
  std::atomic<std::uint64_t> zxid_ = 0;  ///< 0: nothing is being applied.
  std::atomic<std::uint64_t> chain_ = 0;
};

}  // namespace quorate
