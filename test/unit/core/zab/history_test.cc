#include "core/zab/history.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

History history_of(const std::vector<Record>& records, std::size_t window_bytes_max = 1'000'000) {
  History history(LogOutline{}, window_bytes_max);
  for (const Record& record : records) history.append(record);
  return history;
}

/// How a log answers: the last of its positions at or before a zxid.
auto positions_of(const std::vector<Record>& records) {
  return [records](Zxid zxid) -> std::optional<LogPosition> {
    LogPosition found;
    for (const Record& record : records)
      if (record.zxid() <= zxid) found = record.position;
    return found;
  };
}

EpochEnds ends_of(const std::vector<Record>& records) { return outline_of(records).ends; }

std::vector<Record> joined(std::vector<Record> head, const std::vector<Record>& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

TEST_CASE("a history ends with what was appended last, and remembers its stamp") {
  const auto log = log_up_to(3);

  const History history = history_of(log);

  CHECK(history.last() == end_of(log));
  CHECK(history.last_stamp_ms() == 1003);
  CHECK(history.committed() == Zxid{});
  history.check_invariants();
}

TEST_CASE("a history knows where each of its epochs ends") {
  const auto old = log_up_to(3);
  const auto log = joined(old, records_behind(end_of(old), 5, 1, 2));

  const History history = history_of(log);

  CHECK(history.ends() == EpochEnds{LogPosition{}, log[2].position, log[4].position});
}

TEST_CASE("an epoch that goes on behind an image has two ends: where the log begins, and its own") {
  const auto log = log_up_to(5);
  History history(LogOutline{}, 1'000'000);
  history.restart_at(log[2].position, 1003);

  history.append(log[3]);
  history.append(log[4]);

  CHECK(history.ends() == EpochEnds{log[2].position, log[4].position});
}

TEST_CASE("what is cut is forgotten, and the history goes on from there") {
  const auto log = log_up_to(5);
  History history = history_of(log);

  history.cut_after(log[1].position);

  CHECK(history.last() == log[1].position);
  CHECK(history.last_stamp_ms() == 1002);
  CHECK(history.ends() == EpochEnds{LogPosition{}, log[1].position});
  history.append(record_behind(log[1].position, at(7, 1)));
  CHECK(history.last().zxid == at(7, 1));
  history.check_invariants();
}

TEST_CASE("committing returns what became committed, once and in order") {
  History history = history_of(log_up_to(5));

  CHECK(zxids_of(history.commit_up_to(at(3, 2))) == std::vector{at(3, 1), at(3, 2)});
  CHECK(history.commit_up_to(at(3, 1)).empty());
  CHECK(zxids_of(history.commit_up_to(at(3, 4))) == std::vector{at(3, 3), at(3, 4)});
  CHECK(history.committed() == at(3, 4));
}

TEST_CASE("nothing beyond the log is committed") {
  History history = history_of(log_up_to(2));

  history.commit_up_to(at(9, 9));

  CHECK(history.committed() == at(3, 2));
}

TEST_CASE("what is not committed has its bytes counted") {
  const auto log = log_up_to(3);
  History history = history_of(log);
  CHECK(history.uncommitted_bytes() ==
        log[0].memory_bytes() + log[1].memory_bytes() + log[2].memory_bytes());

  history.commit_up_to(at(3, 1));
  history.cut_after(log[1].position);

  CHECK(history.uncommitted_bytes() == log[1].memory_bytes());
}

TEST_CASE("the window keeps the last committed records that fit, and all others") {
  const auto log = log_up_to(9);
  const std::size_t room = 2 * log[0].memory_bytes();
  History history = history_of(log, room);

  history.commit_up_to(at(3, 6));

  CHECK_FALSE(history.position_at(at(3, 3)).has_value());
  CHECK(history.position_at(at(3, 4)) == log[3].position);
  CHECK_FALSE(history.records_after(log[2].position).has_value());
  CHECK(zxids_of(*history.records_after(log[3].position)) ==
        std::vector{at(3, 5), at(3, 6), at(3, 7), at(3, 8), at(3, 9)});
  history.check_invariants();
}

TEST_CASE("records behind a position are those that continue it, up to an end") {
  const auto log = log_up_to(5);
  const History history = history_of(log);

  CHECK(zxids_of(*history.records_after(log[1].position, at(3, 4))) ==
        std::vector{at(3, 3), at(3, 4)});
  CHECK(history.records_after(log[4].position)->empty());
}

TEST_CASE("a position of another chain is not in the history") {
  const auto log = log_up_to(5);
  const History history = history_of(log);
  LogPosition other = log[1].position;
  other.chain ^= 1;

  CHECK_FALSE(history.records_after(other).has_value());
}

TEST_CASE("between two epochs, the last position before a zxid is the end of the earlier one") {
  const auto old = log_up_to(3);
  const History history = history_of(joined(old, records_behind(end_of(old), 5, 1, 2)));

  CHECK(history.position_at(at(4, 7)) == end_of(old));
  CHECK(history.position_at(at(3, 0)) == LogPosition{});
}

TEST_CASE("a history that starts over at an image holds nothing from before") {
  const auto log = log_up_to(5);
  History history = history_of(log);

  history.restart_at(log[3].position, 77);

  CHECK(history.last() == log[3].position);
  CHECK(history.committed() == at(3, 4));
  CHECK(history.last_stamp_ms() == 77);
  CHECK(history.uncommitted_bytes() == 0);
  CHECK_FALSE(history.position_at(at(3, 3)).has_value());
  history.check_invariants();
}

TEST_CASE("a history that was read from a log is uncommitted behind what is known") {
  const auto log = log_up_to(5);
  History history(outline_of(log, 2), 1'000'000);

  CHECK(history.committed() == at(3, 2));
  CHECK(zxids_of(history.commit_up_to(at(3, 5))) == std::vector{at(3, 3), at(3, 4), at(3, 5)});
}

TEST_CASE("a learner that has the same history lacks nothing") {
  const auto log = log_up_to(5);

  CHECK(common_point(ends_of(log), positions_of(log)) == end_of(log));
}

TEST_CASE("a learner that is behind has its own end in common") {
  CHECK(common_point(ends_of(log_up_to(2)), positions_of(log_up_to(5))) == end_of(log_up_to(2)));
}

TEST_CASE("a learner that has more of an epoch parts where ours ends") {
  CHECK(common_point(ends_of(log_up_to(8)), positions_of(log_up_to(5))) == end_of(log_up_to(5)));
}

TEST_CASE("histories that went on in different epochs part where the last common one did") {
  const auto shared = log_up_to(5);
  const auto learner = joined(shared, records_behind(end_of(shared), 4, 1, 3));
  const auto ours = joined(log_up_to(4), records_behind(end_of(log_up_to(4)), 6, 1, 3));

  CHECK(common_point(ends_of(learner), positions_of(ours)) == end_of(log_up_to(4)));
}

TEST_CASE("a learner whose log begins behind what we have in common needs an image") {
  const auto shared = log_up_to(5);
  const EpochEnds learner{shared[4].position, record_behind(shared[4].position, at(4, 1)).position};

  CHECK_FALSE(common_point(learner, positions_of(log_up_to(3))).has_value());
}

TEST_CASE("a learner from before our log begins needs an image, or a look at the disk") {
  const History history(outline_of(log_up_to(5), 4), 1'000'000);
  const auto window = [&history](Zxid zxid) { return history.position_at(zxid); };

  CHECK_FALSE(common_point(ends_of(log_up_to(2)), window).has_value());
}

TEST_CASE("one zxid with two chains is not joined") {
  const auto shared = log_up_to(2);
  const EpochEnds learner{LogPosition{}, record_behind(end_of(shared), at(3, 3), 66).position};

  CHECK_FALSE(common_point(learner, positions_of(log_up_to(3))).has_value());
}

/// The logs of leaders, each of which began with a part of an earlier one.
std::vector<std::vector<Record>> random_leaders(std::mt19937& engine) {
  std::vector<std::vector<Record>> logs{{}};
  for (std::uint32_t epoch = 1; epoch <= 6; ++epoch) {
    std::vector<Record> log = logs[engine() % logs.size()];
    log.resize(log.size() - engine() % (log.size() + 1) / 2);
    logs.push_back(joined(log, records_behind(end_of(log), epoch, 1, 1 + engine() % 4)));
  }
  return logs;
}

// Goal: the point where two histories part is found from the ends of their epochs alone.
// Method: random trees of epochs, compared with the longest common beginning; prints the seed.
TEST_CASE("the common point is the longest common beginning, whatever the epochs were") {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    std::mt19937 engine(seed);
    const auto logs = random_leaders(engine);
    std::vector<Record> learner = logs[engine() % logs.size()];
    std::vector<Record> ours = logs[engine() % logs.size()];
    learner.resize(engine() % (learner.size() + 1));
    const auto parted =
        std::mismatch(learner.begin(), learner.end(), ours.begin(), ours.end(),
                      [](const Record& a, const Record& b) { return a.position == b.position; });
    const auto common = end_of(std::vector<Record>(learner.begin(), parted.first));

    REQUIRE(common_point(ends_of(learner), positions_of(ours)) == common);
  }
}

/// A history as plain as it can be: all records since it last started over.
struct Naive {
  LogPosition base;
  std::vector<Record> log;
  std::size_t committed = 0;

  [[nodiscard]] LogPosition last() const { return log.empty() ? base : log.back().position; }
  [[nodiscard]] EpochEnds ends() const {
    EpochEnds ends{base};
    for (const Record& record : log) {
      if (ends.size() > 1 && ends.back().zxid.epoch() == record.zxid().epoch()) ends.pop_back();
      ends.push_back(record.position);
    }
    return ends;
  }
};

void compare(const History& history, const Naive& naive) {
  history.check_invariants();
  REQUIRE(history.last() == naive.last());
  REQUIRE(history.ends() == naive.ends());
  const LogPosition committed =
      naive.committed == 0 ? naive.base : naive.log[naive.committed - 1].position;
  REQUIRE(history.committed() == committed.zxid);
  REQUIRE(history.position_at(committed.zxid) == committed);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < naive.log.size(); ++i) {
    const LogPosition& position = naive.log[i].position;
    if (i >= naive.committed) bytes += naive.log[i].memory_bytes();
    const auto records = history.records_after(position);
    if (i + 1 >= naive.committed) REQUIRE(records.has_value());
    if (!records) continue;
    REQUIRE(history.position_at(position.zxid) == position);
    REQUIRE(zxids_of(*records) ==
            zxids_of(std::vector<Record>(naive.log.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                         naive.log.end())));
  }
  REQUIRE(history.uncommitted_bytes() == bytes);
}

void step(History& history, Naive& naive, std::mt19937& engine) {
  const auto random = [&](std::size_t below) { return engine() % below; };
  const Zxid last = naive.last().zxid;
  switch (random(8)) {
    case 0: {  // A cut, never of what is committed.
      const std::size_t kept = naive.committed + random(naive.log.size() - naive.committed + 1);
      naive.log.resize(kept);
      history.cut_after(naive.last());
      break;
    }
    case 1:
    case 2: {
      const std::size_t count = random(naive.log.size() - naive.committed + 1);
      const std::size_t end = naive.committed + count;
      if (end == 0) break;
      REQUIRE(history.commit_up_to(naive.log[end - 1].zxid()).size() == count);
      naive.committed = end;
      break;
    }
    case 3:
      if (random(10) != 0) break;
      naive = Naive{record_behind(naive.last(), at(last.epoch().value + 1, 1)).position, {}, 0};
      history.restart_at(naive.base, 0);
      break;
    default: {
      const bool new_epoch = random(5) == 0 || last.epoch() == Epoch{};
      const Zxid zxid = new_epoch ? at(last.epoch().value + 1, 1) : last.next();
      naive.log.push_back(record_behind(naive.last(), zxid, random(3)));
      history.append(naive.log.back());
      break;
    }
  }
}

// Goal: whatever happens to a history, it answers as the plain list of its records would.
// Method: random walks; a failure prints its seed.
TEST_CASE("a history answers as the list of its records would") {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 engine(seed);
    History history(LogOutline{}, engine() % 150);
    Naive naive;
    for (int i = 0; i < 100; ++i) {
      step(history, naive, engine);
      compare(history, naive);
    }
  }
}

}  // namespace
}  // namespace quorate
