#include "core/zab/replica.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

constexpr Epoch e4{4};
const LogPosition end5 = end_of(log_up_to(5));

/// A replica, and its journal for when the test lets it work.
class Member {
 public:
  explicit Member(Standing standing) : replica(std::move(standing)) {}

  Effects checked(Effects effects) {
    replica.check_invariants();
    return effects;
  }
  Effects look() {
    replica.start();
    return checked(replica.on_settled());
  }
  Effects hears(ServerId from, const PeerMessage& message) {
    return checked(replica.on_message(from, message, now));
  }
  Effects stored() { return checked(replica.on_promised(replica.standing().asked, now)); }
  Effects elects(ServerId leader) { return checked(replica.on_elected({leader, false}, now)); }
  Effects ticks_at(std::int64_t ms) {
    now = clock_at(ms);
    return checked(replica.on_tick(now));
  }

  /// Behind server 1, serving.
  void follow() {
    look();
    elects(s1);
    hears(s1, NewEpoch{e4});
    stored();
    hears(s1, Synchronise{e4, end5, end5, false, false});
    stored();
    hears(s1, Serve{e4, at(3, 5)});
  }

  ClockReading now = clock_at(0);
  Replica replica;
};

Member follower() { return Member(standing_with(s2, three_voters(), log_up_to(5))); }
Member alone() { return Member(standing_with(s1, only_one(), log_up_to(5))); }

void lead(Member& member) {
  member.look();
  member.elects(s1);
  member.stored();
  member.stored();
}

Member one_of_three() { return Member(standing_with(s1, three_voters(), log_up_to(5))); }

/// With server 2 behind it.
void lead_three(Member& member) {
  member.look();
  member.elects(s1);
  member.hears(s2, Join{e4, true});
  member.stored();
  member.hears(s2, EpochPromised{e4, Epoch{3}, outline_of(log_up_to(5)).ends, true, {}});
  member.stored();
  member.hears(s2, Adopted{e4});
}

TEST_CASE("a server settles before it looks for a leader") {
  Member member = follower();

  const Effects started = member.checked(member.replica.start());
  CHECK(started.settle);
  CHECK_FALSE(started.left.has_value());
  CHECK_FALSE(started.role.has_value());

  const Effects settled = member.checked(member.replica.on_settled());
  REQUIRE(settled.role.has_value());
  CHECK(settled.role->stance == Stance::looking);
  CHECK(settled.role->recency == Recency{Epoch{3}, at(3, 5)});
  CHECK(settled.role->counts);
}

TEST_CASE("nobody is followed while the journal has work from the last role") {
  Member member = follower();
  member.replica.start();

  CHECK(member.elects(s1).send.empty());
  CHECK_FALSE(member.elects(s2).promise.has_value());
}

TEST_CASE("whoever is elected by itself leads") {
  Member member = alone();
  member.look();

  const Effects elected = member.elects(s1);
  REQUIRE(elected.role.has_value());
  CHECK(elected.role->stance == Stance::leading);
  CHECK_FALSE(elected.role->established.has_value());
  CHECK_FALSE(member.replica.is_leading());

  member.stored();
  const Effects established = member.stored();
  REQUIRE(established.role.has_value());
  CHECK(established.role->established == e4);
  CHECK(established.serve);
  CHECK(member.replica.is_leading());
}

TEST_CASE("whoever elects another joins it") {
  Member member = follower();
  member.look();

  const Effects effects = member.elects(s1);

  CHECK(sent_to<Join>(s1, effects).size() == 1);
  REQUIRE(effects.role.has_value());
  CHECK(effects.role->stance == Stance::following);
  CHECK(effects.role->leader == s1);
}

TEST_CASE("who has a role does not take another before it has left it") {
  Member member = follower();
  member.follow();

  CHECK(member.elects(s3).send.empty());
  CHECK(member.replica.is_serving());
}

TEST_CASE("messages of others than the leader are ignored") {
  Member member = follower();
  member.look();
  member.elects(s1);

  CHECK_FALSE(member.hears(s3, NewEpoch{e4}).promise.has_value());
  CHECK(member.hears(s1, NewEpoch{e4}).promise.has_value());
}

TEST_CASE("a follower whose leader's link ends stops serving, settles, and looks again") {
  Member member = follower();
  member.follow();

  const Effects down = member.checked(member.replica.on_link_down(s1));

  CHECK(down.stop_serving);
  CHECK(down.settle);
  CHECK(down.left == LossReason::link_down);
  CHECK_FALSE(down.role.has_value());
  CHECK_FALSE(member.replica.is_serving());
  CHECK(member.replica.on_settled().role->stance == Stance::looking);
}

TEST_CASE("a follower whose leader leads no more does not wait for silence") {
  Member member = follower();
  member.follow();

  CHECK_FALSE(member.replica.on_leader_left(s3).settle);
  CHECK(member.replica.on_leader_left(s1).left == LossReason::leader_left);
}

TEST_CASE("the link to another follower is nothing to a follower") {
  Member member = follower();
  member.follow();

  CHECK_FALSE(member.checked(member.replica.on_link_down(s3)).settle);
  CHECK(member.replica.is_serving());
}

TEST_CASE("a history that cannot be fetched ends the role") {
  Member member = follower();
  member.look();
  member.elects(s1);

  CHECK_FALSE(member.replica.on_fetch_failed(s3).settle);
  CHECK(member.checked(member.replica.on_fetch_failed(s1)).left == LossReason::fetch_failed);
}

TEST_CASE("what the election is told while settling is what was true before") {
  Member member = follower();
  member.follow();
  member.replica.on_link_down(s1);

  CHECK_FALSE(member.stored().role.has_value());
  CHECK_FALSE(member.checked(member.replica.on_logged(at(3, 5), member.now)).role.has_value());
}

TEST_CASE("a follower that was stopped for longer than the silence leaves its role") {
  Member member = follower();
  member.follow();
  member.ticks_at(10);
  member.now = clock_at(1010);

  const Effects effects = member.hears(s1, Heartbeat{e4, 1});

  CHECK(effects.settle);
  CHECK(effects.left == LossReason::slept);
  CHECK(effects.stop_serving);
  CHECK(effects.send.empty());
}

TEST_CASE("a leader that was stopped for longer than the silence proposes nothing more") {
  Member member = one_of_three();
  lead_three(member);
  REQUIRE(member.replica.is_leading());
  member.ticks_at(10);
  member.now = clock_at(1010);

  const Effects effects = member.checked(member.replica.on_submit(writes(1), member.now));

  CHECK(effects.log.empty());
  CHECK(effects.stop_serving);
  CHECK_FALSE(member.replica.is_leading());
}

TEST_CASE("a server alone goes on after a stop: nobody can have gone on without it") {
  Member member = alone();
  lead(member);
  member.ticks_at(10);
  member.now = clock_at(5000);

  CHECK(member.checked(member.replica.on_submit(writes(1), member.now)).log.size() == 1);
}

TEST_CASE("a leader that was stopped answers no sync, with no round and no quorum") {
  Member member = one_of_three();
  lead_three(member);
  member.ticks_at(10);
  member.now = clock_at(1010);

  CHECK(member.checked(member.replica.on_sync({}, member.now)).synced.empty());
}

TEST_CASE("a shorter stop is no reason to leave") {
  Member member = one_of_three();
  lead_three(member);
  member.ticks_at(10);

  member.now = clock_at(1009);
  CHECK_FALSE(member.hears(s2, Alive{e4, 1}).settle);
  CHECK(member.replica.is_leading());
}

TEST_CASE("a stop while looking is nothing to leave for") {
  Member member = follower();
  member.look();
  member.ticks_at(10);

  CHECK_FALSE(member.ticks_at(5000).settle);
}

TEST_CASE("writes and syncs are dropped while nobody is served") {
  Member member = alone();
  member.look();
  member.elects(s1);
  CHECK(member.checked(member.replica.on_submit(writes(1), member.now)).log.empty());
  member.stored();

  // It must not come back when the epoch is established: its client was told otherwise.
  const Effects established = member.stored();

  CHECK(established.serve);
  CHECK(established.log.empty());
}

TEST_CASE("a quorum of one commits what its journal has synced") {
  Member member = alone();
  lead(member);
  const Effects submitted = member.checked(member.replica.on_submit(writes(1), member.now));
  CHECK(submitted.commit.empty());

  const Effects logged = member.checked(member.replica.on_logged(at(4, 1), member.now));

  CHECK(zxids_of(logged.commit) == std::vector{at(4, 1)});
}

TEST_CASE("a follower whose disk cannot keep up leaves its role until it has") {
  Standing standing = standing_with(s2, three_voters(), log_up_to(5));
  standing.limits.unsynced_bytes_max = records_behind(end5, 4, 1, 2)[0].memory_bytes();
  Member member(std::move(standing));
  member.follow();
  const auto records = records_behind(end5, 4, 1, 4);
  const auto proposes = [&](std::size_t number) {
    auto batch = std::make_shared<ProposalBatch>();
    batch->epoch = e4;
    batch->previous = number == 0 ? end5 : records[number - 1].position;
    batch->records = {records[number]};
    return member.hears(s1, Proposals(std::move(batch)));
  };

  CHECK_FALSE(proposes(0).settle);
  member.checked(member.replica.on_logged(at(4, 1), member.now));
  CHECK_FALSE(proposes(1).settle);
  const Effects swamped = proposes(2);

  CHECK(swamped.log.size() == 1);
  CHECK(swamped.settle);
  CHECK(swamped.left == LossReason::disk_behind);
  CHECK(swamped.stop_serving);
  member.checked(member.replica.on_logged(at(4, 3), member.now));
  const Effects settled = member.checked(member.replica.on_settled());
  REQUIRE(settled.role.has_value());
  CHECK(settled.role->stance == Stance::looking);
  CHECK(settled.role->recency.last == at(4, 3));
}

TEST_CASE("a leader whose disk is slower than its followers gives way") {
  Standing standing = standing_with(s1, three_voters(), log_up_to(5));
  standing.limits.unsynced_bytes_max = 1;
  Member member(std::move(standing));
  lead_three(member);

  const Effects proposed = member.checked(member.replica.on_submit(writes(1, 1), member.now));

  CHECK(proposed.log.size() == 1);
  CHECK(proposed.settle);
  CHECK(proposed.left == LossReason::disk_behind);
  CHECK_FALSE(member.replica.is_serving());
}

TEST_CASE("a server alone waits for its own disk") {
  Standing standing = standing_with(s1, only_one(), log_up_to(5));
  standing.limits.unsynced_bytes_max = 1;
  Member member(std::move(standing));
  lead(member);

  CHECK_FALSE(member.checked(member.replica.on_submit(writes(1, 1), member.now)).settle);
  CHECK(member.replica.is_serving());
}

TEST_CASE("a report of the journal from before a cut claims nothing that was cut") {
  Member member(standing_with(s2, three_voters(), log_up_to(8)));
  member.look();
  member.elects(s1);
  member.hears(s1, NewEpoch{e4});
  member.stored();
  CHECK(member.hears(s1, Synchronise{e4, end5, end5, false, false}).cut == end5);

  member.checked(member.replica.on_logged(at(3, 8), member.now));

  CHECK(member.replica.standing().logged == at(3, 5));
}

TEST_CASE("sessions are heard from on the leader directly, and on a follower by its leader") {
  Member leader = alone();
  lead(leader);
  CHECK(leader.replica.on_touched({SessionId{1}}).touched == std::vector{SessionId{1}});

  Member member = follower();
  member.follow();
  CHECK(member.replica.on_touched({SessionId{1}}).touched.empty());
  CHECK(sent_to<Touches>(s1, member.hears(s1, Heartbeat{e4, 1})).size() == 1);
}

}  // namespace
}  // namespace quorate
