#include "core/zab/following.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/check.h"
#include "core/base/overloaded.h"

namespace quorate {
namespace {

std::size_t bytes_of(const ProposalBatch& batch) {
  std::size_t bytes = 0;
  for (const Record& record : batch.records) bytes += record.bytes.size();
  return bytes;
}

}  // namespace

Following::Following(Standing& standing, ServerId leader, bool unanimous, Time now)
    : standing_(standing), leader_(leader), unanimous_(unanimous), heard_(now), started_(now) {}

bool Following::counts() const {
  return standing_.counts() || (unanimous_ && standing_.quorum.is_voter(standing_.self));
}

Epoch Following::least() const {
  const EpochPromise& promised = standing_.asked;
  // To the same leader, a promise can be repeated; another of the same epoch may not have it.
  return promised.leader == leader_ ? promised.accepted : Epoch{promised.accepted.value + 1};
}

Effects Following::start() { return on_leader_ready(); }

Effects Following::on_leader_ready() {
  Effects effects;
  if (phase_ == Phase::joining) effects.send.push_back({leader_, Join{least(), counts()}});
  return effects;
}

// --- Discovery
// -------------------------------------------------------------------------------------

void Following::on_new_epoch(Epoch epoch, Effects& effects) {
  // Asked twice, because we joined twice: the first answer will do.
  if (phase_ != Phase::joining && epoch <= epoch_) return;
  if (epoch < least()) {
    // A leader that is behind our promise learns of it when we join again.
    merge(effects, on_leader_ready());
    return;
  }
  phase_ = Phase::promising;
  epoch_ = epoch;
  served_ = false;
  held_.clear();
  held_bytes_ = 0;
  standing_.asked.accepted = epoch;
  standing_.asked.leader = leader_;
  effects.promise = standing_.asked;
}

Effects Following::on_promised(const EpochPromise& promise) {
  Effects effects;
  if (phase_ == Phase::promising && promise.accepted == epoch_) {
    phase_ = Phase::promised;
    counted_ = counts();
    effects.send.push_back(
        {leader_, EpochPromised{epoch_, promise.current, standing_.history.ends(), counted_,
                                standing_.remembered}});
  } else if (phase_ == Phase::adopting && promise.current == epoch_) {
    phase_ = Phase::following;
    effects.send.push_back({leader_, Adopted{epoch_}});
    merge(effects, on_logged());
  }
  return effects;
}

// --- Synchronisation
// -------------------------------------------------------------------------------

void Following::on_synchronise(const Synchronise& message, Effects& effects) {
  if (phase_ != Phase::promised || message.epoch != epoch_) return;
  History& history = standing_.history;
  if (message.image) {
    phase_ = Phase::imaging;
    effects.fetch = Fetch{leader_, epoch_, {}, message.end, true};
    return;
  }
  const bool sound = message.keep.zxid >= history.committed() &&
                     message.keep.zxid <= history.last().zxid &&
                     message.keep.zxid <= message.end.zxid;
  if (!sound) {
    lost_ = LossReason::contradiction;
    return;
  }
  phase_ = Phase::syncing;
  end_ = message.end;
  if (message.streamed) effects.fetch = Fetch{leader_, epoch_, message.keep, message.end, false};
  if (message.keep != history.last()) {
    history.cut_after(message.keep);
    standing_.logged = std::min(standing_.logged, message.keep.zxid);
    effects.cut = message.keep;
  }
  take_held(effects);
}

Effects Following::on_image(const LogPosition& at, std::int64_t stamp_ms) {
  Effects effects;
  if (phase_ != Phase::imaging) return effects;
  // What we had behind the image may have been committed with our ack. Until the leader's history
  // has brought it back, we must not be counted.
  const Zxid lost = standing_.history.last().zxid;
  auto& recovering_to = standing_.asked.recovering_to;
  if (lost > at.zxid) recovering_to = std::max(recovering_to.value_or(Zxid{}), lost);
  standing_.history.restart_at(at, stamp_ms);
  standing_.logged = {};
  effects.install = Install{at, standing_.asked};
  lost_ = LossReason::image_received;
  return effects;
}

Effects Following::on_history(const ProposalBatch& batch) {
  Effects effects;
  if (phase_ != Phase::syncing || batch.epoch != epoch_) return effects;
  take(batch, effects);
  take_held(effects);
  return effects;
}

void Following::on_proposals(const ProposalBatch& batch, Effects& effects) {
  if (phase_ < Phase::syncing || batch.epoch != epoch_ || batch.records.empty()) return;
  standing_.remembered = {epoch_, batch.acked};
  committed_ = std::max(committed_, batch.committed);
  if (batch.previous.zxid > standing_.history.last().zxid) {
    held_bytes_ += bytes_of(batch);
    held_[batch.previous.zxid] = std::make_shared<const ProposalBatch>(batch);
    if (held_bytes_ > standing_.limits.held_bytes_max) lost_ = LossReason::overrun;
    return;
  }
  take(batch, effects);
  take_held(effects);
}

void Following::take(const ProposalBatch& batch, Effects& effects) {
  History& history = standing_.history;
  LogPosition at = batch.previous;
  for (const Record& record : batch.records) {
    const LogPosition next = advance(at, record.zxid(), record.bytes.text());
    const bool known = record.zxid() <= history.last().zxid;
    if (!known && at == history.last()) {
      Record ours = record;
      ours.position = next;
      history.append(ours);
      effects.log.push_back(std::move(ours));
    } else if (!known) {
      // It follows the end of our log, and is not what follows: another history, or a gap.
      lost_ = LossReason::contradiction;
      return;
    }
    at = next;
  }
}

void Following::take_held(Effects& effects) {
  if (phase_ < Phase::syncing) return;
  const History& history = standing_.history;
  for (auto next = held_.begin();
       !lost_ && next != held_.end() && next->first <= history.last().zxid;
       next = held_.erase(next)) {
    held_bytes_ -= bytes_of(*next->second);
    take(*next->second, effects);
  }
  if (lost_) return;
  if (phase_ == Phase::syncing && history.last().zxid >= end_.zxid) {
    phase_ = Phase::adopting;
    standing_.asked.current = epoch_;
    effects.promise = standing_.asked;
  }
  commit_up_to(committed_, effects);
}

// --- Broadcast
// -------------------------------------------------------------------------------------

void Following::commit_up_to(Zxid zxid, Effects& effects) {
  append_all(effects.commit, standing_.history.commit_up_to(zxid));
}

void Following::on_serve(const Serve& serve, Effects& effects) {
  if (phase_ != Phase::following || serve.epoch != epoch_) return;
  served_ = true;
  committed_ = std::max(committed_, serve.committed);
  commit_up_to(committed_, effects);
  if (standing_.promised.recovering_to) {
    try_recovered(effects);
  } else if (!counted_ && standing_.counts()) {
    // It was empty, and has all now that the leader began with; the leader counts those who could
    // say so when they joined.
    lost_ = LossReason::caught_up;
  } else {
    effects.serve = !std::exchange(serving_, true);
  }
}

void Following::try_recovered(Effects& effects) {
  // The leader's quorum did without us, and we have all it began with: with that it has passed
  // whatever we had acked in an earlier epoch. What we acked in this one must come back.
  const Zxid lost = *standing_.promised.recovering_to;
  if (lost.epoch() >= epoch_ && std::min(standing_.logged, standing_.history.committed()) < lost)
    return;
  standing_.asked.recovering_to.reset();
  effects.promise = standing_.asked;
  lost_ = LossReason::caught_up;  // To come back as a voter.
}

Effects Following::on_logged() {
  Effects effects;
  if (phase_ != Phase::following) return effects;
  if (counts() && standing_.logged.epoch() == epoch_)
    effects.send.push_back({leader_, Ack{epoch_, standing_.logged}});
  if (served_ && standing_.promised.recovering_to) try_recovered(effects);
  return effects;
}

Effects Following::on_submit(std::vector<Submission> writes) {
  Effects effects;
  if (serving_ && !writes.empty())
    effects.send.push_back({leader_, Forward{std::move(writes), {}}});
  return effects;
}

Effects Following::on_sync(const SyncRequest& request) {
  Effects effects;
  if (serving_) effects.send.push_back({leader_, Forward{{}, {request}}});
  return effects;
}

Effects Following::on_hand_over(const HandOver& asked) {
  Effects effects;
  effects.send.push_back({leader_, asked});
  return effects;
}

Effects Following::on_touched(std::vector<SessionId> sessions) {
  append_all(touched_, std::move(sessions));
  return {};
}

void Following::on_heartbeat(const Heartbeat& heartbeat, Effects& effects) {
  if (!touched_.empty()) effects.send.push_back({leader_, Touches{std::exchange(touched_, {})}});
  Alive alive{{}, heartbeat.round, {}};
  if (phase_ == Phase::following && heartbeat.epoch == epoch_) {
    alive.epoch = epoch_;
    alive.marks = standing_.marks.after(marks_told_);
    if (!alive.marks.empty()) marks_told_ = alive.marks.back().zxid;
    doubt_ = heartbeat.doubt;
  }
  effects.send.push_back({leader_, std::move(alive)});
}

void Following::on_diverged(const Diverged& diverged, Effects& effects) {
  if (phase_ != Phase::following || diverged.epoch != epoch_) return;
  // Only what this server said itself is held against it.
  const std::optional<DigestMark> ours = standing_.marks.at(diverged.zxid);
  if (!ours || ours->version != diverged.version || ours->digest == diverged.expected) return;
  effects.diverged = Divergence{ours->zxid, ours->digest, diverged.expected};
  lost_ = LossReason::diverged;
}

Effects Following::on_message(const PeerMessage& message, Time now) {
  Effects effects;
  heard_ = now;
  std::visit(Overloaded{
                 [&](const NewEpoch& asked) { on_new_epoch(asked.epoch, effects); },
                 [&](const Synchronise& synchronise) { on_synchronise(synchronise, effects); },
                 [&](const Serve& serve) { on_serve(serve, effects); },
                 [&](const Proposals& batch) { on_proposals(*batch, effects); },
                 [&](const Committed& committed) {
                   if (phase_ < Phase::syncing || committed.epoch != epoch_) return;
                   committed_ = std::max(committed_, committed.zxid);
                   commit_up_to(committed_, effects);
                   if (served_ && standing_.promised.recovering_to) try_recovered(effects);
                 },
                 [&](const Heartbeat& heartbeat) { on_heartbeat(heartbeat, effects); },
                 [&](const Diverged& diverged) { on_diverged(diverged, effects); },
                 [&](const Amnesia& amnesia) {
                   if (phase_ != Phase::promised) return;
                   auto& lost = standing_.asked.recovering_to;
                   lost = std::max(lost.value_or(Zxid{}), amnesia.zxid);
                   effects.promise = standing_.asked;
                   lost_ = LossReason::amnesia;
                 },
                 [&](const SyncPoints& points) { effects.synced = points.points; },
                 [&](const HandOverAnswer& answer) { effects.handed_over.push_back(answer); },
                 [](const auto&) {},  // To an earlier role, or not to a learner.
             },
             message);
  return effects;
}

Effects Following::on_tick(Time now) {
  const bool is_joining = phase_ == Phase::joining;
  if (now - heard_ >= standing_.times.silence)
    lost_ = is_joining ? LossReason::join_timeout : LossReason::leader_silent;
  if (is_joining && now - started_ >= standing_.times.gather) lost_ = LossReason::join_timeout;
  return {};
}

void Following::check_invariants() const {
  standing_.history.check_invariants();
  check(phase_ != Phase::following || standing_.promised.current == epoch_,
        "a follower has stored its epoch");
  check(phase_ < Phase::promised || standing_.promised.accepted >= epoch_,
        "a learner has stored its promise");
  check(!serving_ || !standing_.promised.recovering_to, "who is recovering serves nobody");
}

}  // namespace quorate
