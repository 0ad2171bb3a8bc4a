#include "core/base/histogram.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace quorate {
namespace {

/// Latencies from nanoseconds to hours, every order of magnitude alike.
rc::Gen<std::vector<std::uint64_t>> latencies() {
  const auto latency = rc::gen::apply(
      [](unsigned bits, std::uint64_t value) { return value & ((std::uint64_t{1} << bits) - 1); },
      rc::gen::inRange(0U, 43U), rc::gen::arbitrary<std::uint64_t>());
  return rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(latency));
}

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

TEST_CASE("an empty histogram knows nothing") {
  const Histogram histogram;

  CHECK(histogram.count() == 0);
  CHECK(histogram.min() == 0);
  CHECK(histogram.max() == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.at(0.5) == 0);
}

TEST_CASE("small values are kept exactly") {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 1000; ++value) histogram.record(value);

  CHECK(histogram.at(0) == 1);
  CHECK(histogram.at(0.5) == 500);
  CHECK(histogram.at(0.99) == 990);
  CHECK(histogram.at(0.999) == 999);
  CHECK(histogram.at(1) == 1000);
  CHECK(histogram.mean() == doctest::Approx(500.5));
}

TEST_CASE("a single value is every quantile") {
  Histogram histogram;
  histogram.record(123'456'789, 3);

  CHECK(histogram.count() == 3);
  CHECK(histogram.at(0) == 123'456'789);
  CHECK(histogram.at(0.5) == 123'456'789);
  CHECK(histogram.at(1) == 123'456'789);
}

TEST_CASE("values beyond the range count, and the largest is not forgotten") {
  Histogram histogram;
  histogram.record(5);
  histogram.record(UINT64_MAX);

  CHECK(histogram.count() == 2);
  CHECK(histogram.max() == UINT64_MAX);
  CHECK(histogram.at(0.5) == 5);
  CHECK(histogram.at(1) >= (std::uint64_t{1} << 43) - 1);
}

// Goal: a quantile is what sorting says, at most one part in a thousand above it, never below.
TEST_CASE("quantiles agree with the sorted values to three digits") {
  const bool holds = rc::check("quantiles", [] {
    std::vector<std::uint64_t> values = *latencies();
    const double quantile = static_cast<double>(*rc::gen::inRange(0, 10'001)) / 10'000;
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(
        std::max(1.0, std::ceil(quantile * static_cast<double>(values.size()))));
    const std::uint64_t exact = values[rank - 1];
    const std::uint64_t found = histogram.at(quantile);
    RC_ASSERT(found >= exact);
    RC_ASSERT(static_cast<double>(found) <= static_cast<double>(exact) * 1.001);
    RC_ASSERT(found <= histogram.max());
  });
  CHECK(holds);
}

TEST_CASE("quantiles never fall as they rise") {
  const bool holds = rc::check("monotony", [] {
    const Histogram histogram = histogram_of(*latencies());
    std::uint64_t last = 0;
    for (int i = 0; i <= 100; ++i) {
      const std::uint64_t found = histogram.at(i / 100.0);
      RC_ASSERT(found >= last);
      last = found;
    }
    RC_ASSERT(last == histogram.max());
  });
  CHECK(holds);
}

TEST_CASE("merged histograms are the histogram of all values") {
  const bool holds = rc::check("merging", [] {
    const std::vector<std::uint64_t> left = *latencies();
    const std::vector<std::uint64_t> right = *latencies();
    std::vector<std::uint64_t> both = left;
    both.insert(both.end(), right.begin(), right.end());
    Histogram merged = histogram_of(left);
    merged.merge(histogram_of(right));
    const Histogram expected = histogram_of(both);
    RC_ASSERT(merged.count() == expected.count());
    RC_ASSERT(merged.min() == expected.min());
    RC_ASSERT(merged.max() == expected.max());
    RC_ASSERT(std::abs(merged.mean() - expected.mean()) <= expected.mean() * 1e-9);
    for (int i = 0; i <= 20; ++i) RC_ASSERT(merged.at(i / 20.0) == expected.at(i / 20.0));
  });
  CHECK(holds);
}

}  // namespace
}  // namespace quorate
