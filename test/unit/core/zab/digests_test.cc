// Digests on their way from one server to the verdict of another.
#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "core/zab/replica.h"
#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

constexpr Epoch e4{4};
constexpr DigestMark mark{at(3, 1), 7, 1};
constexpr DigestMark other{at(3, 1), 8, 1};
const LogPosition end5 = end_of(log_up_to(5));

class Member {
 public:
  explicit Member(Standing standing) : replica(std::move(standing)) {
    replica.start();
    replica.on_settled();
  }

  Effects checked(Effects effects) {
    replica.check_invariants();
    return effects;
  }
  Effects hears(ServerId from, const PeerMessage& message) {
    return checked(replica.on_message(from, message, now));
  }
  Effects stored() { return checked(replica.on_promised(replica.standing().asked, now)); }
  Effects elects(ServerId leader) { return checked(replica.on_elected({leader, false}, now)); }
  Effects marks(const std::vector<DigestMark>& marks) {
    return checked(replica.on_marks(marks, now));
  }
  Effects ticks_at(std::int64_t ms) {
    now = clock_at(ms);
    return checked(replica.on_tick(now));
  }

  ClockReading now = clock_at(0);
  Replica replica;
};

/// Server 2 behind server 1, serving.
class Follower : public Member {
 public:
  Follower() : Member(standing_with(s2, three_voters(), log_up_to(5))) {
    elects(s1);
    hears(s1, NewEpoch{e4});
    stored();
    hears(s1, Synchronise{e4, end5, end5, false, false});
    stored();
    hears(s1, Serve{e4, at(3, 5)});
  }
  Alive answers(const Heartbeat& heartbeat) {
    const auto sent = sent_to<Alive>(s1, hears(s1, heartbeat));
    REQUIRE(sent.size() == 1);
    return sent.front();
  }
};

/// Server 1 with servers 2 and 3 behind it, serving.
class Leader : public Member {
 public:
  /// `purged`: so many of its records are not in memory any more.
  explicit Leader(std::size_t purged = 0)
      : Member(standing_with(s1, three_voters(), log_up_to(5), Epoch{3}, purged)) {
    elects(s1);
    hears(s2, Join{e4, true});
    stored();
    hears(s2, EpochPromised{e4, Epoch{3}, outline_of(log_up_to(5)).ends, true, {}});
    stored();
    hears(s2, Adopted{e4});
    takes_in(s3, log_up_to(5));
    hears(s3, Adopted{e4});
  }
  Effects takes_in(ServerId server, const std::vector<Record>& log) {
    hears(server, Join{e4, true});
    return hears(server, EpochPromised{e4, Epoch{3}, outline_of(log).ends, true, {}});
  }
  void takes_in_recovering(ServerId server) {
    hears(server, Join{e4, false});
    hears(server, EpochPromised{e4, Epoch{3}, outline_of(log_up_to(5)).ends, false, {}});
    hears(server, Adopted{e4});
  }
  Effects reports(ServerId server, const DigestMark& said) {
    return hears(server, Alive{e4, 1, {said}});
  }
  /// Undecided, with server 3 gone.
  void differs_from_2() {
    replica.on_link_down(s3);
    marks({mark});
    reports(s2, other);
  }
};

TEST_CASE("a learner tells its leader each mark once") {
  Follower follower;
  follower.marks({mark});

  CHECK(follower.answers({e4, 1, false}).marks == std::vector{mark});
  CHECK(follower.answers({e4, 2, false}).marks.empty());
  follower.marks({{at(4, 1), 9, 1}});
  CHECK(follower.answers({e4, 3, false}).marks == std::vector{DigestMark{at(4, 1), 9, 1}});
}

TEST_CASE("another epoch's leader is told nothing") {
  Follower follower;
  follower.marks({mark});

  CHECK(follower.answers({Epoch{9}, 1, false}).marks.empty());
}

TEST_CASE("a new leader is told what the last one was") {
  Follower follower;
  follower.marks({mark});
  follower.answers({e4, 1, false});
  follower.replica.on_link_down(s1);
  follower.replica.on_settled();

  follower.elects(s3);
  follower.hears(s3, NewEpoch{Epoch{5}});
  follower.stored();
  follower.hears(s3, Synchronise{Epoch{5}, end5, end5, false, false});
  follower.stored();

  const auto sent = sent_to<Alive>(s3, follower.hears(s3, Heartbeat{Epoch{5}, 1, false}));
  REQUIRE(sent.size() == 1);
  CHECK(sent.front().marks == std::vector{mark});
}

TEST_CASE("who differs from a quorum is told, and nobody else") {
  Leader leader;
  leader.marks({mark});
  leader.reports(s2, mark);

  const Effects effects = leader.reports(s3, other);

  CHECK(sent_to<Diverged>(s3, effects) == std::vector{Diverged{e4, at(3, 1), 7, 1}});
  CHECK(sent_to<Diverged>(s2, effects).empty());
  CHECK_FALSE(effects.diverged.has_value());
  CHECK(leader.replica.is_leading());
}

TEST_CASE("a leader that differs from a quorum leads no more") {
  Leader leader;
  leader.marks({other});
  leader.reports(s2, mark);

  const Effects effects = leader.reports(s3, mark);

  CHECK(effects.diverged == Divergence{at(3, 1), 8, 7});
  CHECK(effects.left == LossReason::diverged);
  CHECK(effects.stop_serving);
  CHECK_FALSE(leader.replica.is_leading());
}

TEST_CASE("a leader's own mark may be the last to come") {
  Leader leader;
  leader.reports(s2, mark);
  leader.reports(s3, mark);

  CHECK(leader.marks({other}).diverged == Divergence{at(3, 1), 8, 7});
}

TEST_CASE("who is told that it has diverged serves nobody any more") {
  Follower follower;
  follower.marks({other});
  REQUIRE(follower.replica.is_serving());

  const Effects effects = follower.hears(s1, Diverged{e4, at(3, 1), 7, 1});

  CHECK(effects.diverged == Divergence{at(3, 1), 8, 7});
  CHECK(effects.left == LossReason::diverged);
  CHECK(effects.stop_serving);
  CHECK_FALSE(follower.replica.is_serving());
}

TEST_CASE("only what a server said itself is held against it") {
  Follower follower;
  follower.marks({other});

  CHECK_FALSE(follower.hears(s1, Diverged{e4, at(3, 1), 8, 1}).diverged.has_value());
  CHECK_FALSE(follower.hears(s1, Diverged{e4, at(3, 1), 7, 2}).diverged.has_value());
  CHECK_FALSE(follower.hears(s1, Diverged{e4, at(3, 2), 7, 1}).diverged.has_value());
  CHECK_FALSE(follower.hears(s1, Diverged{Epoch{3}, at(3, 1), 7, 1}).diverged.has_value());
  CHECK_FALSE(follower.hears(s3, Diverged{e4, at(3, 1), 7, 1}).diverged.has_value());
  CHECK(follower.replica.is_serving());
}

TEST_CASE("who cannot be spared is told when he can") {
  Leader leader;
  leader.takes_in_recovering(s3);
  leader.marks({mark});
  leader.reports(s3, mark);
  CHECK(sent_to<Diverged>(s2, leader.reports(s2, other)).empty());
  CHECK(sent_to<Diverged>(s2, leader.ticks_at(50)).empty());

  leader.takes_in(s3, log_up_to(5));  // It votes again.
  leader.hears(s3, Adopted{e4});

  CHECK(sent_to<Diverged>(s2, leader.ticks_at(100)).size() == 1);
}

TEST_CASE("who has left before he could be told is judged by what he says when he is back") {
  Leader leader;
  leader.takes_in_recovering(s3);
  leader.marks({mark});
  leader.reports(s3, mark);
  leader.reports(s2, other);

  leader.takes_in(s2, log_up_to(5));
  leader.hears(s2, Adopted{e4});
  leader.takes_in(s3, log_up_to(5));
  leader.hears(s3, Adopted{e4});

  CHECK(sent_to<Diverged>(s2, leader.ticks_at(100)).empty());
}

TEST_CASE("a mark of what the leader has not committed is no mark") {
  Leader leader;

  const Effects effects = leader.reports(s2, {at(4, 1), 7, 1});

  CHECK(effects.drop == std::vector{s2});
}

TEST_CASE("while nobody can tell, everybody refuses writes") {
  Leader leader;
  leader.differs_from_2();

  const Effects effects = leader.ticks_at(999);
  CHECK_FALSE(effects.doubt.has_value());
  leader.reports(s2, {at(3, 2), 1, 1});  // It lives.
  const Effects later = leader.ticks_at(1900);

  CHECK(later.doubt == true);
  CHECK(sent_to<Heartbeat>(s2, later).back().doubt);
  CHECK_FALSE(leader.ticks_at(1950).doubt.has_value());
}

TEST_CASE("whoever comes back decides, and writes are taken again") {
  Leader leader;
  leader.differs_from_2();
  leader.ticks_at(999);
  leader.reports(s2, {at(3, 2), 1, 1});
  REQUIRE(leader.ticks_at(1900).doubt == true);
  leader.takes_in(s3, log_up_to(5));
  leader.hears(s3, Adopted{e4});

  const Effects effects = leader.reports(s3, mark);

  CHECK(effects.doubt == false);
  CHECK(sent_to<Diverged>(s2, effects).size() == 1);
  CHECK_FALSE(sent_to<Heartbeat>(s3, effects).back().doubt);
}

TEST_CASE("while nobody can tell, nobody's state is replaced by an image") {
  Leader leader(5);
  leader.differs_from_2();
  leader.ticks_at(999);
  leader.reports(s2, {at(3, 2), 1, 1});
  leader.ticks_at(1900);
  REQUIRE(leader.takes_in(s3, {}).survey.size() == 1);
  CHECK(sent_to<Synchronise>(s3, leader.checked(leader.replica.on_surveyed(s3, {}))).empty());

  // Server 2 has thought better of it.
  const Effects effects = leader.reports(s2, mark);

  CHECK(effects.doubt == false);
  REQUIRE(effects.survey.size() == 1);
  const auto told = sent_to<Synchronise>(s3, leader.checked(leader.replica.on_surveyed(s3, {})));
  REQUIRE(told.size() == 1);
  CHECK(told.front().image);
}

TEST_CASE("a learner does as its leader says about writes, until it has another") {
  Follower follower;

  CHECK(follower.hears(s1, Heartbeat{e4, 1, true}).doubt == true);
  CHECK_FALSE(follower.hears(s1, Heartbeat{e4, 2, true}).doubt.has_value());
  CHECK(follower.replica.on_link_down(s1).doubt == false);
}

}  // namespace
}  // namespace quorate
