// The last lines that a server logged, for whoever asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/log_level.h"

namespace quorate {

struct KeptLine {
  std::uint64_t seq = 0;  ///< From 1.
  std::int64_t at_ms = 0;
  LogLevel level = LogLevel::info;
  std::string component;
  std::string json;  ///< The whole line; see format_json().
};

/// Any thread may use it.
class LogRing {
 public:
  static constexpr std::size_t lines_max = 2000;

  void add(KeptLine line);

  struct Wanted {
    LogLevel level = LogLevel::trace;
    std::string component;  ///< Empty: any.
    std::string search;     ///< Somewhere in the line; empty: any.
    std::uint64_t before = UINT64_MAX;
    std::size_t limit = 100;
  };
  struct Found {
    std::vector<KeptLine> lines;  ///< Newest first.
    bool more = false;            ///< There are older ones.
  };
  [[nodiscard]] Found find(const Wanted& wanted) const;

  /// Is told of each line, on the thread that logs it: it must neither block nor log. Null: nobody
  /// is; when this returns, no call to the former one goes on.
  using Listener = std::function<void(const KeptLine&)>;
  void listen(Listener listener);

 private:
  mutable std::mutex mutex_;
  std::deque<KeptLine> lines_;
  std::uint64_t last_ = 0;
  std::mutex listener_mutex_;
  Listener listener_;
};

}  // namespace quorate
