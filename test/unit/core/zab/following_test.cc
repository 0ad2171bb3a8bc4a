#include "core/zab/following.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

using Time = Following::Time;

constexpr Epoch e4{4};
constexpr Epoch e5{5};

/// Server 2 behind server 1; the journal does what it was asked when the test says so.
class Follow {
 public:
  explicit Follow(Standing its, bool unanimous = false)
      : standing(std::move(its)), following(standing, s1, unanimous, Time{0}) {}

  Effects start() { return checked(following.start()); }
  Effects hears(const PeerMessage& message, Time now = Time{0}) {
    return checked(following.on_message(message, now));
  }
  Effects stored() {
    standing.promised = standing.asked;
    return checked(following.on_promised(standing.promised));
  }
  Effects logged() {
    standing.logged = standing.history.last().zxid;
    return checked(following.on_logged());
  }
  Effects streamed(const ProposalBatch& batch) { return checked(following.on_history(batch)); }
  Effects fetched(const LogPosition& image) { return checked(following.on_image(image, 1000)); }

  /// Up to where the leader knows our history.
  Effects promise(Epoch epoch = e4) {
    start();
    hears(NewEpoch{epoch});
    return stored();
  }
  /// Up to following, with nothing to catch up with.
  Effects follow(Epoch epoch = e4) {
    promise(epoch);
    const LogPosition end = standing.history.last();
    hears(Synchronise{epoch, end, end, false, false});
    return stored();
  }

  Standing standing;
  Following following;

 private:
  Effects checked(Effects effects) {
    if (!following.is_over()) following.check_invariants();
    return effects;
  }
};

Standing one_of_three(std::uint32_t counter = 5) {
  return standing_with(s2, three_voters(), log_up_to(counter));
}

ProposalBatch batch_of(const LogPosition& previous, std::vector<Record> records,
                       Zxid committed = {}, Epoch epoch = e4) {
  return ProposalBatch{epoch, previous, std::move(records), committed, {}};
}

Proposals proposals(const LogPosition& previous, std::vector<Record> records, Zxid committed = {},
                    Epoch epoch = e4) {
  return std::make_shared<const ProposalBatch>(
      batch_of(previous, std::move(records), committed, epoch));
}

/// Records of epoch 4 behind a log of epoch 3 that ends at `counter`.
std::vector<Record> new_records(std::uint32_t first, std::uint32_t last,
                                std::uint32_t counter = 5) {
  auto records = records_behind(end_of(log_up_to(counter)), 4, 1, last);
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(first - 1));
  return records;
}
const LogPosition end5 = end_of(log_up_to(5));

// --- Discovery

TEST_CASE("who joins says which epoch it can still promise to this leader") {
  Follow other(one_of_three());
  CHECK(sent_to<Join>(s1, other.start()) == std::vector{Join{e4, true}});

  Standing same = one_of_three();
  same.promised.leader = same.asked.leader = s1;
  Follow again(std::move(same));
  CHECK(sent_to<Join>(s1, again.start()) == std::vector{Join{Epoch{3}, true}});
}

TEST_CASE("joining is repeated when the leader leads, until it has asked") {
  Follow follow(one_of_three());
  follow.start();

  CHECK(follow.following.on_leader_ready().send.size() == 1);
  follow.hears(NewEpoch{e4});
  CHECK(follow.following.on_leader_ready().send.empty());
}

TEST_CASE("an epoch is promised when the promise is stored, not before") {
  Follow follow(one_of_three());
  follow.start();

  const Effects asked = follow.hears(NewEpoch{e4});

  CHECK(asked.promise == EpochPromise{e4, s1, Epoch{3}, {}});
  CHECK(asked.send.empty());
  const auto promised = sent_to<EpochPromised>(s1, follow.stored());
  REQUIRE(promised.size() == 1);
  CHECK(promised[0].epoch == e4);
  CHECK(promised[0].current == Epoch{3});
  CHECK(promised[0].ends.back() == end5);
  CHECK(promised[0].counts);
}

TEST_CASE("an epoch that was accepted for another leader is not promised again") {
  Follow follow(one_of_three());
  follow.start();

  const Effects effects = follow.hears(NewEpoch{Epoch{3}});

  CHECK_FALSE(effects.promise.has_value());
  CHECK(sent_to<Join>(s1, effects) == std::vector{Join{e4, true}});
}

TEST_CASE("what was remembered of the last epoch is told with the promise") {
  Standing standing = one_of_three();
  standing.remembered = {Epoch{3}, {{s3, at(3, 4)}}};
  Follow follow(std::move(standing));

  const auto promised = sent_to<EpochPromised>(s1, follow.promise());

  REQUIRE(promised.size() == 1);
  CHECK(promised[0].remembered == Remembered{Epoch{3}, {{s3, at(3, 4)}}});
}

TEST_CASE("an observer promises like others, and is not counted") {
  Follow follow(standing_with(observer, three_voters(), log_up_to(5)));

  const auto promised = sent_to<EpochPromised>(s1, follow.promise());

  REQUIRE(promised.size() == 1);
  CHECK_FALSE(promised[0].counts);
}

TEST_CASE("who hears that it has lost what it acked stores that, and starts over") {
  Follow follow(one_of_three());
  follow.promise();

  const Effects effects = follow.hears(Amnesia{at(3, 9)});

  REQUIRE(effects.promise.has_value());
  CHECK(effects.promise->recovering_to == at(3, 9));
  CHECK(follow.following.lost() == LossReason::amnesia);
}

// --- Synchronisation

TEST_CASE("who lacks nothing adopts the epoch at once, and says so when it is stored") {
  Follow follow(one_of_three());
  follow.promise();

  const Effects told = follow.hears(Synchronise{e4, end5, end5, false, false});

  CHECK(told.promise == EpochPromise{e4, s1, e4, {}});
  CHECK_FALSE(told.cut.has_value());
  CHECK(sent_to<Adopted>(s1, told).empty());
  CHECK(sent_to<Adopted>(s1, follow.stored()) == std::vector{Adopted{e4}});
}

TEST_CASE("the epoch is adopted behind the history that was sent, in one order") {
  Follow follow(one_of_three(3));
  follow.promise();
  follow.hears(Synchronise{e4, end_of(log_up_to(3)), end5, false, false});
  const auto lacked = records_behind(end_of(log_up_to(3)), 3, 4, 5);

  const Effects half = follow.hears(proposals(end_of(log_up_to(3)), {lacked[0]}));
  CHECK(half.log.size() == 1);
  CHECK_FALSE(half.promise.has_value());
  const Effects whole = follow.hears(proposals(lacked[0].position, {lacked[1]}));

  CHECK(whole.log.size() == 1);
  REQUIRE(whole.promise.has_value());
  CHECK(whole.promise->current == e4);
}

TEST_CASE("what the leader does not have is cut") {
  Follow follow(one_of_three(8));
  follow.promise();

  const Effects effects = follow.hears(Synchronise{e4, end5, end5, false, false});

  CHECK(effects.cut == end5);
  CHECK(follow.standing.history.last() == end5);
  CHECK(follow.standing.logged == at(3, 5));
}

TEST_CASE("a cut of what is committed is refused") {
  Follow follow(standing_with(s2, three_voters(), log_up_to(8), Epoch{3}, 7));
  follow.promise();

  const Effects effects = follow.hears(Synchronise{e4, end5, end5, false, false});

  CHECK_FALSE(effects.cut.has_value());
  CHECK(follow.following.lost() == LossReason::contradiction);
}

TEST_CASE("to keep what one does not have is refused") {
  Follow follow(one_of_three(3));
  follow.promise();

  follow.hears(Synchronise{e4, end5, end5, false, false});

  CHECK(follow.following.lost() == LossReason::contradiction);
}

TEST_CASE("history that is streamed is fetched") {
  Follow follow(one_of_three(2));
  follow.promise();
  const LogPosition keep = end_of(log_up_to(2));

  const Effects effects = follow.hears(Synchronise{e4, keep, end5, true, false});

  CHECK(effects.fetch == Fetch{s1, e4, keep, end5, false});
  CHECK_FALSE(effects.promise.has_value());
  CHECK(follow.streamed(batch_of(keep, records_behind(keep, 3, 3, 5))).promise.has_value());
}

TEST_CASE("live proposals are held until the stream has come to them") {
  Follow follow(one_of_three(2));
  follow.promise();
  const LogPosition keep = end_of(log_up_to(2));
  follow.hears(Synchronise{e4, keep, end5, true, false});
  CHECK(follow.hears(proposals(end5, new_records(1, 2))).log.empty());

  const Effects effects = follow.streamed(batch_of(keep, records_behind(keep, 3, 3, 5)));

  CHECK(zxids_of(effects.log) == std::vector{at(3, 3), at(3, 4), at(3, 5), at(4, 1), at(4, 2)});
}

TEST_CASE("who has to hold too much starts over") {
  Standing standing = one_of_three(2);
  standing.limits.held_bytes_max = 1;
  Follow follow(std::move(standing));
  follow.promise();
  follow.hears(Synchronise{e4, end_of(log_up_to(2)), end5, true, false});

  follow.hears(proposals(end5, new_records(1, 1)));

  CHECK(follow.following.lost() == LossReason::overrun);
}

TEST_CASE("an image replaces the log, and ends the role") {
  Follow follow(one_of_three(2));
  follow.promise();
  follow.hears(Synchronise{e4, LogPosition{}, end5, true, true});
  const LogPosition image = end_of(log_up_to(4));

  const Effects effects = follow.fetched(image);

  REQUIRE(effects.install.has_value());
  CHECK(effects.install->at == image);
  CHECK_FALSE(effects.install->promise.recovering_to.has_value());
  CHECK(follow.standing.history.last() == image);
  CHECK(follow.following.lost() == LossReason::image_received);
}

TEST_CASE("who gives up acked history for an older image is recovering until it is back") {
  Follow follow(one_of_three(5));
  follow.promise();
  follow.hears(Synchronise{e4, LogPosition{}, end5, true, true});

  const Effects effects = follow.fetched(end_of(log_up_to(4)));

  REQUIRE(effects.install.has_value());
  CHECK(effects.install->promise.recovering_to == at(3, 5));
}

TEST_CASE("an image that is not waited for is not installed") {
  Follow follow(one_of_three());
  follow.follow();

  CHECK_FALSE(follow.fetched(end_of(log_up_to(4))).install.has_value());
}

TEST_CASE("nothing is taken into the log while an image is waited for") {
  Follow follow(one_of_three(5));
  follow.promise();
  follow.hears(Synchronise{e4, LogPosition{}, end5, true, true});

  CHECK(follow.hears(proposals(end5, new_records(1, 1))).log.empty());
  CHECK(follow.streamed(batch_of(end5, new_records(1, 1))).log.empty());
}

// --- Broadcast

TEST_CASE("a proposal is logged, and acked when it is synced") {
  Follow follow(one_of_three());
  follow.follow();

  const Effects proposed = follow.hears(proposals(end5, new_records(1, 2)));

  CHECK(zxids_of(proposed.log) == std::vector{at(4, 1), at(4, 2)});
  CHECK(sent_to<Ack>(s1, proposed).empty());
  CHECK(sent_to<Ack>(s1, follow.logged()) == std::vector{Ack{e4, at(4, 2)}});
}

TEST_CASE("nothing is acked before the epoch is adopted; then all that was logged is at once") {
  Follow follow(one_of_three());
  follow.promise();
  follow.hears(Synchronise{e4, end5, end5, false, false});
  follow.hears(proposals(end5, new_records(1, 1)));
  CHECK(follow.logged().send.empty());

  const Effects effects = follow.stored();

  REQUIRE(effects.send.size() == 2);
  CHECK(std::holds_alternative<Adopted>(effects.send[0].message));
  CHECK(sent_to<Ack>(s1, effects) == std::vector{Ack{e4, at(4, 1)}});
}

TEST_CASE("an observer acks nothing") {
  Follow follow(standing_with(observer, three_voters(), log_up_to(5)));
  follow.follow();
  follow.hears(proposals(end5, new_records(1, 1), at(4, 1)));

  CHECK(follow.logged().send.empty());
}

TEST_CASE("a record that follows another history is refused") {
  Follow follow(one_of_three());
  follow.follow();
  LogPosition other = end5;
  other.chain ^= 1;

  const Effects effects = follow.hears(proposals(other, new_records(1, 1)));

  CHECK(effects.log.empty());
  CHECK(follow.following.lost() == LossReason::contradiction);
}

TEST_CASE("a gap inside a batch is refused") {
  Follow follow(one_of_three());
  follow.follow();

  const Effects effects = follow.hears(proposals(end_of(log_up_to(4)), new_records(1, 1)));

  CHECK(effects.log.empty());
  CHECK(follow.following.lost() == LossReason::contradiction);
}

TEST_CASE("behind a gap, what comes is held and not logged") {
  Follow follow(one_of_three());
  follow.follow();
  const auto records = new_records(1, 2);

  CHECK(follow.hears(proposals(records[0].position, {records[1]})).log.empty());
  CHECK(follow.logged().send.empty());
}

TEST_CASE("records that are known already are harmless") {
  Follow follow(one_of_three());
  follow.follow();
  follow.hears(proposals(end5, new_records(1, 2)));

  const Effects effects = follow.hears(proposals(end5, new_records(1, 3)));

  CHECK(zxids_of(effects.log) == std::vector{at(4, 3)});
  CHECK_FALSE(follow.following.is_over());
}

TEST_CASE("what is committed is applied as far as the log goes, the rest when it comes") {
  Follow follow(one_of_three());
  follow.follow();
  follow.hears(Serve{e4, at(3, 5)});
  CHECK(follow.hears(Committed{e4, at(4, 2)}).commit.empty());

  const Effects effects = follow.hears(proposals(end5, new_records(1, 3)));

  CHECK(zxids_of(effects.commit) == std::vector{at(4, 1), at(4, 2)});
}

TEST_CASE("clients are served when a quorum has adopted the epoch, behind its history") {
  Follow follow(one_of_three());

  CHECK_FALSE(follow.follow().serve);
  const Effects effects = follow.hears(Serve{e4, at(3, 5)});

  CHECK(effects.serve);
  CHECK(effects.commit.size() == 5);
  CHECK(follow.following.established() == e4);
  CHECK_FALSE(follow.hears(Serve{e4, at(3, 5)}).serve);
}

TEST_CASE("writes and syncs go to the leader while clients are served, and not before") {
  Follow follow(one_of_three());
  follow.follow();
  CHECK(follow.following.on_submit(writes(1)).send.empty());
  CHECK(follow.following.on_sync({}).send.empty());

  follow.hears(Serve{e4, at(3, 5)});

  CHECK(sent_to<Forward>(s1, follow.following.on_submit(writes(2))).at(0).writes.size() == 2);
  CHECK(sent_to<Forward>(s1, follow.following.on_sync({})).at(0).syncs.size() == 1);
}

TEST_CASE("messages of another epoch are ignored") {
  Follow follow(one_of_three());
  follow.follow();
  follow.hears(proposals(end5, new_records(1, 1)));

  CHECK(follow.hears(Committed{Epoch{3}, at(4, 1)}).commit.empty());
  CHECK_FALSE(follow.hears(Serve{Epoch{3}, at(4, 1)}).serve);
  CHECK_FALSE(follow.hears(Synchronise{Epoch{3}, end5, end5, false, false}).cut.has_value());
  CHECK(follow.hears(proposals(end5, new_records(1, 2), at(4, 2), Epoch{3})).log.empty());
  CHECK_FALSE(follow.following.is_over());
}

TEST_CASE("nothing is logged before the leader has said what to keep") {
  Follow follow(one_of_three());
  follow.promise();

  CHECK(follow.hears(proposals(end5, new_records(1, 1))).log.empty());
}

TEST_CASE("the leader's next epoch is promised over the same link, while clients are served") {
  Follow follow(one_of_three());
  follow.follow();
  follow.hears(Serve{e4, at(3, 5)});

  const Effects asked = follow.hears(NewEpoch{e5});

  REQUIRE(asked.promise.has_value());
  CHECK(asked.promise->accepted == e5);
  CHECK(follow.following.is_serving());
  CHECK_FALSE(follow.following.established().has_value());
  CHECK_FALSE(follow.hears(NewEpoch{e4}).promise.has_value());
}

TEST_CASE("once a higher epoch was promised, nothing is confirmed or acked for the lower") {
  Follow follow(one_of_three());
  follow.follow();
  follow.hears(proposals(end5, new_records(1, 1)));
  follow.hears(NewEpoch{e5});

  CHECK(follow.logged().send.empty());
  const auto alive = sent_to<Alive>(s1, follow.hears(Heartbeat{e4, 7}));
  REQUIRE(alive.size() == 1);
  CHECK(alive[0].epoch == Epoch{});
}

TEST_CASE("a follower that has adopted the epoch confirms the leader's rounds") {
  Follow follow(one_of_three());
  follow.follow();

  const auto alive = sent_to<Alive>(s1, follow.hears(Heartbeat{e4, 7}));

  REQUIRE(alive.size() == 1);
  CHECK(alive[0].epoch == e4);
  CHECK(alive[0].round == 7);
}

TEST_CASE("sessions that were heard from are told with the next answer to a heartbeat, once") {
  Follow follow(one_of_three());
  follow.follow();
  follow.following.on_touched({SessionId{1}, SessionId{2}});

  CHECK(sent_to<Touches>(s1, follow.hears(Heartbeat{e4, 1})).at(0).sessions.size() == 2);
  CHECK(sent_to<Touches>(s1, follow.hears(Heartbeat{e4, 2})).empty());
}

TEST_CASE("answers to syncs are passed on") {
  Follow follow(one_of_three());
  follow.follow();
  const SyncPoint point{{ConnectionSerial{5}, 1}, at(4, 1)};

  CHECK(follow.hears(SyncPoints{{point}}).synced == std::vector{point});
}

TEST_CASE("a recovering voter serves nobody, and votes again once it has passed what it lost") {
  Standing standing = one_of_three();
  standing.promised.recovering_to = standing.asked.recovering_to = at(3, 9);
  Follow follow(std::move(standing));
  follow.follow();

  const Effects effects = follow.hears(Serve{e4, at(3, 5)});

  CHECK_FALSE(effects.serve);
  REQUIRE(effects.promise.has_value());
  CHECK_FALSE(effects.promise->recovering_to.has_value());
  CHECK(follow.following.lost() == LossReason::caught_up);
}

TEST_CASE("what a recovering voter had acked in this epoch must come back first") {
  Standing standing = one_of_three();
  standing.promised.recovering_to = standing.asked.recovering_to = at(4, 2);
  Follow follow(std::move(standing));
  follow.follow();
  CHECK_FALSE(follow.hears(Serve{e4, at(3, 5)}).promise.has_value());
  follow.hears(proposals(end5, new_records(1, 2)));
  CHECK(follow.logged().send.empty());

  const Effects effects = follow.hears(Committed{e4, at(4, 2)});

  REQUIRE(effects.promise.has_value());
  CHECK_FALSE(effects.promise->recovering_to.has_value());
}

TEST_CASE("a leader that is not heard for the silence time is given up") {
  Follow follow(one_of_three());
  follow.follow();
  follow.hears(Heartbeat{e4, 1}, Time{500});

  follow.following.on_tick(Time{1499});
  CHECK_FALSE(follow.following.is_over());
  follow.following.on_tick(Time{1500});
  CHECK(follow.following.lost() == LossReason::leader_silent);
}

TEST_CASE("who was elected and says nothing never began to lead") {
  Follow follow(one_of_three());
  follow.start();

  follow.following.on_tick(Time{999});
  CHECK_FALSE(follow.following.is_over());
  follow.following.on_tick(Time{1000});
  CHECK(follow.following.lost() == LossReason::join_timeout);
}

TEST_CASE("a leader that does not ask for an epoch is given up, however alive it is") {
  Follow follow(one_of_three());
  follow.start();
  follow.hears(Heartbeat{e4, 1}, Time{1900});

  follow.following.on_tick(Time{2000});

  CHECK(follow.following.lost() == LossReason::join_timeout);
}

}  // namespace
}  // namespace quorate
