// What clients did and saw, one JSON line each, for the checkers in test/chaos.
#pragma once

#include <atomic>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/result.h"

namespace quorate::chaos {

/// The monotonic clock of the machine, which all its processes share.
[[nodiscard]] std::int64_t now_ns();

/// Appends whole lines to a file that several processes may write at once. Safe from any thread.
class History {
 public:
  [[nodiscard]] static Result<History> open(const std::string& path, std::uint64_t lines_max);

  History(History&& other) noexcept;
  History& operator=(History&&) = delete;
  ~History();

  /// A line that cannot be written ends the process: a history with holes proves nothing.
  void write(const nlohmann::json& line);

  /// As many lines as one run may have: whoever adds to it stops.
  [[nodiscard]] bool is_full() const { return lines_ >= lines_max_; }

 private:
  History(int fd, std::uint64_t lines_max) : fd_(fd), lines_max_(lines_max) {}

  int fd_;
  std::uint64_t lines_max_;
  std::atomic<std::uint64_t> lines_ = 0;
};

}  // namespace quorate::chaos
