#include "core/base/recent_histogram.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace quorate {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

/// Durations from a microsecond to a quarter of an hour, every order of magnitude alike.
rc::Gen<std::vector<std::uint64_t>> durations() {
  const auto duration = rc::gen::apply(
      [](unsigned bits, std::uint64_t value) { return value & ((std::uint64_t{1} << bits) - 1); },
      rc::gen::inRange(0U, 30U), rc::gen::arbitrary<std::uint64_t>());
  return rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(duration));
}

std::uint64_t exactly(std::vector<std::uint64_t> values, double quantile) {
  std::sort(values.begin(), values.end());
  const double wanted = std::ceil(quantile * static_cast<double>(values.size()));
  return values[std::max<std::size_t>(1, static_cast<std::size_t>(wanted)) - 1];
}

TEST_CASE("nothing has taken no time") {
  const RecentHistogram times;

  CHECK(times.recent(milliseconds{0}).count() == 0);
  CHECK(times.recent(minutes{1000}).at(0.99) == 0);
  CHECK(times.totals().count() == 0);
}

TEST_CASE("a quantile is at most 3.2 % above the true one and never below, the maximum is exact") {
  rc::check([] {
    const auto values = *durations();
    RecentHistogram times;
    for (const std::uint64_t value : values) times.record(value, milliseconds{5});

    const Histogram recent = times.recent(milliseconds{5});

    RC_ASSERT(recent.count() == values.size());
    RC_ASSERT(recent.max() == *std::max_element(values.begin(), values.end()));
    const double quantile = *rc::gen::inRange(0, 101) / 100.0;
    const std::uint64_t wanted = exactly(values, quantile);
    RC_ASSERT(recent.at(quantile) >= wanted);
    RC_ASSERT(static_cast<double>(recent.at(quantile)) <= static_cast<double>(wanted) * 1.032);
  });
}

TEST_CASE("what is older than a minute is forgotten, and nothing younger") {
  rc::check([] {
    RecentHistogram times;
    std::vector<std::int64_t> recorded;
    std::int64_t now = *rc::gen::inRange(0, 1'000'000);
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 30'000))) {
      now += step;
      times.record(1, milliseconds{now});
      recorded.push_back(now);
    }
    now += *rc::gen::inRange(0, 200'000);

    const auto counted = static_cast<std::ptrdiff_t>(times.recent(milliseconds{now}).count());

    const auto younger_than = [&](std::int64_t age) {
      return std::count_if(recorded.begin(), recorded.end(),
                           [&](std::int64_t at) { return now - at < age; });
    };
    RC_ASSERT(counted >= younger_than(60'000));
    RC_ASSERT(counted <= younger_than(70'000));
  });
}

TEST_CASE("the totals are by bounds, and are never forgotten") {
  rc::check([] {
    const auto values = *durations();
    RecentHistogram times;
    std::int64_t now = 0;
    for (const std::uint64_t value : values) times.record(value, milliseconds{now += 20'000});

    const RecentHistogram::Totals totals = times.totals();

    RC_ASSERT(totals.count() == values.size());
    RC_ASSERT(totals.sum_us == std::accumulate(values.begin(), values.end(), std::uint64_t{0}));
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < RecentHistogram::bounds_us.size(); ++i) {
      up_to += totals.counts[i];
      const auto within = std::count_if(values.begin(), values.end(), [i](std::uint64_t value) {
        return value <= RecentHistogram::bounds_us[i];
      });
      RC_ASSERT(up_to == static_cast<std::uint64_t>(within));
    }
  });
}

TEST_CASE("what takes longer than can be told apart counts as the longest") {
  RecentHistogram times;

  times.record(UINT64_MAX >> 1, milliseconds{1});

  CHECK(times.recent(milliseconds{1}).max() == (std::uint64_t{1} << 30) - 1);
  CHECK(times.totals().counts.back() == 1);
}

// Goal: a reader never sees more than was recorded, nor what is older than a minute.
// Method: a writer that turns time quickly, in steps of 10 s; a reader that looks all the time.
TEST_CASE("others may read while one records") {
  auto times = std::make_unique<RecentHistogram>();
  std::atomic<std::int64_t> now{0};
  std::atomic<bool> ended{false};
  constexpr std::int64_t steps = 20'000;
  constexpr std::uint64_t per_step = 10;
  std::thread writer([&] {
    for (std::int64_t step = 0; step < steps; ++step) {
      now = step * 10'000;
      for (std::uint64_t i = 0; i < per_step; ++i) times->record(1000, milliseconds{now.load()});
    }
    ended = true;
  });

  while (!ended) {
    const Histogram seen = times->recent(milliseconds{now.load()});
    REQUIRE(seen.count() <= 7 * per_step);
    REQUIRE(seen.max() <= 1000);
  }
  writer.join();

  CHECK(times->recent(milliseconds{now.load()}).count() == 7 * per_step);
  CHECK(times->totals().count() == steps * per_step);
}

}  // namespace
}  // namespace quorate
