#include "actors/election_timeline.h"

#include <fmt/format.h>

#include <utility>

namespace quorate {
namespace {

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

std::string why(LossReason reason) {
  constexpr ZabTimes times;
  switch (reason) {
    case LossReason::leader_silent:
      return "no word from the leader for " + seconds(times.silence);
    case LossReason::leader_left:
      return "the leader said that it leads no more";
    case LossReason::join_timeout:
      return "it did not begin to lead";
    case LossReason::overrun:
      return "more was proposed than can be held while the history is on its way";
    case LossReason::contradiction:
      return "what the leader sent does not continue what is committed here";
    case LossReason::fetch_failed:
      return "the history could not be fetched to its end";
    case LossReason::image_received:
      return "an image of the leader takes the place of its state";
    case LossReason::caught_up:
      return "it has caught up, and comes back to be counted";
    case LossReason::quorum_silent:
      return "nothing heard of a quorum for " + seconds(times.silence);
    case LossReason::gather_timeout:
      return "no quorum joined within " + seconds(times.gather);
    case LossReason::promise_timeout:
      return "no quorum promised the new epoch within " + seconds(times.gather);
    case LossReason::establish_timeout:
      return "no quorum took over the new epoch in time";
    case LossReason::drain_timeout:
      return "what was proposed before the next epoch was not committed within " +
             seconds(times.gather);
    case LossReason::behind:
      return "a server of its quorum has more history";
    case LossReason::handed_over:
      return "it handed over to another";
    case LossReason::epochs_exhausted:
      return "there is no higher epoch";
    case LossReason::link_down:
      return "the link to the leader ended";
    case LossReason::disk_behind:
      return "its disk could not keep up";
    case LossReason::amnesia:
      return "it lacks what it had acknowledged";
    case LossReason::diverged:
      return "its state is not that of a quorum";
    case LossReason::slept:
      return "it was stopped for longer than " + seconds(times.silence);
  }
  return "of something unknown";
}

/// "1, 2 and 3".
std::string list_of(const std::vector<std::uint32_t>& servers) {
  std::string text;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (i > 0) text += i + 1 == servers.size() ? " and " : ", ";
    text += std::to_string(servers[i]);
  }
  return text;
}

std::string text_of_elected(const ElectionEvent& event) {
  std::vector<std::uint32_t> supporters;
  for (const Vote& vote : event.votes)
    if (vote.leader == event.leader) supporters.push_back(vote.server.value);
  std::string text = fmt::format("server {} is to ", event.server.value);
  text += event.leader == event.server ? "lead" : fmt::format("follow {}", event.leader->value);
  if (supporters.empty()) return text;
  return text + fmt::format(", chosen by {}", list_of(supporters));
}

std::string text_of_left(const ElectionEvent& event) {
  const auto what = [&]() -> std::string {
    if (!event.leader) return "gave up its role";
    if (event.leader == event.server)
      return event.epoch ? fmt::format("stopped leading epoch {}", event.epoch->value)
                         : "gave up on leading";
    return fmt::format("{} following {}", event.epoch ? "stopped" : "gave up on",
                       event.leader->value);
  };
  std::string text = fmt::format("server {} {}", event.server.value, what());
  return event.reason ? text + ": " + why(*event.reason) : text;
}

}  // namespace

std::string_view to_string(ElectionStep step) {
  switch (step) {
    case ElectionStep::started:
      return "started";
    case ElectionStep::looking:
      return "looking";
    case ElectionStep::elected:
      return "elected";
    case ElectionStep::leading:
      return "leading";
    case ElectionStep::following:
      return "following";
    case ElectionStep::observing:
      return "observing";
    case ElectionStep::left:
      return "left";
  }
  return "unknown";
}

std::string text_of(const ElectionEvent& event) {
  const std::uint32_t server = event.server.value;
  const std::uint32_t leader = event.leader.value_or(ServerId{}).value;
  const std::uint32_t epoch = event.epoch.value_or(Epoch{}).value;
  switch (event.event) {
    case ElectionStep::started:
      return fmt::format("server {} started, with a log up to {}", server, to_string(event.zxid));
    case ElectionStep::looking:
      return fmt::format("server {} looks for a leader", server);
    case ElectionStep::elected:
      return text_of_elected(event);
    case ElectionStep::leading:
      return fmt::format("server {} leads in epoch {}", server, epoch);
    case ElectionStep::following:
      return fmt::format("server {} follows {} in epoch {}", server, leader, epoch);
    case ElectionStep::observing:
      return fmt::format("server {} observes {} in epoch {}", server, leader, epoch);
    case ElectionStep::left:
      return text_of_left(event);
  }
  return {};
}

void ElectionTimeline::add(ElectionEvent event, const ClockReading& now) {
  event.at_ms = now.wall_ms;
  event.server = server_;
  event.zxid = zxid_;
  if (last_) event.lasted = now.monotonic - *last_;
  last_ = now.monotonic;
  count(event.event, now);
  events_.add(std::move(event));
}

void ElectionTimeline::count(ElectionStep step, const ClockReading& now) {
  const auto found_one = [&](std::uint64_t& how) {
    ++how;
    if (!looks_since_) return;
    const std::chrono::microseconds took = now.monotonic - *std::exchange(looks_since_, {});
    took_.record(static_cast<std::uint64_t>(took.count()), now.monotonic);
  };
  switch (step) {
    case ElectionStep::looking:
      ++totals_.looking;
      if (!looks_since_) looks_since_ = now.monotonic;
      return;
    case ElectionStep::leading:
      found_one(totals_.leading);
      totals_.leads_since = now.monotonic;
      return;
    case ElectionStep::following:
      return found_one(totals_.following);
    case ElectionStep::observing:
      return found_one(totals_.observing);
    case ElectionStep::left:
      totals_.leads_since.reset();
      return;
    case ElectionStep::started:
    case ElectionStep::elected:
      return;
  }
}

ElectionTotals ElectionTimeline::totals() const {
  const std::lock_guard lock(mutex_);
  ElectionTotals totals = totals_;
  totals.took = took_.totals();
  return totals;
}

void ElectionTimeline::on_started(const Standing& standing, const ClockReading& now) {
  const std::lock_guard lock(mutex_);
  server_ = standing.self;
  zxid_ = standing.logged;
  ElectionEvent event;
  event.event = ElectionStep::started;
  if (standing.promised.current != Epoch{}) event.epoch = standing.promised.current;
  add(std::move(event), now);
}

void ElectionTimeline::on_left(LossReason reason, const Standing& standing,
                               const ClockReading& now) {
  const std::lock_guard lock(mutex_);
  zxid_ = standing.logged;
  ElectionEvent event;
  event.event = ElectionStep::left;
  event.leader = role_.leader;
  event.epoch = role_.established;
  event.reason = reason;
  role_ = {};
  add(std::move(event), now);
}

void ElectionTimeline::on_role(const Role& role, const Standing& standing,
                               const ClockReading& now) {
  // Its journal has not settled: it leaves, which was told, and does not look yet.
  const bool is_leaving = role.stance == Stance::looking && role.successor && !role.counts;
  if (is_leaving) return;
  const std::lock_guard lock(mutex_);
  zxid_ = standing.logged;
  role_ = role;
  ElectionEvent event;
  event.leader = role.leader;
  event.epoch = role.established;
  if (role.stance == Stance::looking) {
    event.event = ElectionStep::looking;
    if (role.recency.current != Epoch{}) event.epoch = role.recency.current;
  } else if (!role.established) {
    return;
  } else if (role.stance == Stance::leading) {
    event.event = ElectionStep::leading;
  } else {
    event.event =
        standing.quorum.is_voter(standing.self) ? ElectionStep::following : ElectionStep::observing;
  }
  add(std::move(event), now);
}

void ElectionTimeline::on_elected(ServerId leader, std::vector<Vote> votes,
                                  const ClockReading& now) {
  const std::lock_guard lock(mutex_);
  ElectionEvent event;
  event.event = ElectionStep::elected;
  event.leader = leader;
  event.votes = std::move(votes);
  add(std::move(event), now);
}

}  // namespace quorate
