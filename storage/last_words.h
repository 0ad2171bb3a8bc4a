// What the server was applying when the process broke, so that it does not die of it for ever.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/commit/apply_mark.h"

namespace quorate {

struct LastWord {
  Zxid applying;            ///< The record. An epoch has one leader: a zxid never names two.
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
  [[nodiscard]] const std::string& path() const { return path_; }

  /// For those who apply.
  [[nodiscard]] ApplyMark& mark() { return mark_; }

  /// Writes down what is being applied, if anything is. Async-signal-safe, for the crash handler.
  void speak(const char* rule) noexcept;

  /// Forgets what was left: the record has been applied after all.
  Status clear();

 private:
  LastWords(int descriptor, std::string path);

  int descriptor_;
  std::string path_;
  std::optional<LastWord> left_;
  ApplyMark mark_;
};

}  // namespace quorate
