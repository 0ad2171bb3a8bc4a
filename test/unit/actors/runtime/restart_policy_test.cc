#include "actors/runtime/restart_policy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace quorate {
namespace {

using namespace std::chrono_literals;

RestartPolicy running(std::vector<OnDeath> children, RestartLimit limit = {}) {
  RestartPolicy policy(std::move(children), limit);
  (void)policy.start_all();
  return policy;
}

RestartDecision stop(std::vector<std::size_t> children) {
  return {.stop = std::move(children), .start = {}, .escalate = false};
}
RestartDecision start(std::vector<std::size_t> children) {
  return {.stop = {}, .start = std::move(children), .escalate = false};
}
const RestartDecision nothing;
const RestartDecision escalation{.stop = {}, .start = {}, .escalate = true};

TEST_CASE("everything starts in the order of the table") {
  RestartPolicy policy({OnDeath::escalate, OnDeath::restart, OnDeath::leave}, {});

  CHECK(policy.start_all() == start({0, 1, 2}));
  CHECK(policy.is_running(2));
}

TEST_CASE("one for one restarts the dead child alone") {
  auto policy = running({OnDeath::restart, OnDeath::restart, OnDeath::restart});

  CHECK(policy.on_death(1, true, 1s) == start({1}));
  CHECK(policy.on_death(1, false, 2s) == start({1}));
}

TEST_CASE("rest for one stops what came later, last first, and restarts only when all are down") {
  auto policy =
      running({OnDeath::restart, OnDeath::restart_with_later, OnDeath::restart, OnDeath::restart});

  CHECK(policy.on_death(1, true, 1s) == stop({3, 2}));
  CHECK_FALSE(policy.is_running(2));
  CHECK(policy.on_death(2, false, 1s) == nothing);
  CHECK(policy.on_death(3, true, 1s) == start({1, 2, 3}));
}

TEST_CASE("rest for one of the last child stops nobody") {
  auto policy = running({OnDeath::restart, OnDeath::restart_with_later});

  CHECK(policy.on_death(1, true, 1s) == start({1}));
}

TEST_CASE("a child that dies while others are stopping waits for them") {
  auto policy = running({OnDeath::restart, OnDeath::restart_with_later, OnDeath::restart});
  CHECK(policy.on_death(1, true, 1s) == stop({2}));

  CHECK(policy.on_death(0, true, 1s) == nothing);

  CHECK(policy.on_death(2, false, 1s) == start({0, 1, 2}));
}

TEST_CASE("a child that was left dead is not started with the rest") {
  auto policy = running({OnDeath::restart_with_later, OnDeath::leave, OnDeath::restart});
  CHECK(policy.on_death(1, true, 1s) == nothing);

  CHECK(policy.on_death(0, true, 2s) == stop({2}));
  CHECK(policy.on_death(2, false, 2s) == start({0, 2}));
}

TEST_CASE("a normal end restarts only what must always run") {
  auto policy = running({OnDeath::restart_if_failed, OnDeath::restart_if_failed});

  CHECK(policy.on_death(0, false, 1s) == nothing);
  CHECK(policy.on_death(1, true, 1s) == start({1}));
}

TEST_CASE("the death of a vital child escalates at once") {
  auto policy = running({OnDeath::escalate, OnDeath::restart});

  CHECK(policy.on_death(0, false, 1s) == escalation);
  CHECK(policy.on_death(1, true, 1s) == nothing);
}

TEST_CASE("one restart too many within the time escalates") {
  auto policy = running({OnDeath::restart}, {.restarts_max = 2, .within = 10s});

  CHECK(policy.on_death(0, true, 1s) == start({0}));
  CHECK(policy.on_death(0, true, 2s) == start({0}));
  CHECK(policy.on_death(0, true, 11s) == escalation);
}

TEST_CASE("restarts that lie long enough back are forgotten") {
  auto policy = running({OnDeath::restart}, {.restarts_max = 2, .within = 10s});

  for (int i = 0; i < 100; ++i) CHECK(policy.on_death(0, true, i * 6s) == start({0}));
}

TEST_CASE("deaths that were asked for do not count as restarts") {
  auto policy = running({OnDeath::restart_with_later, OnDeath::restart, OnDeath::restart},
                        {.restarts_max = 2, .within = 10s});
  for (int i = 0; i < 2; ++i) {
    CHECK(policy.on_death(0, true, 1s) == stop({2, 1}));
    CHECK(policy.on_death(2, true, 1s) == nothing);
    CHECK(policy.on_death(1, true, 1s) == start({0, 1, 2}));
  }

  CHECK(policy.on_death(0, true, 1s) == escalation);
}

// Goal: whatever dies in whatever order, children come back unless left, and never while another
// is stopping.
// Method: random walks over all rules but escalation.
TEST_CASE("every order of deaths ends with everything running that should") {
  constexpr std::size_t count = 6;
  const OnDeath rules[] = {OnDeath::restart, OnDeath::restart_with_later};
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::vector<OnDeath> table;
    for (std::size_t i = 0; i < count; ++i) table.push_back(rules[random() % 2]);
    auto policy = running(table, {.restarts_max = 1000, .within = 1h});
    std::vector<bool> alive(count, true);
    std::vector<bool> asked(count, false);
    for (int step = 0; step < 60; ++step) {
      // In the second half only what was asked to stop dies.
      std::vector<std::size_t> may_die;
      for (std::size_t i = 0; i < count; ++i) {
        if (alive[i] && (asked[i] || step < 30)) may_die.push_back(i);
      }
      if (may_die.empty()) break;
      const auto dying = may_die[random() % may_die.size()];
      alive[dying] = asked[dying] = false;
      const auto decision = policy.on_death(dying, true, std::chrono::seconds(step));
      REQUIRE_FALSE(decision.escalate);
      for (const auto child : decision.stop) {
        REQUIRE(alive[child]);
        asked[child] = true;
      }
      const bool any_asked = std::find(asked.begin(), asked.end(), true) != asked.end();
      REQUIRE((decision.start.empty() || !any_asked));
      for (const auto child : decision.start) {
        REQUIRE_FALSE(alive[child]);
        alive[child] = true;
      }
    }
    CHECK(alive == std::vector<bool>(count, true));
  }
}

}  // namespace
}  // namespace quorate
