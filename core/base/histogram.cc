#include "core/base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace quorate {
namespace {

constexpr unsigned split_bits = 10;
constexpr std::uint64_t value_bits_max = 43;
constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits_max) - 1;

/// Bits that a value loses: none below 2^11, one more with every power of two.
unsigned shift_of(std::uint64_t value) {
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  return bits <= split_bits + 1 ? 0 : bits - (split_bits + 1);
}

std::size_t bucket_of(std::uint64_t value) {
  const unsigned shift = shift_of(value);
  return (std::size_t{shift} << split_bits) + static_cast<std::size_t>(value >> shift);
}

/// The largest value of a bucket.
std::uint64_t end_of(std::size_t bucket) {
  const std::size_t split = std::size_t{1} << split_bits;
  if (bucket < 2 * split) return bucket;
  const std::size_t shift = (bucket >> split_bits) - 1;
  const std::uint64_t scaled = bucket - (shift << split_bits);
  return ((scaled + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(std::uint64_t value, std::uint64_t times) {
  if (times == 0) return;
  const std::size_t bucket = bucket_of(std::min(value, value_max));
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  buckets_[bucket] += times;
  count_ += times;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void Histogram::merge(const Histogram& other) {
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t Histogram::at(double quantile) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(end_of(i), min_, max_);
  }
  return max_;
}

}  // namespace quorate
