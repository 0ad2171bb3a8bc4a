#include "core/zab/stamp_clock.h"

#include <algorithm>
#include <cstdlib>

namespace quorate {

std::int64_t StampClock::stamp(std::int64_t wall_ms, Milliseconds monotonic) {
  if (!started_) {
    // The first stamp may jump: between two leaders any time may have passed.
    started_ = true;
    last_monotonic_ = monotonic;
    alarmed_ = wall_ms < last_ms_ - step_max_ms;
    return last_ms_ = std::max(last_ms_, wall_ms);
  }
  const std::int64_t elapsed = std::max<std::int64_t>(0, (monotonic - last_monotonic_).count());
  last_monotonic_ = std::max(last_monotonic_, monotonic);
  const std::int64_t expected = last_ms_ + elapsed;
  alarmed_ = std::abs(wall_ms - expected) > step_max_ms;
  const std::int64_t ceiling = expected + elapsed / catch_up_divisor + 1;
  return last_ms_ = std::clamp(wall_ms, last_ms_, ceiling);
}

}  // namespace quorate
