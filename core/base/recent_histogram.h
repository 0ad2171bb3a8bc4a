// How long things took of late, and since the start, in a fixed amount of memory; counted by one
// thread while others look.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/histogram.h"

namespace quorate {

/// Durations in microseconds. What it knows of the last minute is log-linear: exact below 64 us,
/// above it every power of two is split into 32, so that a quantile is at most 3.2 % too high;
/// durations from 2^30 us on (18 minutes) count as the longest. It forgets in steps of 10 s. What
/// it knows since the start is counted against fixed bounds.
///
/// One thread records, which takes some nanoseconds; any thread may read meanwhile. A reader may
/// miss what is recorded while it reads, and sees nothing twice.
class RecentHistogram {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// At most so much each, in microseconds, ascending: 0.1 ms to 10 s.
  static constexpr std::array<std::uint32_t, 16> bounds_us = {
      100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

  struct Totals {
    /// By the first bound that each does not exceed; last, what exceeds them all. Not cumulative.
    std::array<std::uint64_t, bounds_us.size() + 1> counts{};
    std::uint64_t sum_us = 0;
    [[nodiscard]] std::uint64_t count() const;
  };

  RecentHistogram() = default;
  RecentHistogram(const RecentHistogram&) = delete;
  RecentHistogram& operator=(const RecentHistogram&) = delete;

  /// `now` is of a monotonic clock. By the one thread.
  void record(std::uint64_t took_us, Milliseconds now);

  /// Of the last minute, and up to 10 s more; in microseconds. `now` is of the same clock.
  [[nodiscard]] Histogram recent(Milliseconds now) const;
  /// Since the start.
  [[nodiscard]] Totals totals() const;

 private:
  static constexpr unsigned split_bits = 5;
  static constexpr unsigned value_bits_max = 30;
  static constexpr std::size_t buckets =
      (std::size_t{value_bits_max - split_bits - 1} << split_bits) + (std::size_t{2} << split_bits);
  /// Six whole ones, and the one that is being filled.
  static constexpr std::size_t slots = 7;
  static constexpr std::uint64_t slot_ms = 10'000;

  struct Slot {
    std::atomic<std::uint64_t> period{0};  ///< Which 10 s these are, from 1; 0: being emptied.
    std::atomic<std::uint64_t> max_us{0};
    std::array<std::atomic<std::uint32_t>, buckets> counts{};
  };

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value);
  [[nodiscard]] static std::uint64_t end_of(std::size_t bucket);
  [[nodiscard]] static std::uint64_t period_of(Milliseconds now);
  void begin_slot(Milliseconds now);

  Slot* current_ = nullptr;
  Milliseconds current_ends_{0};
  std::array<Slot, slots> slots_{};
  std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> totals_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

}  // namespace quorate
