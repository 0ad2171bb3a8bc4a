#include "core/session/expiry_buckets.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace quorate {
namespace {

using Time = ExpiryBuckets::Time;
using Sessions = std::vector<SessionId>;

constexpr Time tick{100};
constexpr std::size_t no_bound = 1'000'000;
constexpr SessionId one{1};
constexpr SessionId two{2};
constexpr SessionId three{3};

TEST_CASE("a session expires between its timeout and one tick later") {
  ExpiryBuckets buckets(tick);
  buckets.touch(one, Time{1'010}, Time{500});

  CHECK(buckets.expired(Time{1'510}, no_bound).empty());
  CHECK(buckets.expired(Time{1'599}, no_bound).empty());
  CHECK(buckets.expired(Time{1'600}, no_bound) == Sessions{one});
  CHECK(buckets.size() == 0);
}

TEST_CASE("a deadline on a tick stays there") {
  ExpiryBuckets buckets(tick);
  buckets.touch(one, Time{1'000}, Time{500});

  CHECK(buckets.expired(Time{1'499}, no_bound).empty());
  CHECK(buckets.expired(Time{1'500}, no_bound) == Sessions{one});
}

TEST_CASE("a touch moves the deadline forward, never back") {
  ExpiryBuckets buckets(tick);
  buckets.touch(one, Time{0}, Time{500});
  buckets.touch(one, Time{400}, Time{500});
  buckets.touch(one, Time{410}, Time{100});

  CHECK(buckets.size() == 1);
  CHECK(buckets.expired(Time{899}, no_bound).empty());
  CHECK(buckets.expired(Time{900}, no_bound) == Sessions{one});
}

TEST_CASE("a removed session does not expire") {
  ExpiryBuckets buckets(tick);
  buckets.touch(one, Time{0}, Time{100});
  buckets.touch(two, Time{0}, Time{100});
  buckets.remove(one);
  buckets.remove(three);

  CHECK(buckets.size() == 1);
  CHECK(buckets.expired(Time{1'000}, no_bound) == Sessions{two});
}

TEST_CASE("time in which nobody could touch does not count") {
  ExpiryBuckets buckets(tick);
  buckets.touch(one, Time{0}, Time{500});
  buckets.shift(Time{250});
  buckets.touch(two, Time{600}, Time{100});

  CHECK(buckets.expired(Time{749}, no_bound).empty());
  CHECK(buckets.expired(Time{750}, no_bound) == Sessions{one, two});
}

TEST_CASE("a storm is worked off in slices, oldest bucket first") {
  ExpiryBuckets buckets(tick);
  buckets.touch(three, Time{0}, Time{100});
  buckets.touch(two, Time{0}, Time{200});
  buckets.touch(one, Time{0}, Time{200});

  CHECK(buckets.expired(Time{1'000}, 2) == Sessions{three, one});
  CHECK(buckets.expired(Time{1'000}, 2) == Sessions{two});
  CHECK(buckets.expired(Time{1'000}, 2).empty());
}

TEST_CASE("absurd timeouts neither overflow nor expire early") {
  ExpiryBuckets buckets(tick);
  buckets.touch(one, Time{1'000}, Time::max());
  buckets.touch(two, Time{1'000}, Time::min());

  CHECK(buckets.expired(Time{999}, no_bound).empty());
  CHECK(buckets.expired(Time{1'000}, no_bound) == Sessions{two});
  CHECK(buckets.expired(Time{1'000'000'000}, no_bound).empty());
}

// Goal: buckets change when a session expires by less than a tick, and lose none.
// Method: random walks beside a map of exact deadlines.
TEST_CASE("every session expires in its tick") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    ExpiryBuckets buckets(tick);
    std::map<SessionId, Time> exact;
    Time now{0};
    for (int step = 0; step < 2'000; ++step) {
      const SessionId session{static_cast<std::int64_t>(random() % 20)};
      switch (random() % 8) {
        case 0:
          buckets.remove(session);
          exact.erase(session);
          break;
        case 1: {
          const Time by{random() % 300};
          buckets.shift(by);
          now += by;
          for (auto& [id, deadline] : exact) deadline += by;
          break;
        }
        case 2:
        case 3: {
          now += Time{random() % 150};
          for (const SessionId expired : buckets.expired(now, no_bound)) {
            REQUIRE(exact.contains(expired));
            REQUIRE(exact[expired] <= now);
            exact.erase(expired);
          }
          for (const auto& [id, deadline] : exact) REQUIRE(now < deadline + tick);
          break;
        }
        default: {
          const Time timeout{random() % 1'000};
          buckets.touch(session, now, timeout);
          exact[session] = std::max(exact[session], now + timeout);
        }
      }
      REQUIRE(buckets.size() == exact.size());
    }
  }
}

}  // namespace
}  // namespace quorate
