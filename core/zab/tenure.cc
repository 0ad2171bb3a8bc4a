#include "core/zab/tenure.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/overloaded.h"

namespace quorate {

Tenure::Tenure(Standing& standing, bool unanimous, Time now)
    : standing_(standing),
      unanimous_(unanimous),
      since_(now),
      last_ping_(now),
      least_{standing.asked.accepted.value + 1},
      clock_(standing.history.last_stamp_ms()),
      court_(standing.quorum, standing.times.silence),
      behind_{{}, now} {
  court_.on_marks(standing_.self, standing_.marks.after({}), now);
  check(standing_.quorum.is_voter(standing_.self), "only a voter leads");
  check(standing_.promised.accepted >= standing_.promised.current,
        "an epoch is accepted before it is current");
  check(standing_.asked.accepted >= standing_.history.last().zxid.epoch(),
        "whose records are logged was promised");
}

void Tenure::enter(Phase phase, Time now) {
  phase_ = phase;
  since_ = now;
}

Effects Tenure::on_sync(ServerId asker, const SyncRequest& request) {
  Effects effects;
  syncs_.push_back({asker, request, 0, {}});
  // One round for all that wait: the next begins when this one has been confirmed.
  const bool asked = std::any_of(syncs_.begin(), syncs_.end(),
                                 [](const PendingSync& sync) { return sync.round != 0; });
  if (phase_ == Phase::leading && !asked) ping(effects);
  return effects;
}

void Tenure::ping(Effects& effects) {
  ++round_;
  // Behind writes that wait because the pipeline is full, nothing was acknowledged yet.
  for (PendingSync& sync : syncs_) {
    if (sync.round != 0 || phase_ != Phase::leading) continue;
    sync.round = round_;
    sync.point = standing_.history.last().zxid;
  }
  for (const auto& [id, learner] : learners_)
    effects.send.push_back({id, Heartbeat{epoch_, round_, is_in_doubt()}});
  answer_syncs(effects);
}

void Tenure::answer_syncs(Effects& effects) {
  if (!window_ || syncs_.empty()) return;
  const std::uint64_t round = syncs_.front().round;
  if (round == 0) return;
  const ServerSet confirmed = counted([round](const LearnerRecord& learner) {
    return learner.phase == LearnerPhase::adopted && learner.round >= round;
  });
  if (!standing_.quorum.is_quorum(confirmed)) return;
  std::map<ServerId, SyncPoints> answers;
  const auto waits = std::find_if(syncs_.begin(), syncs_.end(), [round](const PendingSync& sync) {
    return sync.round == 0 || sync.round > round;
  });
  for (auto sync = syncs_.begin(); sync != waits; ++sync) {
    const SyncPoint point{sync->request, sync->point};
    if (sync->asker == standing_.self) {
      effects.synced.push_back(point);
    } else {
      answers[sync->asker].points.push_back(point);
    }
  }
  syncs_.erase(syncs_.begin(), waits);
  for (auto& [asker, points] : answers) effects.send.push_back({asker, std::move(points)});
  if (syncs_.empty()) return;
  if (syncs_.front().round != 0) {
    answer_syncs(effects);
  } else if (phase_ == Phase::leading) {
    ping(effects);
  }
}

void Tenure::on_forward(ServerId from, const Forward& forward, Effects& effects,
                        const ClockReading& now) {
  if (!learners_[from].serves) return;
  if (!forward.writes.empty()) merge(effects, on_submit(forward.writes, now));
  for (const SyncRequest& request : forward.syncs) merge(effects, on_sync(from, request));
}

Effects Tenure::on_message(ServerId from, const PeerMessage& message, const ClockReading& now) {
  Effects effects;
  if (const Join* join = std::get_if<Join>(&message)) {
    on_join(from, *join, effects, now.monotonic);
    return effects;
  }
  const auto found = learners_.find(from);
  if (found == learners_.end()) return effects;
  found->second.heard = now.monotonic;
  std::visit(
      Overloaded{
          [&](const EpochPromised& promise) { on_epoch_promised(from, promise, effects); },
          [&](const Adopted& adopted) { on_adopted(from, adopted, effects, now); },
          [&](const Ack& ack) { on_ack(from, ack, effects, now); },
          [&](const Alive& alive) {
            if (alive.epoch != epoch_ || alive.round > round_) return;
            found->second.round = std::max(found->second.round, alive.round);
            answer_syncs(effects);
            on_marks_of(from, found->second, alive.marks, effects, now.monotonic);
          },
          [&](const Forward& forward) { on_forward(from, forward, effects, now); },
          [&](const Touches& touches) { effects.touched = touches.sessions; },
          [&](const HandOver& asked) { merge(effects, on_hand_over(from, asked, now.monotonic)); },
          [](const auto&) {},  // To an earlier role, or not to a leader.
      },
      message);
  return effects;
}

Effects Tenure::on_link_down(ServerId peer) {
  learners_.erase(peer);
  forget_marks_of(peer);
  std::erase_if(syncs_, [peer](const PendingSync& sync) { return sync.asker == peer; });
  return {};
}

LossReason Tenure::out_of_patience() const {
  switch (phase_) {
    case Phase::gathering:
      return LossReason::gather_timeout;
    case Phase::promising:
      return LossReason::disk_behind;
    case Phase::collecting:
      return LossReason::promise_timeout;
    case Phase::adopting:
      return LossReason::establish_timeout;
    case Phase::leading:
      return LossReason::quorum_silent;
    case Phase::draining:
      return LossReason::drain_timeout;
  }
  check(false, "every phase has its patience");
  return LossReason::quorum_silent;
}

Effects Tenure::on_tick(const ClockReading& reading) {
  Effects effects;
  const Time now = reading.monotonic;
  const auto alive = [&](const LearnerRecord& learner) {
    return learner.serves && now - learner.heard < standing_.times.silence;
  };
  const bool has_quorum = standing_.quorum.is_quorum(counted(alive));
  const Time patience =
      phase_ == Phase::adopting ? standing_.times.establish : standing_.times.gather;
  if (phase_ == Phase::leading ? !has_quorum : now - since_ > patience) {
    lost_ = out_of_patience();
    return effects;
  }
  tick_hand_over(effects, reading);
  court_.on_tick(now);
  hold_court(effects);
  if (phase_ != Phase::gathering && now - last_ping_ >= standing_.times.heartbeat) {
    last_ping_ = now;
    ping(effects);
  }
  return effects;
}

void Tenure::check_invariants() const {
  standing_.history.check_invariants();
  if (window_) window_->check_invariants();
  check(!window_ || (phase_ == Phase::leading || phase_ == Phase::draining),
        "an epoch is broadcast in when a quorum has adopted it");
  check(!window_ || (adopted_ && standing_.promised.current == epoch_),
        "a leader has stored its epoch");
  check(phase_ != Phase::leading || waiting_writes_.empty() || !may_propose(),
        "nothing waits while leading, unless the pipeline is full");
}

}  // namespace quorate
