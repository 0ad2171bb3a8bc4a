#include "core/zab/tenure.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace quorate {
namespace {

constexpr ClockReading now{5000, std::chrono::milliseconds{10}};
constexpr SyncRequest sync_request{ConnectionSerial{5}, 1};

std::vector<Submission> writes(std::size_t count) {
  Submission write;
  write.body = Delete{"/a", any_version};
  return std::vector<Submission>(count, write);
}

Standing after_a_crash() {
  Standing standing;
  standing.self = ServerId{1};
  standing.voters = {ServerId{1}};
  standing.promised = {Epoch{3}, Epoch{3}};
  standing.history = {Zxid::at(Epoch{3}, 9), 4000};
  auto txn = std::make_shared<Txn>();
  txn->zxid = Zxid::at(Epoch{3}, 9);
  standing.uncommitted.push_back(txn);
  return standing;
}

/// A tenure that leads in epoch 4, whose epochs have so many counters.
Tenure leading(std::uint32_t counters) {
  Standing standing = after_a_crash();
  standing.counters_per_epoch = counters;
  Tenure tenure(standing);
  tenure.start();
  tenure.on_promised({Epoch{4}, Epoch{3}}, now);
  tenure.on_promised({Epoch{4}, Epoch{4}}, now);
  return tenure;
}

TEST_CASE("an epoch is promised before it is adopted, and adopted before it is led") {
  Tenure tenure(after_a_crash());

  CHECK(tenure.start().promise == EpochPromise{Epoch{4}, Epoch{3}});
  CHECK(tenure.on_promised({Epoch{4}, Epoch{3}}, now).promise == EpochPromise{Epoch{4}, Epoch{4}});
  CHECK_FALSE(tenure.is_leading());
  CHECK(tenure.on_promised({Epoch{4}, Epoch{4}}, now).established);
  CHECK(tenure.is_leading());
}

TEST_CASE("an interrupted promise is not used twice") {
  Standing standing = after_a_crash();
  standing.promised = {Epoch{4}, Epoch{3}};
  Tenure tenure(standing);

  CHECK(tenure.start().promise == EpochPromise{Epoch{5}, Epoch{3}});
}

TEST_CASE("the whole log is committed when the new epoch is stored, not before") {
  Tenure tenure(after_a_crash());
  CHECK(tenure.start().commit.empty());
  CHECK(tenure.on_promised({Epoch{4}, Epoch{3}}, now).commit.empty());

  const Effects effects = tenure.on_promised({Epoch{4}, Epoch{4}}, now);

  REQUIRE(effects.commit.size() == 1);
  CHECK(effects.commit[0]->zxid == Zxid::at(Epoch{3}, 9));
}

TEST_CASE("writes and syncs wait in order until the epoch is established") {
  Tenure tenure(after_a_crash());
  tenure.start();
  CHECK(tenure.on_submit(writes(2), now).log.empty());
  CHECK(tenure.on_sync(sync_request).synced.empty());
  tenure.on_promised({Epoch{4}, Epoch{3}}, now);

  const Effects effects = tenure.on_promised({Epoch{4}, Epoch{4}}, now);

  REQUIRE(effects.log.size() == 2);
  CHECK(effects.log[0]->zxid == Zxid::at(Epoch{4}, 1));
  CHECK(effects.synced == std::vector{SyncPoint{sync_request, Zxid::at(Epoch{4}, 2)}});
}

TEST_CASE("a sync whose promise was lost establishes nothing") {
  Tenure tenure(after_a_crash());
  tenure.start();

  CHECK(tenure.on_logged(Zxid::at(Epoch{3}, 9), now).commit.empty());
  CHECK_FALSE(tenure.is_leading());
}

TEST_CASE("when the counter ends, the next epoch starts behind an empty window") {
  Tenure tenure = leading(2);
  CHECK(tenure.on_submit(writes(3), now).log.size() == 2);
  CHECK_FALSE(tenure.is_leading());
  CHECK_FALSE(tenure.on_logged(Zxid::at(Epoch{4}, 1), now).promise.has_value());

  const Effects drained = tenure.on_logged(Zxid::at(Epoch{4}, 2), now);

  CHECK(drained.commit.size() == 1);
  CHECK(drained.promise == EpochPromise{Epoch{5}, Epoch{4}});
  tenure.on_promised({Epoch{5}, Epoch{4}}, now);
  const Effects next = tenure.on_promised({Epoch{5}, Epoch{5}}, now);
  REQUIRE(next.log.size() == 1);
  CHECK(next.log[0]->zxid == Zxid::at(Epoch{5}, 1));
  CHECK(next.log[0]->committed == Zxid::at(Epoch{4}, 2));
  tenure.check_invariants();
}

TEST_CASE("a counter that ended with nothing in flight moves on by itself") {
  Tenure tenure = leading(2);
  tenure.on_submit(writes(2), now);
  tenure.on_logged(Zxid::at(Epoch{4}, 2), now);

  const Effects effects = tenure.on_submit(writes(1), now);

  CHECK(effects.log.empty());
  CHECK(effects.promise == EpochPromise{Epoch{5}, Epoch{4}});
}

TEST_CASE("a sync behind writes that wait for the next epoch waits with them") {
  Tenure tenure = leading(1);
  tenure.on_submit(writes(2), now);
  CHECK(tenure.on_sync(sync_request).synced.empty());
  CHECK(tenure.on_logged(Zxid::at(Epoch{4}, 1), now).synced.empty());
  tenure.on_promised({Epoch{5}, Epoch{4}}, now);

  const Effects effects = tenure.on_promised({Epoch{5}, Epoch{5}}, now);

  CHECK(effects.synced == std::vector{SyncPoint{sync_request, Zxid::at(Epoch{5}, 1)}});
}

}  // namespace
}  // namespace quorate
