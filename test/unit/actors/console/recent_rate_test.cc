#include "actors/console/recent_rate.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a rate is that of the last ten seconds") {
  RecentRate rate;
  const RecentRate::Clock::time_point start{};
  CHECK(rate.per_s() == 0);
  rate.look(1000, start);
  CHECK(rate.per_s() == 0);

  rate.look(1004, start + 2s);
  CHECK(rate.per_s() == 2);
  for (int second = 3; second <= 12; ++second) rate.look(1004, start + second * 1s);
  CHECK(rate.per_s() == 0);
  rate.look(1104, start + 13s);
  CHECK(rate.per_s() == 10);
}

TEST_CASE("after a pause a rate is that since the last look") {
  RecentRate rate;
  const RecentRate::Clock::time_point start{};
  rate.look(0, start);
  rate.look(10, start + 1s);
  rate.look(70, start + 61s);
  CHECK(rate.per_s() == 1);
}

}  // namespace
}  // namespace quorate
