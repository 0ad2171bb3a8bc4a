// How a leader lets another server lead: it takes no more writes, waits until all that it proposed
// is committed and its successor has it, and leaves. Its last word names the successor, whom the
// election prefers among the equally recent.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "core/zab/tenure.h"

namespace quorate {

bool Tenure::could_lead(ServerId id, Time now) const {
  const auto found = learners_.find(id);
  if (found == learners_.end()) return false;
  const LearnerRecord& learner = found->second;
  return learner.serves && learner.counts && now - learner.heard < standing_.times.silence;
}

std::optional<ServerId> Tenure::heir(Time now) const {
  std::optional<std::tuple<Zxid, ServerId>> best;
  for (const auto& [id, learner] : learners_) {
    if (!could_lead(id, now)) continue;
    const std::tuple<Zxid, ServerId> its{learner.acked, id};
    if (!best || *best < its) best = its;
  }
  return best ? std::optional(std::get<ServerId>(*best)) : std::nullopt;
}

HandOverAnswer Tenure::judge(const HandOver& asked, Time now) const {
  const auto refuse = [&asked](ErrorCode code, std::string text) {
    return HandOverAnswer{asked.number, code, std::move(text), {}};
  };
  if (phase_ != Phase::leading) {
    return refuse(ErrorCode::not_serving, handing_over_ ? "the leader is handing over already"
                                                        : "the leader is about to begin an epoch; "
                                                          "try again in a moment");
  }
  if (asked.to == standing_.self) {
    return refuse(ErrorCode::bad_arguments,
                  "server " + std::to_string(standing_.self.value) + " leads already");
  }
  if (asked.to && !standing_.quorum.is_voter(*asked.to)) {
    return refuse(ErrorCode::bad_arguments,
                  "server " + std::to_string(asked.to->value) + " is not a voter of this ensemble");
  }
  if (asked.to && !could_lead(*asked.to, now)) {
    return refuse(ErrorCode::not_serving,
                  "server " + std::to_string(asked.to->value) +
                      " does not follow the leader, or is not up to date yet; see quorate status");
  }
  const std::optional<ServerId> to = asked.to ? asked.to : heir(now);
  if (!to) {
    return refuse(ErrorCode::not_serving,
                  "no other voter follows the leader and is up to date; see quorate status");
  }
  return {asked.number, ErrorCode::ok, {}, *to};
}

Effects Tenure::on_hand_over(ServerId asker, const HandOver& asked, Time now) {
  Effects effects;
  HandOverAnswer answer = judge(asked, now);
  const bool agreed = answer.code == ErrorCode::ok;
  const ServerId to = answer.successor;
  if (asker == standing_.self) {
    effects.handed_over.push_back(std::move(answer));
  } else {
    effects.send.push_back({asker, std::move(answer)});
  }
  if (agreed) begin_hand_over(to, effects, now);
  return effects;
}

void Tenure::begin_hand_over(ServerId to, Effects& effects, Time now) {
  handing_over_ = {to, now};
  enter(Phase::draining, now);
  try_drained(effects, now);
}

void Tenure::try_drained(Effects& effects, Time now) {
  if (phase_ != Phase::draining || !is_drained()) return;
  if (!handing_over_) return ask_for_next_epoch(effects, now);
  const auto successor = learners_.find(handing_over_->to);
  const Zxid last = standing_.history.last().zxid;
  // What is of an earlier epoch, everybody had before it was told to serve.
  if (successor == learners_.end()) return;
  if (last.epoch() == epoch_ && successor->second.acked < last) return;
  successor_ = handing_over_->to;
  lost_ = LossReason::handed_over;
}

void Tenure::give_up_hand_over(Effects& effects, const ClockReading& now) {
  handing_over_.reset();
  enter(Phase::leading, now.monotonic);
  propose_waiting(effects, now);
  ping(effects);
}

bool Tenure::is_disk_behind(Time now) {
  const Zxid committed = standing_.history.committed();
  if (standing_.logged >= behind_.until) {
    behind_ = {committed, now};
    return false;
  }
  return now - behind_.since >= standing_.times.silence;
}

void Tenure::tick_hand_over(Effects& effects, const ClockReading& reading) {
  const Time now = reading.monotonic;
  if (handing_over_) {
    const bool late = now - handing_over_->since >= standing_.times.silence;
    if (late || !could_lead(handing_over_->to, now)) give_up_hand_over(effects, reading);
  } else if (phase_ == Phase::leading && is_disk_behind(now)) {
    if (const auto to = heir(now)) begin_hand_over(*to, effects, now);
  }
}

}  // namespace quorate
