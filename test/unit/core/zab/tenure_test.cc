#include "core/zab/tenure.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

constexpr Epoch e4{4};
constexpr Epoch e5{5};
constexpr SyncRequest sync_a{ConnectionSerial{5}, 1};
constexpr SyncRequest sync_b{ConnectionSerial{6}, 1};
constexpr SyncRequest sync_c{ConnectionSerial{7}, 1};

/// Server 1 as a leader, whose journal does what it was asked when the test says so.
class Lead {
 public:
  explicit Lead(Standing its, bool unanimous = false)
      : standing(std::move(its)), tenure(standing, unanimous, now.monotonic) {}

  Effects start() { return checked(tenure.start(now.monotonic)); }
  Effects hears(ServerId from, const PeerMessage& message) {
    return checked(tenure.on_message(from, message, now));
  }
  Effects stored() {
    standing.promised = standing.asked;
    return checked(tenure.on_promised(standing.promised, now));
  }
  Effects logged() {
    standing.logged = standing.history.last().zxid;
    return checked(tenure.on_logged(now));
  }
  Effects submits(std::vector<Submission> writes) {
    return checked(tenure.on_submit(std::move(writes), now));
  }
  Effects syncs(const SyncRequest& request) { return checked(tenure.on_sync(s1, request)); }
  Effects ticks_at(std::int64_t ms) {
    now = clock_at(ms);
    return checked(tenure.on_tick(now));
  }

  Effects joins(ServerId from, Epoch least = e4) { return hears(from, Join{least, true}); }
  Effects promises(ServerId from, const std::vector<Record>& log,
                   const Remembered& remembered = {}) {
    return hears(from,
                 EpochPromised{tenure.epoch(), Epoch{3}, outline_of(log).ends, true, remembered});
  }
  Effects adopts(ServerId from) { return hears(from, Adopted{tenure.epoch()}); }
  Effects acks(ServerId from, Zxid zxid) { return hears(from, Ack{tenure.epoch(), zxid}); }

  /// Through all phases with a follower that has the same log.
  Effects establish_with(ServerId follower) {
    start();
    joins(follower);
    stored();
    promises(follower, log_up_to(5));
    stored();
    return adopts(follower);
  }
  /// A server that comes later, with the same log or another.
  Effects takes_in(ServerId learner, const std::vector<Record>& log = log_up_to(5)) {
    joins(learner);
    return promises(learner, log);
  }

  ClockReading now = clock_at(0);
  Standing standing;
  Tenure tenure;

 private:
  Effects checked(Effects effects) {
    if (!tenure.is_over()) tenure.check_invariants();
    return effects;
  }
};

Standing one_of_three(std::size_t committed = 0) {
  return standing_with(s1, three_voters(), log_up_to(5), Epoch{3}, committed);
}

std::uint64_t last_round(ServerId to, const Effects& effects) {
  const auto pings = sent_to<Heartbeat>(to, effects);
  REQUIRE_FALSE(pings.empty());
  return pings.back().round;
}

// --- Discovery

TEST_CASE("a quorum of one promises, adopts and leads by itself") {
  Lead lead(standing_with(s1, only_one(), log_up_to(5)));

  CHECK(lead.start().promise == EpochPromise{e4, s1, Epoch{3}, {}});
  CHECK(lead.stored().promise == EpochPromise{e4, s1, e4, {}});
  CHECK_FALSE(lead.tenure.established().has_value());
  CHECK(lead.stored().serve);
  CHECK(lead.tenure.established() == e4);
}

TEST_CASE("nothing is asked for before a quorum has joined") {
  Lead lead(one_of_three());

  CHECK_FALSE(lead.start().promise.has_value());
  CHECK(lead.joins(s2).promise.has_value());
}

TEST_CASE("the new epoch is above all that were accepted by those who joined") {
  Lead lead(one_of_three());
  lead.start();

  CHECK(lead.joins(s2, Epoch{8}).promise->accepted == Epoch{8});
}

TEST_CASE("an epoch is asked for only when the leader's own promise is stored") {
  Lead lead(one_of_three());
  lead.start();

  CHECK(lead.joins(s2).send.empty());
  CHECK(sent_to<NewEpoch>(s2, lead.stored()) == std::vector{NewEpoch{e4}});
}

TEST_CASE("a leader resigns when a voter that promises is more recent") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();

  const Effects effects = lead.promises(s2, log_up_to(6));

  CHECK(lead.tenure.lost() == LossReason::behind);
  CHECK_FALSE(effects.promise.has_value());
}

TEST_CASE("a longer log of an earlier epoch is not more recent") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();

  lead.hears(s2, EpochPromised{e4, Epoch{2}, outline_of(log_up_to(9)).ends, true, {}});

  CHECK_FALSE(lead.tenure.is_over());
}

TEST_CASE("a promise of another epoch is not counted") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();

  const Effects effects =
      lead.hears(s2, EpochPromised{e5, Epoch{3}, outline_of(log_up_to(5)).ends, true, {}});

  CHECK_FALSE(effects.promise.has_value());
}

TEST_CASE("a recovering voter is not counted where a quorum is") {
  Lead lead(one_of_three());
  lead.start();
  CHECK_FALSE(lead.hears(s2, Join{e4, false}).promise.has_value());
  lead.joins(s3);
  lead.stored();

  const Effects effects =
      lead.hears(s2, EpochPromised{e4, Epoch{3}, outline_of(log_up_to(5)).ends, false, {}});

  CHECK_FALSE(effects.promise.has_value());
  CHECK(lead.promises(s3, log_up_to(5)).promise.has_value());
}

TEST_CASE("an observer is not counted where a quorum is") {
  Lead lead(one_of_three());
  lead.start();

  CHECK_FALSE(lead.joins(observer).promise.has_value());
}

TEST_CASE("a voter that has less than is remembered of it has lost what it acked") {
  Standing standing = one_of_three();
  standing.remembered = {Epoch{3}, {{s2, at(3, 5)}}};
  Lead lead(std::move(standing));
  lead.start();
  lead.joins(s2);
  lead.stored();

  const Effects effects = lead.promises(s2, log_up_to(4));

  CHECK(sent_to<Amnesia>(s2, effects) == std::vector{Amnesia{at(3, 5)}});
  CHECK_FALSE(effects.promise.has_value());
}

TEST_CASE("a leader that has less than others remember of it gives up and is recovering") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();

  const Effects effects = lead.promises(s2, log_up_to(5), Remembered{Epoch{3}, {{s1, at(3, 9)}}});

  CHECK(lead.tenure.lost() == LossReason::amnesia);
  REQUIRE(effects.promise.has_value());
  CHECK(effects.promise->recovering_to == at(3, 9));
}

TEST_CASE("what was acked in an epoch before the current one may have been cut by a leader") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();

  const Effects effects =
      lead.promises(s2, log_up_to(5), Remembered{Epoch{2}, {{s1, at(2, 99)}, {s2, at(2, 99)}}});

  CHECK_FALSE(lead.tenure.is_over());
  CHECK(sent_to<Amnesia>(s2, effects).empty());
}

// --- Synchronisation

TEST_CASE("nothing is committed before a quorum has adopted the epoch, then the whole log is") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();
  CHECK(lead.promises(s2, log_up_to(5)).commit.empty());
  CHECK(lead.stored().commit.empty());

  const Effects effects = lead.adopts(s2);

  CHECK(effects.commit.size() == 5);
  CHECK(sent_to<Serve>(s2, effects) == std::vector{Serve{e4, at(3, 5)}});
  CHECK(effects.serve);
}

TEST_CASE("others do not establish an epoch that the leader has not stored") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();
  lead.promises(s2, log_up_to(5));

  CHECK_FALSE(lead.adopts(s2).serve);
  CHECK(lead.stored().serve == true);
}

TEST_CASE("a learner gets the records that it lacks") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  const Effects effects = lead.takes_in(s3, log_up_to(2));

  const auto told = sent_to<Synchronise>(s3, effects);
  REQUIRE(told.size() == 1);
  CHECK(told[0] == Synchronise{e4, end_of(log_up_to(2)), end_of(log_up_to(5)), false, false});
  CHECK(zxids_of(sent_to<Proposals>(s3, effects)) == std::vector{at(3, 3), at(3, 4), at(3, 5)});
}

TEST_CASE("a learner is told to cut what the leader does not have") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  const auto told = sent_to<Synchronise>(s3, lead.takes_in(s3, log_up_to(8)));

  REQUIRE(told.size() == 1);
  CHECK(told[0].keep == end_of(log_up_to(5)));
}

TEST_CASE("where the window does not reach, the log on disk is asked") {
  Lead lead(one_of_three(4));
  lead.establish_with(s2);

  const Effects effects = lead.takes_in(s3, log_up_to(2));

  CHECK(effects.survey == std::vector{Survey{s3, outline_of(log_up_to(2)).ends, at(3, 5)}});
  CHECK(sent_to<Synchronise>(s3, effects).empty());
}

TEST_CASE("history that is only on disk is streamed") {
  Lead lead(one_of_three(4));
  lead.establish_with(s2);
  lead.takes_in(s3, log_up_to(2));

  const auto told = sent_to<Synchronise>(s3, lead.tenure.on_surveyed(s3, end_of(log_up_to(2))));

  CHECK(told ==
        std::vector{Synchronise{e4, end_of(log_up_to(2)), end_of(log_up_to(5)), true, false}});
}

TEST_CASE("a learner that has nothing in common with the log on disk needs an image") {
  Lead lead(one_of_three(4));
  lead.establish_with(s2);
  lead.takes_in(s3, log_up_to(2));

  const auto told = sent_to<Synchronise>(s3, lead.tenure.on_surveyed(s3, std::nullopt));

  REQUIRE(told.size() == 1);
  CHECK(told[0].image);
  CHECK(told[0].streamed);
}

TEST_CASE("the answer to a survey of a learner that has gone is dropped") {
  Lead lead(one_of_three(4));
  lead.establish_with(s2);
  lead.takes_in(s3, log_up_to(2));
  lead.tenure.on_link_down(s3);

  CHECK(lead.tenure.on_surveyed(s3, end_of(log_up_to(2))).send.empty());
}

TEST_CASE("who is being synchronised gets all that is proposed from then on") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  CHECK(lead.joins(s3).send.size() == 1);
  CHECK(sent_to<Proposals>(s3, lead.submits(writes(1))).empty());

  lead.promises(s3, log_up_to(5));

  CHECK(zxids_of(sent_to<Proposals>(s3, lead.submits(writes(1)))) == std::vector{at(4, 2)});
}

TEST_CASE("an observer gets what is committed and nothing else") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.takes_in(observer);
  lead.adopts(observer);

  CHECK(sent_to<Proposals>(observer, lead.submits(writes(2))).empty());
  lead.logged();
  const Effects effects = lead.acks(s2, at(4, 1));

  CHECK(zxids_of(sent_to<Proposals>(observer, effects)) == std::vector{at(4, 1)});
}

TEST_CASE("an observer's ack commits nothing") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.takes_in(observer);
  lead.adopts(observer);
  lead.submits(writes(1));
  lead.logged();

  CHECK(lead.acks(observer, at(4, 1)).commit.empty());
}

// --- Broadcast

TEST_CASE("writes are stamped, logged and proposed at once") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  const Effects effects = lead.submits(writes(2));

  CHECK(zxids_of(effects.log) == std::vector{at(4, 1), at(4, 2)});
  CHECK(zxids_of(sent_to<Proposals>(s2, effects)) == std::vector{at(4, 1), at(4, 2)});
  CHECK(effects.log[0].txn->committed == at(3, 5));
  CHECK(effects.commit.empty());
}

TEST_CASE("a write is committed when a quorum has logged it, the leader among them or not") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.takes_in(s3);
  lead.adopts(s3);
  lead.submits(writes(1));
  CHECK(lead.acks(s2, at(4, 1)).commit.empty());

  const Effects effects = lead.acks(s3, at(4, 1));

  CHECK(zxids_of(effects.commit) == std::vector{at(4, 1)});
  CHECK(sent_to<Committed>(s2, effects) == std::vector{Committed{e4, at(4, 1)}});
}

TEST_CASE("an ack from before the epoch was adopted, or of another epoch, commits nothing") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.takes_in(s3);
  lead.submits(writes(1));
  lead.logged();

  CHECK(lead.acks(s3, at(4, 1)).commit.empty());
  CHECK(lead.hears(s2, Ack{Epoch{3}, at(4, 1)}).commit.empty());
}

TEST_CASE("who acks what was never proposed is dropped") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  CHECK(lead.acks(s2, at(4, 1)).drop == std::vector{s2});
}

TEST_CASE("what was proposed and is not committed is bounded; further writes wait in order") {
  Standing standing = one_of_three();
  standing.limits.in_flight_bytes_max = 1;
  Lead lead(std::move(standing));
  lead.establish_with(s2);
  CHECK(lead.submits(writes(1, 1)).log.size() == 1);
  CHECK(lead.submits(writes(1, 2)).log.empty());
  CHECK(lead.submits(writes(1, 3)).log.empty());
  lead.logged();

  const Effects effects = lead.acks(s2, at(4, 1));

  REQUIRE(effects.log.size() == 2);
  CHECK(effects.log[0].txn->submission.origin.sequence == 2);
  CHECK(effects.log[1].txn->submission.origin.sequence == 3);
}

TEST_CASE("a follower's writes are taken once it was told to serve") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.takes_in(s3);
  CHECK(lead.hears(s3, Forward{writes(1), {}}).log.empty());

  lead.adopts(s3);

  CHECK(lead.hears(s3, Forward{writes(1), {}}).log.size() == 1);
}

TEST_CASE("when the counter ends, the next epoch begins behind an empty window, with no election") {
  Standing standing = one_of_three();
  standing.limits.counters_per_epoch = 2;
  Lead lead(std::move(standing));
  lead.establish_with(s2);
  CHECK(lead.submits(writes(3)).log.size() == 2);
  CHECK_FALSE(lead.logged().promise.has_value());
  const Effects drained = lead.acks(s2, at(4, 2));
  REQUIRE(drained.promise.has_value());
  CHECK(drained.promise->accepted == e5);
  CHECK(lead.hears(s2, Forward{writes(1, 9), {}}).log.empty());

  CHECK(sent_to<NewEpoch>(s2, lead.stored()) == std::vector{NewEpoch{e5}});
  LogPosition end = lead.standing.history.last();
  lead.hears(s2, EpochPromised{e5, e4, {LogPosition{}, end}, true, {}});
  lead.stored();
  const Effects next = lead.adopts(s2);

  CHECK(zxids_of(next.log) == std::vector{at(5, 1), at(5, 2)});
  CHECK(next.log[1].txn->submission.origin.sequence == 9);
  CHECK_FALSE(next.serve);
  CHECK_FALSE(lead.tenure.is_over());
}

TEST_CASE("a server that has accepted a higher epoch makes the leader move on to it") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  const Effects effects = lead.joins(s3, Epoch{12});

  REQUIRE(effects.promise.has_value());
  CHECK(effects.promise->accepted == Epoch{12});
  CHECK_FALSE(lead.tenure.established().has_value());
}

TEST_CASE("what was proposed is committed before the leader moves on to a higher epoch") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.submits(writes(1));
  lead.logged();
  CHECK_FALSE(lead.joins(s3, Epoch{12}).promise.has_value());

  const Effects effects = lead.acks(s2, at(4, 1));

  CHECK(effects.commit.size() == 1);
  REQUIRE(effects.promise.has_value());
  CHECK(effects.promise->accepted == Epoch{12});
}

TEST_CASE("a server whose epoch has no successor is dropped") {
  Lead lead(one_of_three());
  lead.start();

  CHECK(lead.joins(s2, Epoch{0x8000'0000}).drop == std::vector{s2});
}

// --- Syncs and heartbeats

TEST_CASE("a sync is answered by a quorum round that began after it was asked") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  const auto before = last_round(s2, lead.ticks_at(150));
  lead.submits(writes(1));
  const auto round = last_round(s2, lead.syncs(sync_a));
  CHECK(round > before);

  CHECK(lead.hears(s2, Alive{e4, before}).synced.empty());
  CHECK(lead.hears(s2, Alive{e4, round}).synced == std::vector{SyncPoint{sync_a, at(4, 1)}});
}

TEST_CASE("syncs that come during a round wait for the next, one round for all of them") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  const auto first = last_round(s2, lead.syncs(sync_a));
  CHECK(lead.syncs(sync_b).send.empty());
  CHECK(lead.syncs(sync_c).send.empty());

  const Effects answered = lead.hears(s2, Alive{e4, first});
  CHECK(answered.synced == std::vector{SyncPoint{sync_a, at(3, 5)}});
  const auto second = last_round(s2, answered);

  CHECK(lead.hears(s2, Alive{e4, second}).synced.size() == 2);
}

TEST_CASE("a follower's sync is answered to it") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  const auto round = last_round(s2, lead.hears(s2, Forward{{}, {sync_a}}));

  const Effects effects = lead.hears(s2, Alive{e4, round});

  const auto answers = sent_to<SyncPoints>(s2, effects);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].points == std::vector{SyncPoint{sync_a, at(3, 5)}});
  CHECK(effects.synced.empty());
}

TEST_CASE("a sync behind writes that wait for the next epoch waits with them") {
  Standing standing = standing_with(s1, only_one(), log_up_to(5));
  standing.limits.counters_per_epoch = 1;
  Lead lead(std::move(standing));
  lead.start();
  lead.stored();
  lead.stored();
  lead.submits(writes(2));
  CHECK(lead.syncs(sync_a).synced.empty());
  lead.logged();
  lead.stored();

  const Effects effects = lead.stored();

  CHECK(effects.synced == std::vector{SyncPoint{sync_a, at(5, 1)}});
}

TEST_CASE("a deposed leader answers no sync") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  const auto round = last_round(s2, lead.syncs(sync_a));

  // Its follower has promised a higher epoch: it is there, and confirms nothing.
  CHECK(lead.hears(s2, Alive{Epoch{}, round}).synced.empty());
  CHECK(lead.hears(s2, Alive{e5, round}).synced.empty());
  CHECK(lead.ticks_at(150).synced.empty());
}

TEST_CASE("observers confirm no round") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.takes_in(observer);
  lead.adopts(observer);
  const auto round = last_round(observer, lead.syncs(sync_a));

  CHECK(lead.hears(observer, Alive{e4, round}).synced.empty());
}

TEST_CASE("a round that was never begun confirms nothing") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  const auto round = last_round(s2, lead.syncs(sync_a));

  CHECK(lead.hears(s2, Alive{e4, round + 1}).synced.empty());
}

TEST_CASE("a leader that has not heard a quorum for the silence time is one no more") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  lead.ticks_at(999);
  CHECK_FALSE(lead.tenure.is_over());
  lead.hears(s2, Alive{e4, 1});
  lead.ticks_at(1998);
  CHECK_FALSE(lead.tenure.is_over());
  lead.ticks_at(1999);
  CHECK(lead.tenure.lost() == LossReason::quorum_silent);
}

TEST_CASE("a leader whose followers' links are down is one no more") {
  Lead lead(one_of_three());
  lead.establish_with(s2);

  lead.tenure.on_link_down(s2);
  lead.ticks_at(10);

  CHECK(lead.tenure.lost() == LossReason::quorum_silent);
}

TEST_CASE("a leader waits for a quorum to gather, and not for ever") {
  Lead lead(one_of_three());
  lead.start();

  lead.ticks_at(2000);
  CHECK_FALSE(lead.tenure.is_over());
  lead.ticks_at(2001);
  CHECK(lead.tenure.lost() == LossReason::gather_timeout);
}

TEST_CASE("a leader whose own promise is not stored in time has a disk that is behind") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);

  lead.ticks_at(2000);
  CHECK_FALSE(lead.tenure.is_over());
  lead.ticks_at(2001);
  CHECK(lead.tenure.lost() == LossReason::disk_behind);
}

TEST_CASE("a leader waits for a quorum to promise, and not for ever") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();

  lead.ticks_at(2000);
  CHECK_FALSE(lead.tenure.is_over());
  lead.ticks_at(2001);
  CHECK(lead.tenure.lost() == LossReason::promise_timeout);
}

TEST_CASE("a leader waits longer for a quorum to adopt the epoch: history may be on its way") {
  Lead lead(one_of_three());
  lead.start();
  lead.joins(s2);
  lead.stored();
  lead.promises(s2, log_up_to(5));

  lead.ticks_at(20000);
  CHECK_FALSE(lead.tenure.is_over());
  lead.ticks_at(20001);
  CHECK(lead.tenure.lost() == LossReason::establish_timeout);
}

TEST_CASE("a leader that cannot commit what is before its next epoch gives up") {
  Lead lead(one_of_three());
  lead.establish_with(s2);
  lead.submits(writes(1));
  lead.joins(s3, Epoch{12});

  lead.ticks_at(2000);
  CHECK_FALSE(lead.tenure.is_over());
  lead.ticks_at(2001);
  CHECK(lead.tenure.lost() == LossReason::drain_timeout);
}

TEST_CASE("behind the last epoch nobody leads") {
  Lead lead(one_of_three());
  lead.start();

  lead.joins(s2, Epoch{0x7fff'ffff});
  lead.stored();
  lead.joins(s3, Epoch{0x7fff'ffff});
  CHECK_FALSE(lead.tenure.is_over());
  lead.standing.asked.accepted = Epoch{0x7fff'ffff};
  Tenure next(lead.standing, false, lead.now.monotonic);
  next.on_message(s2, Join{Epoch{1}, true}, lead.now);

  CHECK(next.lost() == LossReason::epochs_exhausted);
}

TEST_CASE("a new ensemble is founded by voters that have never adopted an epoch") {
  Lead lead(standing_with(s1, three_voters(), {}, Epoch{0}), true);
  lead.start();
  CHECK(lead.joins(s2, Epoch{1}).promise->accepted == Epoch{1});
  lead.stored();
  lead.hears(s2, EpochPromised{Epoch{1}, Epoch{0}, {LogPosition{}}, true, {}});
  lead.stored();

  CHECK(lead.adopts(s2).serve);
}

TEST_CASE("without everybody's word, one that has never adopted an epoch counts for nothing") {
  Lead lead(standing_with(s1, three_voters(), {}, Epoch{0}), false);
  lead.start();

  CHECK_FALSE(lead.joins(s2, Epoch{1}).promise.has_value());
}

}  // namespace
}  // namespace quorate
