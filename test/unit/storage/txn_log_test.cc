// The contract of the log, for every implementation.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "test/unit/storage/log_benches.h"

namespace quorate::test {
namespace {

#define QUORATE_EVERY_LOG RocksBench, FaultyRocksBench, MemoryBench

TEST_CASE_TEMPLATE("a fresh log is empty and begins before the first txn", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();

  CHECK(log.fresh());
  CHECK(log.last() == LogPosition{});
  CHECK(log.base() == LogPosition{});
  CHECK(read_all(log, Zxid{}).empty());
}

TEST_CASE_TEMPLATE("what was synced survives a crash, byte for byte", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  log_synced(bench.open(), 1, 100, 7);

  bench.crash();
  DurableLog& log = bench.open();

  CHECK_FALSE(log.fresh());
  CHECK(log.last() == position_after(100));
  CHECK(read_all(log, Zxid{}) == records(1, 100));
}

TEST_CASE_TEMPLATE("what was not synced is gone after a crash that loses it", Bench,
                   FaultyRocksBench, MemoryBench) {
  Bench bench;
  DurableLog& before = bench.open();
  log_synced(before, 1, 10);
  REQUIRE(before.append(records(11, 20)).ok());

  bench.crash();
  DurableLog& log = bench.open();

  CHECK(log.last() == position_after(10));
  CHECK(read_all(log, Zxid{}) == records(1, 10));
}

TEST_CASE_TEMPLATE("the log goes on where it ended before a crash", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  for (std::uint32_t round = 0; round < 5; ++round) {
    log_synced(bench.open(), round * 10 + 1, round * 10 + 10, 3);
    bench.crash();
  }

  CHECK(read_all(bench.open(), Zxid{}) == records(1, 50));
}

TEST_CASE_TEMPLATE("the chain hash does not depend on how txns were grouped", Bench,
                   QUORATE_EVERY_LOG) {
  Bench one;
  Bench other;
  DurableLog& first = one.open();
  DurableLog& second = other.open();

  log_synced(first, 1, 60, 1);
  log_synced(second, 1, 60, 25);

  CHECK(first.last() == second.last());
  CHECK(first.last() == position_after(60));
}

TEST_CASE_TEMPLATE("a record that does not follow is refused and changes nothing", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 5);

  for (const auto& bad :
       {records(5, 5), records(3, 6), std::vector<LogRecord>{record(at(6)), record(at(6))},
        std::vector<LogRecord>{record(at(7)), record(at(6))}}) {
    CHECK(log.append(bad).code() == ErrorCode::bad_arguments);
    CHECK(log.last() == position_after(5));
  }
  CHECK(log.append(records(6, 6)).ok());
  CHECK(log.sync().ok());
  CHECK(read_all(log, Zxid{}) == records(1, 6));
}

TEST_CASE_TEMPLATE("a txn of a later epoch follows the last of the one before", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 5);
  const std::vector<LogRecord> later = {record(Zxid::at(Epoch{6}, 1)),
                                        record(Zxid::at(Epoch{8}, 1))};

  REQUIRE(log.append(later).ok());
  REQUIRE(log.sync().ok());
  bench.crash();

  CHECK(read_all(bench.open(), at(5)) == later);
}

TEST_CASE_TEMPLATE("a reader begins behind any zxid, one between two records too", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  REQUIRE(log.append(std::vector<LogRecord>{record(at(2)), record(at(4)), record(at(9))}).ok());

  CHECK(read_all(log, at(1)).size() == 3);
  CHECK(read_all(log, at(2)).size() == 2);
  CHECK(read_all(log, at(3)).size() == 2);
  CHECK(read_all(log, at(8)).size() == 1);
  CHECK(read_all(log, at(9)).empty());
  CHECK(read_all(log, at(99)).empty());
}

TEST_CASE_TEMPLATE("a reader ends where the log ended when it was opened", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 5);
  auto reader = log.reader(at(3));
  REQUIRE(reader.ok());

  log_synced(log, 6, 10);

  CHECK((*reader)->next().value() == record(at(4)));
  CHECK((*reader)->next().value() == record(at(5)));
  CHECK((*reader)->next().value() == std::nullopt);
  CHECK((*reader)->next().value() == std::nullopt);
}

TEST_CASE_TEMPLATE("a position is found at and between records", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 20);

  CHECK(log.position_at(Zxid{}).value() == LogPosition{});
  CHECK(log.position_at(Zxid{7}).value() == LogPosition{});
  CHECK(log.position_at(at(13)).value() == position_after(13));
  CHECK(log.position_at(at(20)).value() == position_after(20));
  CHECK(log.position_at(Zxid::at(Epoch{9}, 1)).value() == position_after(20));
}

TEST_CASE_TEMPLATE("what is truncated never comes back", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& before = bench.open();
  log_synced(before, 1, 30, 4);
  REQUIRE(before.truncate_after(at(12)).ok());
  CHECK(before.last() == position_after(12));
  CHECK(read_all(before, Zxid{}) == records(1, 12));

  bench.crash();
  DurableLog& log = bench.open();
  CHECK(read_all(log, Zxid{}) == records(1, 12));

  const std::vector<LogRecord> other = {record(Zxid::at(Epoch{6}, 1)),
                                        record(Zxid::at(Epoch{6}, 2))};
  REQUIRE(log.append(other).ok());
  REQUIRE(log.sync().ok());
  bench.crash();
  CHECK(read_all(bench.open(), at(12)) == other);
}

TEST_CASE_TEMPLATE("truncating makes what is before it durable", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& before = bench.open();
  REQUIRE(before.append(records(1, 10)).ok());
  REQUIRE(before.truncate_after(at(8)).ok());

  bench.crash();

  CHECK(read_all(bench.open(), Zxid{}) == records(1, 8));
}

TEST_CASE_TEMPLATE("truncating at or behind the end cuts nothing", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 10);

  CHECK(log.truncate_after(at(10)).ok());
  CHECK(log.truncate_after(Zxid::at(Epoch{7}, 3)).ok());
  CHECK(log.last() == position_after(10));
}

TEST_CASE_TEMPLATE("a reader ends with cut when its records are truncated", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 10);
  auto reader = log.reader(at(5));
  auto untouched = log.reader(at(5));
  REQUIRE(reader.ok());
  CHECK((*reader)->next().value() == record(at(6)));

  REQUIRE(log.truncate_after(at(7)).ok());
  REQUIRE(log.append(std::vector<LogRecord>{record(Zxid::at(Epoch{6}, 1))}).ok());

  CHECK((*reader)->next().value() == record(at(7)));
  CHECK((*reader)->next().code() == ErrorCode::cut);
  CHECK((*reader)->next().code() == ErrorCode::cut);
  CHECK(read_all(log, at(6)).size() == 2);
}

TEST_CASE_TEMPLATE("purged history is refused, not read as empty", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& before = bench.open();
  log_synced(before, 1, 30);

  REQUIRE(before.purge_up_to(at(20)).ok());
  bench.crash();
  DurableLog& log = bench.open();

  CHECK(log.base() == position_after(20));
  CHECK(log.last() == position_after(30));
  CHECK(log.reader(at(19)).code() == ErrorCode::purged);
  CHECK(log.position_at(at(19)).code() == ErrorCode::purged);
  CHECK(log.truncate_after(at(19)).code() == ErrorCode::purged);
  CHECK(read_all(log, at(20)) == records(21, 30));
  CHECK(log.position_at(at(25)).value() == position_after(25));
}

TEST_CASE_TEMPLATE("everything can be purged, and the log goes on behind it", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& before = bench.open();
  log_synced(before, 1, 30);

  REQUIRE(before.purge_up_to(at(30)).ok());
  log_synced(before, 31, 35);
  bench.crash();
  DurableLog& log = bench.open();

  CHECK(log.base() == position_after(30));
  CHECK(log.last() == position_after(35));
  CHECK(read_all(log, at(30)) == records(31, 35));
}

TEST_CASE_TEMPLATE("purging less than before changes nothing, beyond the end is refused", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 30);
  REQUIRE(log.purge_up_to(at(20)).ok());

  CHECK(log.purge_up_to(at(10)).ok());
  CHECK(log.base() == position_after(20));
  CHECK(log.purge_up_to(at(31)).code() == ErrorCode::bad_arguments);
  CHECK(log.append(records(31, 31)).ok());
}

TEST_CASE_TEMPLATE("a purge takes nothing from a reader under way", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 30);
  auto reader = log.reader(at(5));
  REQUIRE(reader.ok());

  REQUIRE(log.purge_up_to(at(30)).ok());
  log_synced(log, 31, 40);

  for (std::uint32_t i = 6; i <= 30; ++i) CHECK((*reader)->next().value() == record(at(i)));
  CHECK((*reader)->next().value() == std::nullopt);
}

TEST_CASE_TEMPLATE("an image on the log's own chain keeps what is behind it", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 30);

  REQUIRE(log.anchor_at(position_after(20)).ok());

  CHECK(log.last() == position_after(30));
  CHECK(read_all(log, at(20)) == records(21, 30));
}

TEST_CASE_TEMPLATE("an image of another history replaces the log", Bench, QUORATE_EVERY_LOG) {
  const LogPosition elsewhere{at(10), 12345};
  const LogPosition ahead{Zxid::at(Epoch{9}, 4), 777};
  for (const LogPosition& anchor : {elsewhere, ahead}) {
    Bench bench;
    DurableLog& before = bench.open();
    log_synced(before, 1, 30);
    auto reader = before.reader(at(1));
    REQUIRE(reader.ok());

    REQUIRE(before.anchor_at(anchor).ok());
    CHECK((*reader)->next().code() == ErrorCode::cut);
    reader->reset();
    const LogRecord next = record(Zxid{anchor.zxid.value + 1});
    REQUIRE(before.append(std::vector<LogRecord>{next}).ok());
    REQUIRE(before.sync().ok());
    bench.crash();
    DurableLog& log = bench.open();

    CHECK(log.base() == anchor);
    CHECK(log.last() == advance(anchor, next));
    CHECK(log.reader(at(1)).code() == ErrorCode::purged);
    CHECK(read_all(log, anchor.zxid).size() == 1);
  }
}

TEST_CASE_TEMPLATE("the log remembers by its fence how far it had come", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 63, 1);
  CHECK(log.fence() == Zxid{});

  log_synced(log, 64, 65, 1);
  CHECK(log.fence() == at(64));
  REQUIRE(log.note_logged().ok());
  CHECK(log.fence() == at(65));
  REQUIRE(log.append(records(66, 70)).ok());
  REQUIRE(log.note_logged().ok());
  CHECK(log.fence() == at(65));
  REQUIRE(log.truncate_after(at(40)).ok());
  CHECK(log.fence() == at(40));
}

TEST_CASE_TEMPLATE("records of any size come back", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& before = bench.open();
  std::vector<LogRecord> sizes;
  std::uint32_t counter = 1;
  for (const std::size_t size : {0U, 1U, 32747U, 32768U, 100000U, 8U << 20U, 3U})
    sizes.push_back({at(counter++), Blob(std::string_view(std::string(size, 'y')))});

  for (const LogRecord& one : sizes) {
    REQUIRE(before.append(std::span(&one, 1)).ok());
    REQUIRE(before.sync().ok());
  }
  bench.crash();

  CHECK(read_all(bench.open(), Zxid{}) == sizes);
}

// Goal: history can be read and purged while the owner appends, truncates and syncs.
// Method: three threads; the sanitizers watch, and every record read must be the right one.
TEST_CASE_TEMPLATE("readers and purges run beside appends", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 10);
  std::atomic<bool> over = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> read = 0;

  std::thread purger([&] {
    while (!over) {
      const std::uint32_t end = log.last().zxid.counter();
      if (end > 400 && !log.purge_up_to(at(end - 400)).ok()) ++wrong;
    }
  });
  std::thread catching_up([&] {
    while (!over) {
      auto reader = log.reader(log.base().zxid);
      if (!reader) {
        if (reader.code() != ErrorCode::purged) ++wrong;
        continue;
      }
      for (;;) {
        const auto next = (*reader)->next();
        if (!next && next.code() != ErrorCode::cut) ++wrong;
        if (!next || !next.value()) break;
        if (**next != record(next.value()->zxid)) ++wrong;
        ++read;
      }
    }
  });
  while (read == 0) std::this_thread::yield();
  for (std::uint32_t i = 11; i <= 3000; i += 10) {
    if (!log.append(records(i, i + 9)).ok() || !log.sync().ok()) ++wrong;
    if (i % 500 == 11 && (!log.truncate_after(at(i + 5)).ok() ||
                          !log.append(records(i + 6, i + 9)).ok() || !log.sync().ok()))
      ++wrong;
  }
  over = true;
  purger.join();
  catching_up.join();

  CHECK(wrong == 0);
  CHECK(log.last() == position_after(3000));
}

}  // namespace
}  // namespace quorate::test
