// What the system knows of this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace quorate {

/// Looks at /proc and getrusage when it is asked to, at most once a second. Not for several
/// threads.
class ProcessFacts {
 public:
  using Clock = std::chrono::steady_clock;

  void tick(Clock::time_point now);

  [[nodiscard]] std::uint64_t memory_bytes() const { return memory_bytes_; }  ///< Resident.
  [[nodiscard]] std::chrono::microseconds cpu() const { return cpu_; }        ///< Since the start.
  [[nodiscard]] double cpu_percent() const { return cpu_percent_; }  ///< Of one core, lately.

 private:
  std::uint64_t memory_bytes_ = 0;
  std::chrono::microseconds cpu_{0};
  double cpu_percent_ = 0;
  std::optional<Clock::time_point> looked_;
};

}  // namespace quorate
