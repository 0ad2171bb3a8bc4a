// When the sessions that one server alone knows end.
#include "core/session/local_sessions.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

using Time = LocalSessions::Time;

constexpr SessionId one{1};
constexpr SessionId two{2};
constexpr std::size_t all = 100;

LocalSession of_timeout(std::int64_t timeout_ms) { return {timeout_ms, {}, false}; }

TEST_CASE("a session ends when nothing was heard for its timeout, not before") {
  LocalSessions sessions(Time{10});
  sessions.open(one, of_timeout(100), Time{0});
  sessions.open(two, of_timeout(100), Time{0});
  sessions.touch(two, Time{60});

  CHECK(sessions.expire(Time{99}, all).empty());
  CHECK(sessions.expire(Time{110}, all) == std::vector{one});
  CHECK(sessions.find(one) == nullptr);
  CHECK(sessions.expire(Time{159}, all).empty());
  CHECK(sessions.expire(Time{160}, all) == std::vector{two});
  CHECK(sessions.size() == 0);
}

TEST_CASE("many that end at once end in slices") {
  LocalSessions sessions(Time{10});
  for (int i = 1; i <= 5; ++i) sessions.open(SessionId{i}, of_timeout(100), Time{0});

  CHECK(sessions.expire(Time{200}, 3).size() == 3);
  CHECK(sessions.size() == 2);
  CHECK(sessions.expire(Time{200}, 3).size() == 2);
}

TEST_CASE("a session that is gone on with has the timeout that was asked for then") {
  LocalSessions sessions(Time{10});
  sessions.open(one, of_timeout(1000), Time{0});

  sessions.attach(one, 50, Time{10});

  CHECK(sessions.find(one)->timeout_ms == 50);
  CHECK(sessions.expire(Time{60}, all) == std::vector{one});
}

TEST_CASE("while the process was stopped nobody could be heard") {
  LocalSessions sessions(Time{10});
  sessions.on_tick(Time{1000});
  sessions.open(one, of_timeout(100), Time{1000});
  sessions.on_tick(Time{1100});

  sessions.on_tick(Time{9000});

  CHECK(sessions.expire(Time{9000 - 1}, all).empty());
  CHECK(sessions.expire(Time{9010}, all) == std::vector{one});
}

TEST_CASE("ticks that come in time move nothing") {
  LocalSessions sessions(Time{10});
  sessions.open(one, of_timeout(1000), Time{0});
  for (int now = 100; now <= 900; now += 100) sessions.on_tick(Time{now});

  CHECK(sessions.expire(Time{1000}, all) == std::vector{one});
}

TEST_CASE("stopgaps end together, others stay") {
  LocalSessions sessions(Time{10});
  sessions.open(one, {1000, {}, true}, Time{0});
  sessions.open(two, of_timeout(1000), Time{0});

  sessions.close_stopgaps();
  sessions.touch_all(Time{500});

  CHECK(sessions.find(one) == nullptr);
  CHECK(sessions.expire(Time{1000}, all).empty());
  CHECK(sessions.expire(Time{1500}, all) == std::vector{two});
}

TEST_CASE("a closed session is closed once, and may be closed again") {
  LocalSessions sessions(Time{10});
  sessions.open(one, of_timeout(100), Time{0});
  sessions.close(one);
  sessions.close(one);

  CHECK(sessions.expire(Time{1000}, all).empty());
}

TEST_CASE("all sessions are named in the order of their ids") {
  LocalSessions sessions(Time{10});
  CHECK(sessions.timeouts().empty());
  sessions.open(two, of_timeout(200), Time{0});
  sessions.open(one, of_timeout(100), Time{0});
  sessions.attach(one, 300, Time{0});

  CHECK(sessions.timeouts() ==
        std::vector<std::pair<SessionId, std::int64_t>>{{one, 300}, {two, 200}});
}

}  // namespace
}  // namespace quorate
