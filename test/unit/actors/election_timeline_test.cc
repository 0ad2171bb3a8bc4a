// What people are told of elections afterwards.
#include "actors/election_timeline.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace quorate {
namespace {

using std::chrono::milliseconds;

constexpr ServerId s1{1};
constexpr ServerId s2{2};
constexpr Zxid end = Zxid::at(Epoch{3}, 0x1f);

Standing standing_of(ServerId self, Epoch current = Epoch{3}) {
  LogOutline outline;
  outline.ends = {LogPosition{end, 0}};
  outline.committed = {end, 0};
  return {self, Quorum(ServerSet{s1, s2, {3}}), EpochPromise{current, s1, current, {}},
          History(std::move(outline), 1 << 20)};
}

ClockReading clock_at(std::int64_t ms) { return {1'000'000 + ms, milliseconds{ms}}; }

Role role_of(Stance stance, std::optional<ServerId> leader, std::optional<Epoch> established) {
  Role role;
  role.stance = stance;
  role.leader = leader;
  role.established = established;
  role.recency = {Epoch{3}, end};
  role.counts = true;
  return role;
}

std::vector<std::string> texts_of(const ElectionTimeline& timeline) {
  std::vector<std::string> texts;
  for (const ElectionEvent& event : timeline.ring().after(0)) texts.push_back(text_of(event));
  return texts;
}

TEST_CASE("a follower's story can be read from its start to the loss of its leader") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(s2);

  timeline.on_started(standing, clock_at(0));
  timeline.on_role(role_of(Stance::looking, {}, {}), standing, clock_at(10));
  timeline.on_elected(s1, {{s1, s1, {}}, {s2, s1, {}}, {{3}, {3}, {}}}, clock_at(210));
  timeline.on_role(role_of(Stance::following, s1, {}), standing, clock_at(211));
  timeline.on_role(role_of(Stance::following, s1, Epoch{4}), standing, clock_at(250));
  timeline.on_left(LossReason::leader_silent, standing, clock_at(5250));

  CHECK(texts_of(timeline) ==
        std::vector<std::string>{
            "server 2 started, with a log up to 3.1f", "server 2 looks for a leader",
            "server 2 is to follow 1, chosen by 1 and 2", "server 2 follows 1 in epoch 4",
            "server 2 stopped following 1: no word from the leader for 1.0 s"});
  const ElectionEvent left = timeline.newest(1).at(0);
  CHECK(left.seq == 5);
  CHECK(left.at_ms == 1'005'250);
  CHECK(left.leader == s1);
  CHECK(left.epoch == Epoch{4});
  CHECK(left.zxid == end);
  CHECK(left.reason == LossReason::leader_silent);
  CHECK(left.lasted == milliseconds{5000});
}

TEST_CASE("a leader's story tells whom it rests on, and that it handed over") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(s1);
  Role leaving = role_of(Stance::looking, {}, {});
  leaving.counts = false;
  leaving.successor = s2;

  timeline.on_started(standing, clock_at(0));
  timeline.on_elected(s1, {{s1, s1, {}}, {s2, s1, {}}, {{3}, s1, {}}}, clock_at(1));
  timeline.on_role(role_of(Stance::leading, s1, {}), standing, clock_at(2));
  timeline.on_role(role_of(Stance::leading, s1, Epoch{4}), standing, clock_at(3));
  timeline.on_left(LossReason::handed_over, standing, clock_at(4));
  timeline.on_role(leaving, standing, clock_at(4));
  timeline.on_role(role_of(Stance::looking, {}, {}), standing, clock_at(5));

  CHECK(texts_of(timeline) ==
        std::vector<std::string>{"server 1 started, with a log up to 3.1f",
                                 "server 1 is to lead, chosen by 1, 2 and 3",
                                 "server 1 leads in epoch 4",
                                 "server 1 stopped leading epoch 4: it handed over to another",
                                 "server 1 looks for a leader"});
}

TEST_CASE("who was elected and came to nothing gave up, and stopped nothing") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(s1);

  timeline.on_started(standing, clock_at(0));
  timeline.on_role(role_of(Stance::leading, s1, {}), standing, clock_at(1));
  timeline.on_left(LossReason::gather_timeout, standing, clock_at(2002));
  timeline.on_role(role_of(Stance::following, s2, {}), standing, clock_at(2003));
  timeline.on_left(LossReason::join_timeout, standing, clock_at(3003));
  timeline.on_left(LossReason::behind, standing, clock_at(3004));

  const auto texts = texts_of(timeline);
  REQUIRE(texts.size() == 4);
  CHECK(texts[1] == "server 1 gave up on leading: no quorum joined within 2.0 s");
  CHECK(texts[2] == "server 1 gave up on following 2: it did not begin to lead");
  CHECK(texts[3] == "server 1 gave up its role: a server of its quorum has more history");
}

TEST_CASE("whoever has no vote observes") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(ServerId{9});

  timeline.on_started(standing, clock_at(0));
  timeline.on_role(role_of(Stance::following, s1, Epoch{4}), standing, clock_at(1));

  CHECK(timeline.newest(1).at(0).event == ElectionStep::observing);
  CHECK(texts_of(timeline).back() == "server 9 observes 1 in epoch 4");
}

TEST_CASE("a server that has adopted no epoch yet has none") {
  ElectionTimeline timeline;

  timeline.on_started(standing_of(s1, Epoch{}), clock_at(0));

  CHECK_FALSE(timeline.newest(1).at(0).epoch.has_value());
  CHECK_FALSE(timeline.newest(1).at(0).lasted.has_value());
}

TEST_CASE("every step and every reason has words of its own") {
  std::set<std::string> words;
  std::set<std::string> texts;
  const auto last = static_cast<int>(LossReason::slept);
  for (int i = 0; i <= last; ++i) {
    ElectionEvent event;
    event.event = ElectionStep::left;
    event.server = s1;
    event.leader = s2;
    event.reason = static_cast<LossReason>(i);
    words.insert(std::string(to_string(*event.reason)));
    texts.insert(text_of(event));
  }
  CHECK(words.size() == static_cast<std::size_t>(last) + 1);
  CHECK(texts.size() == static_cast<std::size_t>(last) + 1);
  CHECK_FALSE(words.contains("unknown"));
  std::set<std::string_view> steps;
  for (int i = 0; i <= static_cast<int>(ElectionStep::left); ++i)
    steps.insert(to_string(static_cast<ElectionStep>(i)));
  CHECK(steps.size() == 7);
  CHECK_FALSE(steps.contains("unknown"));
}

TEST_CASE("every election is counted, also those that are no more kept") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(s1);

  for (int i = 0; i < 300; ++i) {
    timeline.on_role(role_of(Stance::looking, {}, {}), standing, clock_at(10 * i));
    timeline.on_role(role_of(Stance::following, s2, Epoch{4}), standing, clock_at(10 * i + 2));
    timeline.on_left(LossReason::link_down, standing, clock_at(10 * i + 3));
  }

  CHECK(timeline.totals().looking == 300);
  CHECK(timeline.totals().following == 300);
  CHECK(timeline.totals().leading == 0);
  CHECK(timeline.totals().observing == 0);
  CHECK(timeline.totals().took.count() == 300);
  CHECK(timeline.totals().took.sum_us == 600'000);
}

TEST_CASE("an election takes from the first look to the leader, whatever came to nothing between") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(s1);

  timeline.on_role(role_of(Stance::looking, {}, {}), standing, clock_at(100));
  timeline.on_role(role_of(Stance::leading, s1, {}), standing, clock_at(150));
  timeline.on_left(LossReason::gather_timeout, standing, clock_at(2150));
  timeline.on_role(role_of(Stance::looking, {}, {}), standing, clock_at(2160));
  CHECK_FALSE(timeline.totals().leads_since.has_value());
  timeline.on_role(role_of(Stance::leading, s1, Epoch{4}), standing, clock_at(3100));

  CHECK(timeline.totals().leads_since == milliseconds{3100});
  CHECK(timeline.totals().took.count() == 1);
  CHECK(timeline.totals().took.sum_us == 3'000'000);
  timeline.on_left(LossReason::quorum_silent, standing, clock_at(4000));
  CHECK_FALSE(timeline.totals().leads_since.has_value());
}

TEST_CASE("the last events are kept, and whoever listens hears each of them once") {
  ElectionTimeline timeline;
  const Standing standing = standing_of(s1);
  std::vector<std::uint64_t> heard;
  timeline.ring().listen([&heard](const ElectionEvent& event) { heard.push_back(event.seq); });

  for (int i = 0; i < 600; ++i) timeline.on_started(standing, clock_at(i));
  timeline.ring().listen({});
  timeline.on_started(standing, clock_at(600));

  CHECK(heard.size() == 600);
  CHECK(heard.back() == 600);
  CHECK(timeline.newest(1000).size() == ElectionTimeline::events_max);
  CHECK(timeline.newest(2).at(0).seq == 601);
  CHECK(timeline.newest(2).at(1).seq == 600);
  CHECK(timeline.ring().after(599).at(0).seq == 600);
  CHECK(timeline.ring().after(599).size() == 2);
  CHECK(timeline.ring().after(601).empty());
  CHECK(timeline.ring().after(3).at(0).seq == 601 - 511);
}

}  // namespace
}  // namespace quorate
