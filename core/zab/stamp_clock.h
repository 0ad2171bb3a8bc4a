// The time that a leader stamps into txns.
#pragma once

#include <chrono>
#include <cstdint>

namespace quorate {

/// Turns the wall clock, which anybody may set, into stamps that can be relied on: they never go
/// back, not even across leaders, and run ahead of the monotonic clock by a bounded rate. A wall
/// clock that steps further alarms and, while it does, nothing may be reaped by age.
class StampClock {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// `last_stamp_ms`: the highest stamp in this server's history, 0 for none.
  explicit StampClock(std::int64_t last_stamp_ms) : last_ms_(last_stamp_ms) {}

  /// The stamp of a txn made now. `monotonic` never goes back.
  std::int64_t stamp(std::int64_t wall_ms, Milliseconds monotonic);

  /// The wall clock is further from our stamps than `step_max`: TTL reaping is held.
  [[nodiscard]] bool is_alarmed() const { return alarmed_; }

  /// A larger difference between wall clock and stamps is a step, not drift.
  static constexpr std::int64_t step_max_ms = 60'000;
  /// How much faster than the monotonic clock stamps may run to catch up: 1/8.
  static constexpr std::int64_t catch_up_divisor = 8;

 private:
  std::int64_t last_ms_;
  Milliseconds last_monotonic_{0};
  bool started_ = false;
  bool alarmed_ = false;
};

}  // namespace quorate
