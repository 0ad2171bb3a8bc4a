#include "actors/console/metrics_history.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

std::vector<Series> two_series() {
  return {{"requests", "requests", "per_s", "Requests", true},
          {"sessions", "sessions", "count", "Clients", false}};
}

TEST_CASE("totals are shown as rates, other figures as they are") {
  MetricsHistory history(two_series());
  history.add(5000, {100.0, 3.0});
  history.add(10'000, {350.0, 4.0});

  const Json json = history.json(10'500, 0);

  CHECK(json["at_ms"] == 10'500);
  CHECK(json["step_ms"] == 5000);
  CHECK(json["times_ms"] == Json({5000, 10'000}));
  CHECK(json["series"][0]["name"] == "requests");
  CHECK(json["series"][0]["values"] == Json({nullptr, 50.0}));
  CHECK(json["series"][1]["values"] == Json({3.0, 4.0}));
}

TEST_CASE("a total that begins anew has no rate for once") {
  MetricsHistory history(two_series());
  history.add(5000, {100.0, 1.0});
  history.add(10'000, {40.0, 1.0});
  history.add(15'000, {50.0, 1.0});
  CHECK(history.json(0, 0)["series"][0]["values"] == Json({nullptr, nullptr, 2.0}));
}

TEST_CASE("only points behind what the page has are given") {
  MetricsHistory history(two_series());
  for (int i = 1; i <= 4; ++i) history.add(i * 5000, {i * 10.0, 1.0});
  CHECK(history.json(0, 10'000)["times_ms"] == Json({15'000, 20'000}));
  CHECK(history.json(0, 10'000)["series"][0]["values"].size() == 2);
  CHECK(history.json(0, 99'000)["times_ms"].empty());
}

TEST_CASE("an hour is kept, and not more") {
  MetricsHistory history(two_series());
  for (int i = 1; i <= 1000; ++i) history.add(i * 5000, {std::nullopt, 1.0});
  const Json json = history.json(0, 0);
  CHECK(json["times_ms"].size() == MetricsHistory::points_max);
  CHECK(json["times_ms"].back() == 5'000'000);
  CHECK(json["series"][0]["values"].back() == nullptr);
}

}  // namespace
}  // namespace quorate
