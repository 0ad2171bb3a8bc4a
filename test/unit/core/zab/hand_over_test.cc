// Leadership that is handed over: on request, or by a leader whose disk lags.
#include <doctest/doctest.h>

#include <optional>
#include <utility>
#include <vector>

#include "core/zab/following.h"
#include "core/zab/replica.h"
#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

constexpr Epoch e4{4};
const LogPosition end5 = end_of(log_up_to(5));

/// Server 1, which leads servers 2 and 3; the journal works when the test says so.
class Leader {
 public:
  explicit Leader(ZabLimits limits = {}) : replica(with(limits)) {
    replica.start();
    replica.on_settled();
    replica.on_elected({s1, false}, now);
    for (const ServerId id : {s2, s3}) hears(id, Join{e4, true});
    stored();
    for (const ServerId id : {s2, s3})
      hears(id, EpochPromised{e4, Epoch{3}, outline_of(log_up_to(5)).ends, true, {}});
    stored();
    for (const ServerId id : {s2, s3}) hears(id, Adopted{e4});
    REQUIRE(replica.is_leading());
  }

  Effects hears(ServerId from, const PeerMessage& message) {
    return checked(replica.on_message(from, message, now));
  }
  Effects stored() { return checked(replica.on_promised(replica.standing().asked, now)); }
  Effects asked(std::optional<ServerId> to) { return checked(replica.on_hand_over({7, to}, now)); }
  Effects submits(std::size_t count) { return checked(replica.on_submit(writes(count), now)); }
  Effects acks(ServerId from, Zxid zxid) { return hears(from, Ack{e4, zxid}); }
  Effects logs(Zxid zxid) { return checked(replica.on_logged(zxid, now)); }
  /// The followers answer each heartbeat.
  Effects ticks_at(std::int64_t ms) {
    now = clock_at(ms);
    for (const ServerId id : {s2, s3}) hears(id, Alive{e4, 1});
    return checked(replica.on_tick(now));
  }

  ClockReading now = clock_at(0);
  Replica replica;

 private:
  static Standing with(ZabLimits limits) {
    Standing standing = standing_with(s1, three_voters(), log_up_to(5));
    standing.limits = limits;
    return standing;
  }
  Effects checked(Effects effects) {
    replica.check_invariants();
    return effects;
  }
};

ErrorCode refusal(const Effects& effects) {
  REQUIRE(effects.handed_over.size() == 1);
  CHECK_FALSE(effects.settle);
  CHECK_FALSE(effects.handed_over[0].text.empty());
  return effects.handed_over[0].code;
}

TEST_CASE("an idle leader leaves at once, and names its successor before its journal settles") {
  Leader leader;

  const Effects left = leader.asked(s2);

  CHECK(left.handed_over == std::vector{HandOverAnswer{7, ErrorCode::ok, {}, s2}});
  CHECK(left.stop_serving);
  CHECK(left.settle);
  CHECK(left.left == LossReason::handed_over);
  REQUIRE(left.role.has_value());
  CHECK(left.role->stance == Stance::looking);
  CHECK(left.role->successor == s2);
  CHECK_FALSE(left.role->counts);
  const Effects settled = leader.replica.on_settled();
  REQUIRE(settled.role.has_value());
  CHECK(settled.role->successor == s2);
  CHECK(settled.role->counts);
}

TEST_CASE("what was proposed is committed and with the successor first; new writes wait") {
  Leader leader;
  leader.submits(2);

  CHECK_FALSE(leader.asked(s2).settle);
  CHECK(leader.submits(1).log.empty());
  CHECK_FALSE(leader.acks(s3, at(4, 2)).settle);
  CHECK(leader.logs(at(4, 2)).commit.size() == 2);
  CHECK(leader.replica.is_serving());
  const Effects left = leader.acks(s2, at(4, 2));

  CHECK(left.left == LossReason::handed_over);
  CHECK_FALSE(leader.replica.is_serving());
}

TEST_CASE("without a name, whoever has come furthest succeeds, and of equals the highest id") {
  Leader leader;
  CHECK(leader.asked({}).handed_over[0].successor == s3);

  Leader other;
  other.submits(1);
  other.acks(s2, at(4, 1));
  CHECK(other.asked({}).handed_over[0].successor == s2);
}

TEST_CASE("a hand-over that comes to nothing is given up, and what waited is proposed") {
  Leader leader;
  leader.submits(1);
  leader.asked(s2);
  leader.submits(1);

  CHECK(leader.ticks_at(900).log.empty());
  const Effects resumed = leader.ticks_at(1050);

  CHECK(zxids_of(resumed.log) == std::vector{at(4, 2)});
  CHECK(leader.replica.is_serving());
}

TEST_CASE("a successor whose link ends is not waited for") {
  Leader leader;
  leader.submits(1);
  leader.asked(s2);
  leader.replica.on_link_down(s2);
  leader.submits(1);

  CHECK(zxids_of(leader.ticks_at(100).log) == std::vector{at(4, 2)});
}

TEST_CASE("a hand-over that cannot be is refused, and says why") {
  Leader leader;
  CHECK(refusal(leader.asked(s1)) == ErrorCode::bad_arguments);
  CHECK(refusal(leader.asked(observer)) == ErrorCode::bad_arguments);
  leader.replica.on_link_down(s2);
  CHECK(refusal(leader.asked(s2)) == ErrorCode::not_serving);
  leader.submits(1);
  CHECK_FALSE(leader.asked(s3).settle);
  CHECK(refusal(leader.asked(s3)) == ErrorCode::not_serving);

  Replica alone(standing_with(s1, only_one(), log_up_to(5)));
  alone.start();
  CHECK(refusal(alone.on_hand_over({7, {}}, clock_at(0))) == ErrorCode::not_serving);
}

TEST_CASE("a leader asks nobody to lead who has not been heard for the silence time") {
  Leader leader;
  for (std::int64_t ms = 500; ms <= 1500; ms += 500) {
    leader.now = clock_at(ms);
    leader.hears(s3, Alive{e4, 1});
  }

  CHECK(refusal(leader.asked(s2)) == ErrorCode::not_serving);
  CHECK(leader.asked({}).handed_over[0].successor == s3);
}

TEST_CASE("a follower asks its leader, and passes the answer on") {
  Leader leader;
  const auto answers = sent_to<HandOverAnswer>(s3, leader.hears(s3, HandOver{9, s2}));
  CHECK(answers == std::vector{HandOverAnswer{9, ErrorCode::ok, {}, s2}});

  Standing standing = standing_with(s2, three_voters(), log_up_to(5));
  Following following(standing, s1, false, ZabTimes::Milliseconds{0});
  CHECK(sent_to<HandOver>(s1, following.on_hand_over({9, s3})) == std::vector{HandOver{9, s3}});
  CHECK(following.on_message(answers[0], ZabTimes::Milliseconds{0}).handed_over == answers);
}

TEST_CASE("a leader whose disk lags behind what the others commit hands over by itself") {
  Leader leader;
  leader.ticks_at(100);
  leader.submits(1);
  leader.acks(s2, at(4, 1));
  leader.acks(s3, at(4, 1));
  leader.ticks_at(200);

  CHECK_FALSE(leader.ticks_at(1000).settle);
  const Effects left = leader.ticks_at(1200);

  CHECK(left.settle);
  REQUIRE(left.role.has_value());
  CHECK(left.role->successor == s3);
  CHECK(left.role->recency.last == at(3, 5));
}

TEST_CASE("a disk that comes to what was committed within the silence time does not lag") {
  Leader leader;
  for (std::uint32_t i = 1; i <= 30; ++i) {
    leader.submits(1);
    leader.acks(s2, at(4, i));
    leader.acks(s3, at(4, i));
    if (i > 4) leader.logs(at(4, i - 4));
    CHECK_FALSE(leader.ticks_at(std::int64_t{100} * i).settle);
  }
}

TEST_CASE("a leader that is swamped hands over too") {
  ZabLimits limits;
  limits.unsynced_bytes_max = 1;
  Leader leader(limits);

  const Effects left = leader.submits(1);

  REQUIRE(left.role.has_value());
  CHECK(left.role->successor == s3);
}

TEST_CASE("an emptied server that has caught up joins again, to be counted") {
  Standing standing(s2, three_voters(), EpochPromise{}, History(LogOutline{}, 10'000));
  Following following(standing, s1, false, ZabTimes::Milliseconds{0});
  const auto hears = [&](const PeerMessage& message) {
    return following.on_message(message, ZabTimes::Milliseconds{0});
  };
  const auto stored = [&] {
    standing.promised = standing.asked;
    return following.on_promised(standing.promised);
  };
  CHECK(sent_to<Join>(s1, following.start()) == std::vector{Join{Epoch{1}, false}});
  hears(NewEpoch{e4});
  CHECK_FALSE(sent_to<EpochPromised>(s1, stored())[0].counts);
  hears(Synchronise{e4, {}, {}, false, false});
  stored();

  const Effects served = hears(Serve{e4, {}});

  CHECK_FALSE(served.serve);
  CHECK(following.lost() == LossReason::caught_up);
  CHECK(standing.counts());
}

}  // namespace
}  // namespace quorate
