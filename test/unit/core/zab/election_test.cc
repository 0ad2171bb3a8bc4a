#include "core/zab/election.h"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

using Time = Election::Time;

constexpr ServerId s4{4};
constexpr ServerId s5{5};

Role looking(Recency recency, bool counts = true) {
  Role role;
  role.recency = recency;
  role.counts = counts;
  return role;
}

Role blank() {
  Role role;
  role.blank = true;
  return role;
}

Role leading(ServerId self, Epoch epoch) {
  Role role;
  role.stance = Stance::leading;
  role.leader = self;
  role.established = epoch;
  role.recency = {epoch, Zxid::at(epoch, 1)};
  return role;
}

Role following(ServerId leader) {
  Role role;
  role.stance = Stance::following;
  role.leader = leader;
  return role;
}

ElectionNotice vote_for(ServerId leader, std::uint64_t round = 1) {
  ElectionNotice said;
  said.round = round;
  said.leader = leader;
  said.recency = {Epoch{3}, at(3, 5)};
  said.stands = true;
  return said;
}

ElectionNotice leads(ServerId self, Epoch epoch) {
  ElectionNotice said;
  said.stance = Stance::leading;
  said.leader = self;
  said.established = epoch;
  return said;
}

constexpr Recency same{Epoch{3}, at(3, 5)};

/// Elections that hear each other over links, one message after another.
class Hall {
 public:
  explicit Hall(const ServerSet& voters, const ServerSet& others = {}) {
    const Quorum quorum(voters);
    for (const ServerId id : voters) members_.emplace(id, Election(id, quorum));
    for (const ServerId id : others) members_.emplace(id, Election(id, quorum));
  }

  void link(ServerId one, ServerId other) {
    take(one, of(one).on_link_up(other, now));
    take(other, of(other).on_link_up(one, now));
    deliver();
  }
  void link_all() {
    for (const auto& [one, its] : members_)
      for (const auto& [other, theirs] : members_)
        if (one < other) link(one, other);
  }
  void enter(ServerId id, const Role& role) {
    take(id, of(id).on_role(role, now));
    deliver();
  }
  void pass(Time time) {
    now += time;
    for (auto& [id, election] : members_) take(id, election.on_tick(now));
    deliver();
  }

  [[nodiscard]] std::optional<ServerId> elected(ServerId id) const {
    const auto found = elected_.find(id);
    return found == elected_.end() ? std::nullopt : std::optional(found->second.leader);
  }
  [[nodiscard]] const std::vector<Vote>& votes(ServerId id) const { return votes_.at(id); }
  [[nodiscard]] bool unanimous(ServerId id) const { return elected_.at(id).unanimous; }
  Election& of(ServerId id) { return members_.at(id); }

  Time now{0};

 private:
  void take(ServerId from, const ElectionEffects& effects) {
    for (const Envelope& envelope : effects.send) on_the_way_.emplace_back(from, envelope);
    if (effects.elected) {
      elected_[from] = *effects.elected;
      votes_[from] = effects.votes;
    }
    of(from).check_invariants();
  }
  void deliver() {
    while (!on_the_way_.empty()) {
      const auto [from, envelope] = on_the_way_.front();
      on_the_way_.pop_front();
      const auto& said = std::get<ElectionNotice>(envelope.message);
      take(envelope.to, of(envelope.to).on_notification(from, said, now));
    }
  }

  std::map<ServerId, Election> members_;
  std::map<ServerId, Elected> elected_;
  std::map<ServerId, std::vector<Vote>> votes_;
  std::deque<std::pair<ServerId, Envelope>> on_the_way_;
};

/// Three voters that look with these histories and hear each other.
Hall three_with(Recency first, Recency second, Recency third) {
  Hall hall(ServerSet{s1, s2, s3});
  hall.link_all();
  hall.enter(s1, looking(first));
  hall.enter(s2, looking(second));
  hall.enter(s3, looking(third));
  hall.pass(Election::wait);
  return hall;
}

void check_all_elect(const Hall& hall, ServerId leader) {
  for (const ServerId id : {s1, s2, s3}) {
    CAPTURE(id.value);
    CHECK(hall.elected(id).value_or(ServerId{}).value == leader.value);
  }
}

TEST_CASE("the history of the higher epoch is the more recent, however short it is") {
  check_all_elect(three_with({Epoch{5}, at(4, 1)}, {Epoch{4}, at(4, 900)}, {Epoch{3}, at(3, 5)}),
                  s1);
}

TEST_CASE("of histories of one epoch, the longer is the more recent") {
  check_all_elect(three_with({Epoch{3}, at(3, 5)}, {Epoch{3}, at(3, 6)}, {Epoch{3}, at(3, 4)}), s2);
}

TEST_CASE("of equal histories, that of the highest id is voted for") {
  check_all_elect(three_with(same, same, same), s3);
}

TEST_CASE("of equal histories, that of whom the last leader handed over to comes first") {
  Hall hall(ServerSet{s1, s2, s3});
  hall.link_all();
  hall.enter(s1, looking(same));
  hall.enter(s2, looking(same));
  Role left = looking(same);
  left.successor = s2;
  hall.enter(s3, left);
  hall.pass(Election::wait);

  check_all_elect(hall, s2);
}

TEST_CASE("a successor with less than others has is not preferred") {
  Hall hall(ServerSet{s1, s2, s3});
  hall.link_all();
  hall.enter(s1, looking(same));
  hall.enter(s2, looking({Epoch{3}, at(3, 4)}));
  Role left = looking(same);
  left.successor = s2;
  hall.enter(s3, left);
  hall.pass(Election::wait);

  check_all_elect(hall, s3);
}

TEST_CASE("to whom a leader handed over is passed on by those who look in its round, no longer") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_role(looking(same), Time{0});
  ElectionNotice left = vote_for(s3);
  left.successor = s3;

  election.on_notification(s2, left, Time{0});
  CHECK(election.own().successor == s3);
  election.on_role(following(s3), Time{1});
  election.on_role(looking(same), Time{2});

  CHECK_FALSE(election.own().successor.has_value());
}

TEST_CASE("an election says which votes it rests on") {
  const Recency older{Epoch{3}, at(3, 4)};
  const Hall hall = three_with(same, same, older);

  const std::vector<Vote> all = {{s1, s2, same}, {s2, s2, same}, {s3, s2, older}};
  CHECK(hall.votes(s1) == all);
  CHECK(hall.votes(s2) == all);
}

TEST_CASE("who joins a leader says who else is with it, and not what was voted long ago") {
  Hall hall(ServerSet{s1, s2, s3});
  hall.link_all();
  hall.enter(s1, leading(s1, Epoch{4}));
  hall.enter(s2, following(s1));

  hall.enter(s3, looking(same));

  CHECK(hall.elected(s3) == s1);
  std::vector<ServerId> with;
  for (const Vote& vote : hall.votes(s3))
    if (vote.leader == s1) with.push_back(vote.server);
  CHECK(with == std::vector{s1, s2});
}

TEST_CASE("a single voter elects itself at once") {
  Election alone(s1, only_one());

  const auto effects = alone.on_role(looking(same), Time{0});

  CHECK(effects.elected == Elected{s1, false});
  CHECK(effects.votes == std::vector<Vote>{{s1, s1, same}});
}

TEST_CASE("who does not hear a quorum does not stand, and takes no votes from others") {
  Hall hall(ServerSet{s1, s2, s3, s4, s5});
  for (const auto& [one, other] : {std::pair{s1, s2}, {s1, s3}, {s2, s3}, {s1, s5}})
    hall.link(one, other);

  hall.enter(s5, looking({Epoch{9}, at(9, 9)}));
  for (const ServerId id : {s1, s2, s3}) hall.enter(id, looking(same));
  hall.pass(Election::wait);

  CHECK(hall.elected(s1) == s3);
  CHECK(hall.elected(s2) == s3);
  CHECK_FALSE(hall.of(s5).own().stands);
  CHECK_FALSE(hall.elected(s5).has_value());
}

TEST_CASE("a server votes only for one that it hears itself") {
  Hall hall(ServerSet{s1, s2, s3});
  for (const ServerId id : {s1, s2, s3}) hall.enter(id, looking(same));

  hall.link(s1, s2);
  hall.link(s2, s3);
  hall.pass(Election::wait);

  CHECK(hall.of(s1).own().leader != s3);
  CHECK_FALSE(hall.elected(s1) == s3);
}

TEST_CASE("where not everybody hears everybody, those who hear each other elect") {
  Hall hall(ServerSet{s1, s2, s3});
  for (const ServerId id : {s1, s2, s3}) hall.enter(id, looking(same));

  hall.link(s2, s3);
  hall.link(s1, s2);
  hall.pass(Election::wait);

  CHECK(hall.elected(s2) == s3);
  CHECK(hall.elected(s3) == s3);
}

TEST_CASE("a late joiner follows the established leader, however recent its own history is") {
  Election late(s1, three_voters());
  late.on_role(looking({Epoch{4}, at(4, 900)}), Time{0});
  late.on_link_up(s2, Time{0});

  const auto effects = late.on_notification(s2, leads(s2, Epoch{4}), Time{0});

  CHECK(effects.elected == Elected{s2, false});
}

TEST_CASE("a leader that is not established yet is not joined") {
  Election late(s1, three_voters());
  late.on_role(looking(same), Time{0});
  late.on_link_up(s2, Time{0});
  ElectionNotice gathering = leads(s2, Epoch{4});
  gathering.established.reset();

  CHECK_FALSE(late.on_notification(s2, gathering, Time{0}).elected.has_value());
}

TEST_CASE("a leader of an epoch below ours is over, and not joined") {
  Election election(s1, three_voters());
  election.on_role(looking({Epoch{5}, at(5, 1)}), Time{0});
  election.on_link_up(s2, Time{0});

  CHECK_FALSE(election.on_notification(s2, leads(s2, Epoch{4}), Time{0}).elected.has_value());
}

TEST_CASE("of two leaders that say they are established, the later one is followed") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_link_up(s3, Time{0});
  election.on_notification(s2, leads(s2, Epoch{6}), Time{0});
  election.on_notification(s3, leads(s3, Epoch{5}), Time{0});

  CHECK(election.on_role(looking(same), Time{0}).elected == Elected{s2, false});
}

TEST_CASE("a new ensemble elects only when all its voters are in reach and blank") {
  Hall hall(ServerSet{s1, s2, s3});
  for (const ServerId id : {s1, s2, s3}) hall.enter(id, blank());
  hall.link(s1, s2);
  hall.pass(10 * Election::wait);
  CHECK_FALSE(hall.elected(s1).has_value());
  CHECK_FALSE(hall.elected(s2).has_value());

  hall.link_all();
  hall.pass(Election::wait);

  check_all_elect(hall, s3);
  for (const ServerId id : {s1, s2, s3}) CHECK(hall.unanimous(id));
}

TEST_CASE("a blank server beside others has no vote, for it may have lost everything") {
  Hall hall(ServerSet{s1, s2, s3});
  hall.enter(s1, looking(same));
  hall.enter(s3, blank());
  hall.link(s1, s3);
  hall.pass(10 * Election::wait);

  CHECK_FALSE(hall.elected(s1).has_value());
  CHECK_FALSE(hall.of(s3).own().stands);
  CHECK_FALSE(hall.of(s3).own().leader.has_value());
}

TEST_CASE("a recovering voter neither stands nor votes") {
  Hall hall(ServerSet{s1, s2, s3});
  hall.enter(s1, looking(same));
  hall.enter(s2, looking({Epoch{9}, at(9, 9)}, false));
  hall.link(s1, s2);
  hall.pass(10 * Election::wait);
  CHECK_FALSE(hall.elected(s1).has_value());

  hall.enter(s3, looking(same));
  hall.link_all();
  hall.pass(Election::wait);

  CHECK(hall.elected(s1) == s3);
  CHECK(hall.elected(s3) == s3);
  CHECK_FALSE(hall.elected(s2).has_value());
}

TEST_CASE("an observer joins an established leader and elects none") {
  Hall hall(ServerSet{s1}, ServerSet{observer});
  hall.enter(observer, looking({Epoch{9}, at(9, 9)}));
  hall.link(s1, observer);
  hall.pass(10 * Election::wait);
  CHECK_FALSE(hall.elected(observer).has_value());

  hall.enter(s1, leading(s1, Epoch{10}));

  CHECK(hall.elected(observer) == s1);
}

TEST_CASE("who hears of a later round goes on in it") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});
  election.on_link_up(s2, Time{0});

  const auto effects = election.on_notification(s2, vote_for(s2, 7), Time{0});

  CHECK(election.own().round == 7);
  REQUIRE(effects.send.size() == 1);
  CHECK(std::get<ElectionNotice>(effects.send[0].message).round == 7);
}

TEST_CASE("votes of an earlier round do not count") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_link_up(s3, Time{0});
  for (int round = 1; round <= 3; ++round) {
    election.on_role(following(s2), Time{0});
    election.on_role(looking(same), Time{0});
  }

  election.on_notification(s2, vote_for(s3, 2), Time{0});
  const auto effects = election.on_notification(s3, vote_for(s3, 2), Time{0});

  CHECK_FALSE(effects.elected.has_value());
  CHECK_FALSE(election.on_tick(10 * Election::wait).elected.has_value());
}

TEST_CASE("a new round is told together with the vote, so that it passes for no answer") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});

  const auto effects = election.on_role(looking(same), Time{0});

  REQUIRE(effects.send.size() == 1);
  CHECK(std::get<ElectionNotice>(effects.send[0].message).leader == s1);
  CHECK(std::get<ElectionNotice>(effects.send[0].message).stands);
}

TEST_CASE("each look for a leader is a new round") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});
  const auto first = election.own().round;
  election.on_role(following(s2), Time{0});

  election.on_role(looking(same), Time{0});

  CHECK(election.own().round == first + 1);
}

TEST_CASE("a quorum that agrees waits 200 ms for a voter that is linked and silent") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});
  election.on_link_up(s2, Time{0});
  election.on_link_up(s3, Time{0});

  CHECK_FALSE(election.on_notification(s2, vote_for(s2), Time{50}).elected.has_value());
  CHECK_FALSE(election.on_tick(Time{249}).elected.has_value());
  CHECK(election.on_tick(Time{250}).elected == Elected{s2, false});
}

TEST_CASE("a voter out of reach is not waited for") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});
  election.on_link_up(s2, Time{0});

  CHECK(election.on_notification(s2, vote_for(s2), Time{50}).elected == Elected{s2, false});
}

TEST_CASE("a silent voter that goes out of reach ends the waiting") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});
  election.on_link_up(s2, Time{0});
  election.on_link_up(s3, Time{0});
  election.on_notification(s2, vote_for(s2), Time{50});

  CHECK(election.on_link_down(s3, Time{60}).elected == Elected{s2, false});
}

TEST_CASE("that others still follow a leader that has left is no answer") {
  Election election(s3, three_voters());
  election.on_link_up(s1, Time{0});
  election.on_link_up(s2, Time{0});
  ElectionNotice follows;
  follows.stance = Stance::following;
  follows.leader = s1;
  election.on_notification(s2, follows, Time{0});
  election.on_role(looking(same), Time{0});

  CHECK_FALSE(election.on_notification(s1, vote_for(s3), Time{0}).elected.has_value());
  CHECK(election.on_tick(Election::wait).elected == Elected{s3, false});
}

TEST_CASE("that others still follow us is no vote, whatever their round was") {
  Election election(s3, three_voters());
  election.on_link_up(s1, Time{0});
  ElectionNotice follows;
  follows.stance = Stance::following;
  follows.leader = s3;
  follows.round = 8;
  election.on_notification(s1, follows, Time{0});

  CHECK_FALSE(election.on_role(looking(same), Time{0}).elected.has_value());
  CHECK(election.own().round == 9);
  CHECK_FALSE(election.on_tick(Time{1000}).elected.has_value());
}

TEST_CASE("whoever was elected in our round stays the one to vote for while it begins to lead") {
  Election election(s2, Quorum(ServerSet{s1, s2, s3, s4, s5}));
  for (const ServerId id : {s1, s3, s4}) election.on_link_up(id, Time{0});
  election.on_role(looking(same), Time{0});
  election.on_notification(s3, vote_for(s4), Time{0});
  election.on_notification(s4, vote_for(s4), Time{0});

  ElectionNotice begins = vote_for(s4);
  begins.stance = Stance::leading;
  election.on_notification(s4, begins, Time{1});

  CHECK(election.own().leader == s4);
}

TEST_CASE("who comes to have a vote while it looks stays in the round") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_role(looking(same, false), Time{0});
  const std::uint64_t round = election.own().round;
  CHECK_FALSE(election.own().leader.has_value());

  election.on_role(looking(same), Time{1});

  CHECK(election.own().round == round);
  CHECK(election.own().leader == s1);
}

TEST_CASE("a better vote within the wait is joined") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});
  election.on_link_up(s2, Time{0});
  election.on_link_up(s3, Time{0});
  election.on_notification(s2, vote_for(s2), Time{50});

  const auto effects = election.on_notification(s3, vote_for(s3), Time{100});

  CHECK(effects.elected == Elected{s3, false});
}

TEST_CASE("a follower learns when its leader leads, and when it does no more") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_notification(s2, vote_for(s2), Time{0});
  election.on_role(following(s2), Time{0});

  CHECK(election.on_notification(s2, leads(s2, Epoch{4}), Time{1}).leader_ready == s2);
  CHECK_FALSE(election.on_notification(s2, leads(s2, Epoch{5}), Time{2}).leader_ready.has_value());
  CHECK(election.on_notification(s2, vote_for(s2, 9), Time{3}).leader_left == s2);
}

TEST_CASE("a follower learns that whom it elected follows or votes for another") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_role(looking(same), Time{0});
  election.on_role(following(s2), Time{0});

  ElectionNotice follows;
  follows.stance = Stance::following;
  follows.leader = s3;

  CHECK(election.on_notification(s2, follows, Time{1}).leader_left == s2);
  CHECK(election.on_notification(s2, vote_for(s3), Time{2}).leader_left == s2);
}

TEST_CASE("whom we elected may still be about to lead") {
  Election election(s1, three_voters());
  election.on_link_up(s2, Time{0});
  election.on_role(looking(same), Time{0});
  election.on_role(following(s2), Time{0});

  CHECK_FALSE(election.on_notification(s2, vote_for(s2), Time{1}).leader_left.has_value());
}

TEST_CASE("who has a role tells it and elects nobody") {
  Election election(s1, three_voters());
  election.on_role(leading(s1, Epoch{4}), Time{0});

  const auto up = election.on_link_up(s2, Time{0});
  const auto said = election.on_notification(s2, vote_for(s2), Time{0});

  REQUIRE(up.send.size() == 1);
  CHECK(std::get<ElectionNotice>(up.send[0].message).established == Epoch{4});
  CHECK_FALSE(said.elected.has_value());
}

TEST_CASE("a word over a link that is not up is not heard") {
  Election election(s1, three_voters());
  election.on_role(looking(same), Time{0});

  CHECK_FALSE(election.on_notification(s2, leads(s2, Epoch{4}), Time{0}).elected.has_value());
}

}  // namespace
}  // namespace quorate
