// The clock of all measurements.
#pragma once

#include <ctime>

#include <cstdint>

namespace quorate::bench {

/// A time or a duration; times are those of CLOCK_MONOTONIC, which all processes of the machine
/// share.
using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds ns_per_us = 1'000;
inline constexpr Nanoseconds ns_per_ms = 1'000'000;
inline constexpr Nanoseconds ns_per_s = 1'000'000'000;

[[nodiscard]] inline Nanoseconds now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return Nanoseconds{time.tv_sec} * ns_per_s + time.tv_nsec;
}

}  // namespace quorate::bench
