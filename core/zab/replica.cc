#include "core/zab/replica.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace quorate {

Replica::Replica(Standing standing) : standing_(std::move(standing)) {
  check(standing_.encoder != nullptr, "a leader encodes what it proposes");
}

Effects Replica::start() {
  Effects effects;
  settling_ = true;
  effects.settle = true;
  return effects;
}

Role Replica::role() const {
  Role role;
  role.recency = standing_.recency();
  role.counts = standing_.counts();
  role.blank = standing_.is_blank();
  if (tenure_) {
    role.stance = Stance::leading;
    role.leader = standing_.self;
    role.established = tenure_->established();
  } else if (following_) {
    role.stance = Stance::following;
    role.leader = following_->leader();
    role.established = following_->established();
  } else {
    role.successor = successor_;
  }
  return role;
}

Role Replica::leaving_role() const {
  Role role;
  role.recency = {standing_.promised.current, standing_.logged};
  role.successor = successor_;
  return role;
}

void Replica::count_unsynced(const Effects& effects) {
  const Zxid end = effects.cut ? effects.cut->zxid : Zxid{~std::uint64_t{0}};
  while (!unsynced_.empty() && (effects.install || unsynced_.back().first > end)) {
    unsynced_bytes_ -= unsynced_.back().second;
    unsynced_.pop_back();
  }
  for (const Record& record : effects.log) {
    unsynced_.emplace_back(record.zxid(), record.memory_bytes());
    unsynced_bytes_ += record.memory_bytes();
  }
}

bool Replica::is_swamped() const {
  // Alone, nobody runs ahead: what is not synced is not committed, and that is bounded.
  return unsynced_bytes_ > standing_.limits.unsynced_bytes_max &&
         !standing_.quorum.is_quorum({standing_.self});
}

std::optional<LossReason> Replica::lost() const {
  if (tenure_) return tenure_->lost();
  return following_ ? following_->lost() : std::nullopt;
}

Effects Replica::finish(Effects effects) {
  count_unsynced(effects);
  // Not in the step in which an epoch is established: the others must hear of that first.
  const bool swamped =
      (tenure_ || following_) && told_.established == role().established && is_swamped();
  const std::optional<LossReason> reason = swamped ? LossReason::disk_behind : lost();
  if (reason) {
    if (tenure_) {
      successor_ = tenure_->successor();
      if (swamped && awake_) successor_ = tenure_->heir(*awake_);
    }
    tenure_.reset();
    following_.reset();
    settling_ = true;
    effects.settle = true;
    effects.left = reason;
    // The others need not wait for this server's journal.
    if (successor_) effects.role = told_ = leaving_role();
  }
  if (effects.serve) serving_ = true;
  if (serving_ && !tenure_ && !following_) {
    serving_ = false;
    effects.serve = false;
    effects.stop_serving = true;
  }
  const bool doubt = tenure_ ? tenure_->is_in_doubt() : following_ && following_->is_in_doubt();
  if (std::exchange(doubt_told_, doubt) != doubt) effects.doubt = doubt;
  // While settling, the election still says what was; it must not say what is not durable.
  if (settling_) return effects;
  const Role now = role();
  const bool looks_again = now.stance == Stance::looking && told_.stance != Stance::looking;
  if (looks_again || now.stance != told_.stance || now.leader != told_.leader ||
      now.established != told_.established) {
    effects.role = told_ = now;
  }
  return effects;
}

Effects Replica::on_settled() {
  if (!settling_) return {};
  settling_ = false;
  Effects effects;
  effects.role = told_ = role();
  return effects;
}

Effects Replica::on_elected(const Elected& elected, const ClockReading& now) {
  if (settling_ || tenure_ || following_) return {};
  successor_.reset();
  if (elected.leader == standing_.self) {
    tenure_.emplace(standing_, elected.unanimous, now.monotonic);
    return finish(tenure_->start(now.monotonic));
  }
  following_.emplace(standing_, elected.leader, elected.unanimous, now.monotonic);
  return finish(following_->start());
}

Effects Replica::on_leader_left(ServerId leader) {
  if (!following_ || following_->leader() != leader) return {};
  return leave(LossReason::leader_left);
}

Effects Replica::on_leader_ready(ServerId leader) {
  if (!following_ || following_->leader() != leader) return {};
  return finish(following_->on_leader_ready());
}

Effects Replica::on_link_down(ServerId peer) {
  if (tenure_) return finish(tenure_->on_link_down(peer));
  if (!following_ || following_->leader() != peer) return {};
  return leave(LossReason::link_down);
}

bool Replica::has_slept(const ClockReading& now) {
  const auto before = std::exchange(awake_, now.monotonic);
  // Without others, nobody can have gone on meanwhile.
  return before && now.monotonic - *before >= standing_.times.silence && (tenure_ || following_) &&
         !standing_.quorum.is_quorum({standing_.self});
}

Effects Replica::leave(LossReason reason) {
  tenure_.reset();
  following_.reset();
  Effects effects;
  settling_ = true;
  effects.settle = true;
  effects.left = reason;
  return finish(std::move(effects));
}

Effects Replica::on_message(ServerId from, const PeerMessage& message, const ClockReading& now) {
  if (has_slept(now)) return leave(LossReason::slept);
  if (tenure_) return finish(tenure_->on_message(from, message, now));
  if (!following_ || following_->leader() != from) return {};
  return finish(following_->on_message(message, now.monotonic));
}

Effects Replica::on_logged(Zxid zxid, const ClockReading& now) {
  standing_.logged = std::min(zxid, standing_.history.last().zxid);
  while (!unsynced_.empty() && unsynced_.front().first <= standing_.logged) {
    unsynced_bytes_ -= unsynced_.front().second;
    unsynced_.pop_front();
  }
  if (has_slept(now)) return leave(LossReason::slept);
  if (tenure_) return finish(tenure_->on_logged(now));
  if (following_) return finish(following_->on_logged());
  return {};
}

Effects Replica::on_promised(const EpochPromise& promise, const ClockReading& now) {
  standing_.promised = promise;
  if (has_slept(now)) return leave(LossReason::slept);
  if (tenure_) return finish(tenure_->on_promised(promise, now));
  if (following_) return finish(following_->on_promised(promise));
  return {};
}

Effects Replica::on_submit(std::vector<Submission> writes, const ClockReading& now) {
  if (has_slept(now)) return leave(LossReason::slept);
  if (!serving_) return {};
  if (tenure_) return finish(tenure_->on_submit(std::move(writes), now));
  return finish(following_->on_submit(std::move(writes)));
}

Effects Replica::on_sync(const SyncRequest& request, const ClockReading& now) {
  if (has_slept(now)) return leave(LossReason::slept);
  if (!serving_) return {};
  if (tenure_) return finish(tenure_->on_sync(standing_.self, request));
  return finish(following_->on_sync(request));
}

Effects Replica::on_hand_over(const HandOver& asked, const ClockReading& now) {
  if (has_slept(now)) return leave(LossReason::slept);
  if (!serving_) {
    Effects effects;
    effects.handed_over.push_back({asked.number,
                                   ErrorCode::not_serving,
                                   "this server has no leader; try another server",
                                   {}});
    return effects;
  }
  if (following_) return finish(following_->on_hand_over(asked));
  return finish(tenure_->on_hand_over(standing_.self, asked, now.monotonic));
}

Effects Replica::on_touched(std::vector<SessionId> sessions) {
  Effects effects;
  if (following_) return following_->on_touched(std::move(sessions));
  if (tenure_) effects.touched = std::move(sessions);
  return effects;
}

Effects Replica::on_marks(const std::vector<DigestMark>& marks, const ClockReading& now) {
  for (const DigestMark& mark : marks) standing_.marks.add(mark);
  if (!tenure_) return {};
  return finish(tenure_->on_marks(marks, now.monotonic));
}

Effects Replica::on_surveyed(ServerId learner, const std::optional<LogPosition>& common) {
  if (!tenure_) return {};
  return finish(tenure_->on_surveyed(learner, common));
}

Effects Replica::on_history(ServerId leader, const ProposalBatch& batch) {
  if (!following_ || following_->leader() != leader) return {};
  return finish(following_->on_history(batch));
}

Effects Replica::on_image(ServerId leader, const LogPosition& at, std::int64_t stamp_ms) {
  if (!following_ || following_->leader() != leader) return {};
  return finish(following_->on_image(at, stamp_ms));
}

Effects Replica::on_fetch_failed(ServerId leader) {
  if (!following_ || following_->leader() != leader) return {};
  return leave(LossReason::fetch_failed);
}

Effects Replica::on_tick(const ClockReading& now) {
  if (has_slept(now)) return leave(LossReason::slept);
  if (tenure_) return finish(tenure_->on_tick(now));
  if (following_) return finish(following_->on_tick(now.monotonic));
  return {};
}

void Replica::check_invariants() const {
  standing_.history.check_invariants();
  if (tenure_) tenure_->check_invariants();
  if (following_) following_->check_invariants();
  check(!(tenure_ && following_), "a server has one role");
  check(!serving_ || tenure_ || following_, "clients are served in a role");
  check(standing_.logged <= standing_.history.last().zxid, "what is synced is in the log");
  check(unsynced_.empty() || unsynced_.front().first > standing_.logged,
        "unsynced is what is not synced");
  check(unsynced_.empty() == (unsynced_bytes_ == 0), "nothing unsynced has no bytes");
}

}  // namespace quorate
