// Where a write's time went, from what was noted of all writes.
#include "actors/stage_clock.h"

#include <doctest/doctest.h>

#include <memory>
#include <numeric>
#include <optional>
#include <vector>

namespace quorate {
namespace {

using Time = StageClock::Time;

constexpr Zxid at(std::uint32_t counter, std::uint32_t epoch = 4) {
  return Zxid::at(Epoch{epoch}, counter);
}

Record record_of(Zxid zxid, const Origin& origin) {
  auto txn = std::make_shared<Txn>();
  txn->zxid = zxid;
  txn->submission.origin = origin;
  Record record;
  record.position.zxid = zxid;
  record.txn = std::move(txn);
  return record;
}

std::uint32_t sum_of(const std::vector<StageTime>& stages) {
  return std::accumulate(
      stages.begin(), stages.end(), 0U,
      [](std::uint32_t sum, const StageTime& each) { return sum + each.took_us; });
}

TEST_CASE("what is noted covers all that came since the note before") {
  ZxidMarks marks;
  marks.note(at(3), Time{30});
  marks.note(at(7), Time{70});
  marks.note(at(8), Time{80});

  CHECK(marks.reached(at(4)) == Time{70});
  CHECK(marks.reached(at(7)) == Time{70});
  CHECK(marks.reached(at(8)) == Time{80});
  CHECK_FALSE(marks.reached(at(9)).has_value());
}

TEST_CASE("nobody knows when the first noted ones were reached, nor those that are forgotten") {
  ZxidMarks marks;
  CHECK_FALSE(marks.reached(at(1)).has_value());
  for (std::uint32_t i = 1; i <= 10'000; ++i) marks.note(at(2 * i), Time{i});

  CHECK_FALSE(marks.reached(at(2)).has_value());
  CHECK_FALSE(marks.reached(at(2 * 5'905)).has_value());
  CHECK(marks.reached(at(2 * 5'907)) == Time{5'907});
  CHECK(marks.reached(at(2 * 9'000 - 1)) == Time{9'000});
  CHECK(marks.reached(at(20'000)) == Time{10'000});
}

TEST_CASE("the same end noted again keeps its first time") {
  ZxidMarks marks;
  marks.note(at(1), Time{10});
  marks.note(at(2), Time{20});
  marks.note(at(2), Time{25});

  CHECK(marks.reached(at(2)) == Time{20});
}

TEST_CASE("behind a cut, what was noted before says nothing") {
  ZxidMarks marks;
  for (std::uint32_t i = 1; i <= 9; ++i) marks.note(at(i), Time{i});

  marks.note(at(5), Time{100});
  CHECK_FALSE(marks.reached(at(4)).has_value());
  CHECK_FALSE(marks.reached(at(9)).has_value());
  marks.note(at(1, 5), Time{101});

  CHECK(marks.reached(at(9)) == Time{101});
  CHECK(marks.reached(at(1, 5)) == Time{101});
}

/// A write that passes a milestone every 10 us, from 110 on.
void pass(StageClock& clock, Zxid zxid, const std::vector<Milestone>& passed) {
  for (const Milestone milestone : passed) {
    clock.note(milestone, Zxid{zxid.value - 1}, Time{50});
    clock.note(milestone, zxid, Time{110 + 10 * static_cast<int>(milestone)});
  }
}

TEST_CASE("a write's time is divided among its stages") {
  StageClock clock;
  pass(clock, at(7),
       {Milestone::submitted, Milestone::proposed, Milestone::synced, Milestone::committed,
        Milestone::applied});

  const auto stages = clock.stages_of(at(7), Time{100}, Time{200});

  CHECK(stages == std::vector<StageTime>{{Stage::queue, 10},
                                         {Stage::propose, 10},
                                         {Stage::log, 10},
                                         {Stage::quorum, 10},
                                         {Stage::apply, 10},
                                         {Stage::reply, 50}});
  CHECK(sum_of(stages) == 100);
}

TEST_CASE("what is not known belongs to the next stage that is") {
  StageClock clock;
  pass(clock, at(7), {Milestone::proposed, Milestone::committed});

  const auto stages = clock.stages_of(at(7), Time{100}, Time{200});

  CHECK(stages ==
        std::vector<StageTime>{{Stage::propose, 20}, {Stage::quorum, 20}, {Stage::reply, 60}});
}

TEST_CASE("who waits for no own disk takes no time for it beyond the quorum's") {
  StageClock clock;
  for (const Milestone each : {Milestone::proposed, Milestone::synced, Milestone::committed})
    clock.note(each, at(6), Time{50});
  clock.note(Milestone::proposed, at(7), Time{110});
  clock.note(Milestone::committed, at(7), Time{130});
  clock.note(Milestone::synced, at(7), Time{190});

  const auto stages = clock.stages_of(at(7), Time{100}, Time{150});

  CHECK(sum_of(stages) == 50);
  CHECK(stages.back() == StageTime{Stage::reply, 0});
  for (const StageTime& each : stages) CHECK(each.took_us <= 40);
}

TEST_CASE("nothing known is one stage, and so is what others had written before") {
  StageClock clock;
  const std::vector<StageTime> served = {{Stage::serve, 100}};
  CHECK(clock.stages_of(at(7), Time{100}, Time{200}) == served);
  clock.note(Milestone::applied, at(6), Time{40});
  clock.note(Milestone::applied, at(7), Time{50});

  CHECK(clock.stages_of(at(7), Time{100}, Time{200}) == served);
}

TEST_CASE("own writes are found again among those of others") {
  StageClock clock;
  SubmitTrail trail;
  const auto own = [](std::uint64_t sequence) {
    return Origin{ServerId{1}, Incarnation{1}, ConnectionSerial{9}, sequence};
  };
  const auto other = [](std::uint64_t sequence) {
    return Origin{ServerId{2}, Incarnation{1}, ConnectionSerial{9}, sequence};
  };
  trail.on_submitted(own(1), Time{10});
  trail.on_submitted(own(3), Time{20});
  trail.on_submitted(own(4), Time{30});

  trail.on_proposed({record_of(at(1), own(1)), record_of(at(2), other(3))}, clock);
  trail.on_proposed({record_of(at(3), own(2)), record_of(at(4), own(3))}, clock);
  trail.on_proposed({record_of(at(5), other(4))}, clock);
  trail.on_proposed({record_of(at(6), own(4))}, clock);

  CHECK(clock.reached(Milestone::submitted, at(3)) == Time{20});
  CHECK(clock.reached(Milestone::submitted, at(4)) == Time{20});
  CHECK(clock.reached(Milestone::submitted, at(6)) == Time{30});
}

TEST_CASE("what was lost with a leader is not waited for") {
  StageClock clock;
  SubmitTrail trail;
  const Origin lost{ServerId{1}, Incarnation{1}, ConnectionSerial{9}, 1};
  const Origin kept{ServerId{1}, Incarnation{1}, ConnectionSerial{9}, 2};
  trail.on_submitted(lost, Time{10});

  trail.forget();
  trail.on_submitted(kept, Time{20});
  trail.on_proposed({record_of(at(1), kept)}, clock);
  trail.on_submitted(lost, Time{30});
  trail.on_proposed({record_of(at(2), lost)}, clock);

  CHECK(clock.reached(Milestone::submitted, at(2)) == Time{30});
}

}  // namespace
}  // namespace quorate
