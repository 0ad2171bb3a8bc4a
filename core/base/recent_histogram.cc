#include "core/base/recent_histogram.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace quorate {
namespace {

/// For a number with a single writer.
template <class Number>
void add(std::atomic<Number>& to, Number amount) {
  to.store(to.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace

std::uint64_t RecentHistogram::Totals::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::size_t RecentHistogram::bucket_of(std::uint64_t value) {
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = bits <= split_bits + 1 ? 0 : bits - (split_bits + 1);
  return (std::size_t{shift} << split_bits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t RecentHistogram::end_of(std::size_t bucket) {
  constexpr std::size_t split = std::size_t{1} << split_bits;
  if (bucket < 2 * split) return bucket;
  const std::size_t shift = (bucket >> split_bits) - 1;
  const std::uint64_t scaled = bucket - (shift << split_bits);
  return ((scaled + 1) << shift) - 1;
}

std::uint64_t RecentHistogram::period_of(Milliseconds now) {
  return static_cast<std::uint64_t>(now.count()) / slot_ms + 1;
}

void RecentHistogram::begin_slot(Milliseconds now) {
  const std::uint64_t period = period_of(now);
  current_ = &slots_[period % slots];
  current_ends_ = Milliseconds(static_cast<std::int64_t>(period * slot_ms));
  if (current_->period.load(std::memory_order_relaxed) == period) return;
  // Readers look at the period before and behind all else: who has seen an emptied count sees that
  // the slot was not his.
  current_->period.store(0, std::memory_order_relaxed);
  current_->max_us.store(0, std::memory_order_release);
  for (auto& count : current_->counts) count.store(0, std::memory_order_release);
  current_->period.store(period, std::memory_order_release);
}

void RecentHistogram::record(std::uint64_t took_us, Milliseconds now) {
  constexpr std::uint64_t longest = (std::uint64_t{1} << value_bits_max) - 1;
  const auto us = static_cast<std::uint32_t>(std::min(took_us, longest));
  if (now >= current_ends_ || current_ == nullptr) begin_slot(now);
  add(current_->counts[bucket_of(us)], 1U);
  if (us > current_->max_us.load(std::memory_order_relaxed))
    current_->max_us.store(us, std::memory_order_relaxed);
  const auto bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), us);
  add(totals_[static_cast<std::size_t>(bound - bounds_us.begin())], std::uint64_t{1});
  add(sum_us_, took_us);
}

Histogram RecentHistogram::recent(Milliseconds now) const {
  Histogram all;
  const std::uint64_t newest = period_of(now);
  for (const Slot& slot : slots_) {
    const std::uint64_t period = slot.period.load(std::memory_order_acquire);
    // One that has begun since `now` was read belongs to it.
    if (period == 0 || period + slots <= newest) continue;
    Histogram its;
    for (std::size_t i = 0; i < buckets; ++i) {
      const std::uint32_t count = slot.counts[i].load(std::memory_order_acquire);
      if (count == 0) continue;
      const std::uint64_t max = slot.max_us.load(std::memory_order_acquire);
      its.record(std::min(end_of(i), max), count);
    }
    if (slot.period.load(std::memory_order_relaxed) != period) continue;
    all.merge(its);
  }
  return all;
}

RecentHistogram::Totals RecentHistogram::totals() const {
  Totals totals;
  for (std::size_t i = 0; i < totals_.size(); ++i)
    totals.counts[i] = totals_[i].load(std::memory_order_relaxed);
  totals.sum_us = sum_us_.load(std::memory_order_relaxed);
  return totals;
}

}  // namespace quorate
