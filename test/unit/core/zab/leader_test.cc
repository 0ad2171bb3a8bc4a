#include "core/zab/leader.h"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

namespace quorate {
namespace {

using std::chrono::milliseconds;

std::vector<Submission> writes(std::size_t count) {
  Submission write;
  write.body = SetData{"/a", Blob{std::string_view{"x"}}, any_version};
  return std::vector<Submission>(count, write);
}

constexpr Zxid history_end = Zxid::at(Epoch{3}, 17);
constexpr ClockReading now{5000, milliseconds{10}};

Zxid at(std::uint32_t counter) { return Zxid::at(Epoch{4}, counter); }

Leader alone() { return {Epoch{4}, ServerId{1}, {ServerId{1}}, {history_end, 1000}}; }

TEST_CASE("writes are stamped with consecutive zxids of the epoch") {
  Leader leader = alone();

  const Effects effects = leader.on_submit(writes(3), now);

  REQUIRE(effects.log.size() == 3);
  CHECK(effects.log[0]->zxid == at(1));
  CHECK(effects.log[2]->zxid == at(3));
  CHECK(effects.log[1]->time_ms == 5000);
  CHECK(effects.commit.empty());
}

TEST_CASE("a record carries the commit point at its making") {
  Leader leader = alone();
  const Effects first = leader.on_submit(writes(1), now);
  leader.on_logged(first.log[0]->zxid);

  const Effects second = leader.on_submit(writes(1), now);

  CHECK(first.log[0]->committed == history_end);
  CHECK(second.log[0]->committed == at(1));
}

TEST_CASE("what the quorum has logged is committed once, in order") {
  Leader leader = alone();
  leader.on_submit(writes(3), now);

  const Effects effects = leader.on_logged(at(2));

  REQUIRE(effects.commit.size() == 2);
  CHECK(effects.commit[0]->zxid == at(1));
  CHECK(effects.commit[1]->zxid == at(2));
  CHECK(leader.on_logged(at(2)).commit.empty());
  CHECK_FALSE(leader.is_drained());
  leader.check_invariants();
}

TEST_CASE("a sync of an earlier epoch's tail commits nothing") {
  Leader leader = alone();

  CHECK(leader.on_logged(history_end).commit.empty());
  CHECK(leader.committed() == history_end);
}

TEST_CASE("a sync reaches to the last proposal, committed or not") {
  Leader leader = alone();
  const SyncRequest request{ConnectionSerial{5}, 1};
  CHECK(leader.sync_point(request) == SyncPoint{request, history_end});

  leader.on_submit(writes(2), now);

  CHECK(leader.sync_point(request) == SyncPoint{request, at(2)});
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
