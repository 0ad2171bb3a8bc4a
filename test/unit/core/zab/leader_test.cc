#include "core/zab/leader.h"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

namespace quorate {
namespace {

using std::chrono::milliseconds;

Submission a_write() {
  Submission write;
  write.body = SetData{"/a", Blob{std::string_view{"x"}}, any_version};
  return write;
}

constexpr Zxid history_end = Zxid::at(Epoch{3}, 17);

Leader alone() { return {Epoch{4}, ServerId{1}, {ServerId{1}}, history_end, 1000}; }

TEST_CASE("writes are stamped with consecutive zxids of the epoch") {
  Leader leader = alone();
  const std::vector<Submission> writes(3, a_write());

  const Effects effects = leader.on_submit(writes, {5000, milliseconds{10}});

  REQUIRE(effects.log.size() == 3);
  CHECK(effects.log[0]->zxid == Zxid::at(Epoch{4}, 1));
  CHECK(effects.log[2]->zxid == Zxid::at(Epoch{4}, 3));
  CHECK(effects.log[1]->time_ms == 5000);
  CHECK_FALSE(effects.commit.has_value());
}

TEST_CASE("a record carries the commit point at its making") {
  Leader leader = alone();
  const std::vector<Submission> writes(1, a_write());
  const Effects first = leader.on_submit(writes, {5000, milliseconds{10}});
  leader.on_logged(first.log[0]->zxid);

  const Effects second = leader.on_submit(writes, {5000, milliseconds{10}});

  CHECK(first.log[0]->committed == history_end);
  CHECK(second.log[0]->committed == Zxid::at(Epoch{4}, 1));
}

TEST_CASE("what the quorum has logged is committed once") {
  Leader leader = alone();
  const std::vector<Submission> writes(2, a_write());
  leader.on_submit(writes, {5000, milliseconds{10}});

  CHECK(leader.on_logged(Zxid::at(Epoch{4}, 2)).commit == Zxid::at(Epoch{4}, 2));
  CHECK_FALSE(leader.on_logged(Zxid::at(Epoch{4}, 2)).commit.has_value());
  CHECK(leader.is_drained());
}

TEST_CASE("a sync of an earlier epoch's tail commits nothing") {
  Leader leader = alone();

  CHECK_FALSE(leader.on_logged(history_end).commit.has_value());
  CHECK(leader.committed() == history_end);
}

TEST_CASE("stamps never go back") {
  StampClock clock(9000);

  CHECK(clock.stamp(8000, milliseconds{0}) == 9000);
  CHECK(clock.stamp(7000, milliseconds{5}) == 9000);
}

TEST_CASE("stamps follow a wall clock that runs well") {
  StampClock clock(0);
  clock.stamp(1'000'000, milliseconds{0});

  CHECK(clock.stamp(1'000'100, milliseconds{100}) == 1'000'100);
  CHECK_FALSE(clock.is_alarmed());
}

TEST_CASE("a wall clock that leaps ahead alarms and is followed slowly") {
  StampClock clock(0);
  clock.stamp(1'000'000, milliseconds{0});

  const std::int64_t stamp = clock.stamp(9'000'000, milliseconds{800});

  CHECK(clock.is_alarmed());
  CHECK(stamp <= 1'000'000 + 800 + 100 + 1);
}

TEST_CASE("a wall clock that leaps back alarms and stops the stamps") {
  StampClock clock(0);
  clock.stamp(1'000'000, milliseconds{0});

  CHECK(clock.stamp(100'000, milliseconds{800}) == 1'000'000);
  CHECK(clock.is_alarmed());
}

}  // namespace
}  // namespace quorate
