// The contract of the promises, for every implementation.
#include <doctest/doctest.h>

#include "test/unit/storage/log_benches.h"

namespace quorate::test {
namespace {

#define QUORATE_EVERY_LOG RocksBench, FaultyRocksBench, MemoryBench

Promises sample() {
  Promises promises;
  promises.cluster = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  promises.server = ServerId{3};
  promises.incarnation = Incarnation{7};
  promises.accepted_epoch = Epoch{9};
  promises.accepted_leader = ServerId{2};
  promises.current_epoch = Epoch{8};
  promises.recovering_to = Zxid::at(Epoch{8}, 77);
  promises.image_directory = "image-4";
  return promises;
}

TEST_CASE_TEMPLATE("a fresh store has promised nothing", Bench, QUORATE_EVERY_LOG) {
  Bench bench;

  CHECK(bench.open().promises().load().value() == std::nullopt);
}

TEST_CASE_TEMPLATE("a promise is durable when it is stored", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  REQUIRE(bench.open().promises().store(sample()).ok());

  bench.crash();

  CHECK(bench.open().promises().load().value() == sample());
}

TEST_CASE_TEMPLATE("a promise makes durable what was appended before it", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  REQUIRE(log.append(records(1, 5)).ok());
  REQUIRE(log.promises().store(sample()).ok());

  bench.crash();

  CHECK(read_all(bench.open(), Zxid{}) == records(1, 5));
}

TEST_CASE_TEMPLATE("promises outlive purges and truncations", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  REQUIRE(log.promises().store(sample()).ok());
  log_synced(log, 1, 20);
  REQUIRE(log.purge_up_to(at(20)).ok());
  REQUIRE(log.anchor_at({Zxid::at(Epoch{6}, 1), 5}).ok());

  bench.crash();

  CHECK(bench.open().promises().load().value() == sample());
}

TEST_CASE_TEMPLATE("a promise that goes back is refused and the old one stays", Bench,
                   QUORATE_EVERY_LOG) {
  Bench bench;
  EpochStore& store = bench.open().promises();
  REQUIRE(store.store(sample()).ok());
  Promises bad[] = {sample(), sample(), sample(), sample(), sample(), sample(), sample()};
  bad[0].accepted_epoch = Epoch{8};
  bad[1].current_epoch = Epoch{7};
  bad[2].current_epoch = Epoch{10};
  bad[3].incarnation = Incarnation{6};
  bad[4].server = ServerId{1};
  bad[5].cluster[3] = 99;
  bad[6].accepted_leader = ServerId{1};

  for (const Promises& promises : bad)
    CHECK(store.store(promises).code() == ErrorCode::bad_arguments);
  CHECK(store.load().value() == sample());
  CHECK(store.store(sample()).ok());
}

TEST_CASE_TEMPLATE("recovering ends when it is taken back", Bench, QUORATE_EVERY_LOG) {
  Bench bench;
  DurableLog& log = bench.open();
  REQUIRE(log.promises().store(sample()).ok());
  Promises promises = sample();
  promises.recovering_to.reset();
  promises.current_epoch = Epoch{9};

  REQUIRE(log.promises().store(promises).ok());
  bench.crash();

  CHECK(bench.open().promises().load().value() == promises);
}

}  // namespace
}  // namespace quorate::test
