// Latencies of any number of operations in a fixed amount of memory, to three digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quorate {

/// A log-linear histogram: values below 2,048 are kept exactly, every power of two above is split
/// into 1,024 equal buckets, so that a reported quantile is at most 0.1 % above the true one.
/// Values from 2^43 on (2.4 hours in nanoseconds) count as the largest bucket; min, max and mean
/// are exact. Merging two histograms gives the one of all their values.
class Histogram {
 public:
  void record(std::uint64_t value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  [[nodiscard]] double mean() const;

  /// The smallest value that at least `quantile` (0 to 1) of all values do not exceed, rounded up
  /// to the end of its bucket, but never beyond max(). 0 when empty.
  [[nodiscard]] std::uint64_t at(double quantile) const;

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  std::vector<std::uint64_t> buckets_;  ///< As long as the largest value needs.
  std::uint64_t count_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace quorate
