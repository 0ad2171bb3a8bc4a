// How a tenure begins: who joins, the epoch they promise, and whose history it takes over.
#include "core/zab/tenure.h"

#include <algorithm>

namespace quorate {
namespace {

constexpr Epoch epoch_max{0x7fff'ffff};

}  // namespace

Effects Tenure::start(Time now) {
  Effects effects;
  if (standing_.quorum.is_quorum(counted([](const auto&) { return true; })))
    ask_for_next_epoch(effects, now);
  return effects;
}

void Tenure::on_join(ServerId from, const Join& join, Effects& effects, Time now) {
  if (join.least > epoch_max) {
    effects.drop.push_back(from);
    return;
  }
  LearnerRecord& learner = learners_[from];
  learner = LearnerRecord{};
  forget_marks_of(from);
  learner.heard = now;
  learner.counts = join.counts && standing_.quorum.is_voter(from);
  least_ = std::max(least_, join.least);
  switch (phase_) {
    case Phase::gathering:
      if (standing_.quorum.is_quorum(counted([](const auto&) { return true; })))
        ask_for_next_epoch(effects, now);
      break;
    case Phase::promising:
      break;
    case Phase::collecting:
    case Phase::adopting:
      if (join.least > epoch_) ask_for_next_epoch(effects, now);
      break;
    case Phase::leading:
    case Phase::draining:
      if (join.least <= epoch_) break;
      if (phase_ == Phase::leading) enter(Phase::draining, now);
      try_drained(effects, now);
      break;
  }
  if (phase_ < Phase::collecting || join.least > epoch_) return;
  learner.phase = LearnerPhase::asked;
  effects.send.push_back({from, NewEpoch{epoch_}});
}

void Tenure::ask_for_next_epoch(Effects& effects, Time now) {
  epoch_ = std::max(least_, Epoch{standing_.asked.accepted.value + 1});
  if (epoch_ > epoch_max) {
    lost_ = LossReason::epochs_exhausted;
    return;
  }
  least_ = epoch_;
  enter(Phase::promising, now);
  adopted_ = false;
  handing_over_.reset();
  window_.reset();
  for (auto& [id, learner] : learners_) learner.phase = LearnerPhase::joined;
  standing_.asked.accepted = epoch_;
  standing_.asked.leader = standing_.self;
  effects.promise = standing_.asked;
}

Effects Tenure::on_promised(const EpochPromise& promise, const ClockReading& now) {
  Effects effects;
  if (phase_ == Phase::promising && promise.accepted == epoch_) {
    if (least_ > epoch_) {
      ask_for_next_epoch(effects, now.monotonic);
      return effects;
    }
    enter(Phase::collecting, now.monotonic);
    for (auto& [id, learner] : learners_) {
      learner.phase = LearnerPhase::asked;
      effects.send.push_back({id, NewEpoch{epoch_}});
    }
    try_collected(effects);
  } else if (phase_ == Phase::adopting && promise.current == epoch_) {
    adopted_ = true;
    try_established(effects, now);
  }
  return effects;
}

void Tenure::on_epoch_promised(ServerId from, const EpochPromised& promise, Effects& effects) {
  LearnerRecord& learner = learners_[from];
  if (learner.phase != LearnerPhase::asked || promise.epoch != epoch_ || promise.ends.empty())
    return;
  learner.phase = LearnerPhase::promised;
  learner.promise = promise;
  learner.counts = promise.counts && standing_.quorum.is_voter(from);
  if (phase_ == Phase::collecting) {
    try_collected(effects);
    return;
  }
  if (!find_amnesia(effects)) plan(from, effects);
}

bool Tenure::find_amnesia(Effects& effects) {
  const auto lost = [this](ServerId server, const Recency& has) {
    Zxid promised;
    const auto look = [&](const Remembered& remembered) {
      const auto acked = remembered.acked.find(server);
      if (acked == remembered.acked.end()) return;
      // In a later epoch than the remembered one, a leader may have cut what was acked in it.
      if (has < Recency{remembered.epoch, acked->second})
        promised = std::max(promised, acked->second);
    };
    look(standing_.remembered);
    for (const auto& [id, learner] : learners_)
      if (learner.phase >= LearnerPhase::promised) look(learner.promise.remembered);
    return promised;
  };
  for (auto& [id, learner] : learners_) {
    if (!learner.counts || learner.phase != LearnerPhase::promised) continue;
    const Zxid zxid = lost(id, {learner.promise.current, learner.promise.ends.back().zxid});
    if (zxid == Zxid{}) continue;
    learner.counts = false;
    effects.send.push_back({id, Amnesia{zxid}});
  }
  if (established_) return false;
  const Zxid zxid = lost(standing_.self, standing_.recency());
  if (zxid == Zxid{}) return false;
  standing_.asked.recovering_to = zxid;
  effects.promise = standing_.asked;
  lost_ = LossReason::amnesia;
  return true;
}

void Tenure::try_collected(Effects& effects) {
  if (find_amnesia(effects)) return;
  const ServerSet promised =
      counted([](const LearnerRecord& learner) { return learner.phase >= LearnerPhase::promised; });
  if (!standing_.quorum.is_quorum(promised)) return;
  for (const ServerId id : promised) {
    if (id == standing_.self) continue;
    const EpochPromised& promise = learners_[id].promise;
    if (Recency{promise.current, promise.ends.back().zxid} <= standing_.recency()) continue;
    lost_ = LossReason::behind;
    return;
  }
  enter(Phase::adopting, since_);
  standing_.asked.current = epoch_;
  effects.promise = standing_.asked;
  for (auto& [id, learner] : learners_)
    if (learner.phase == LearnerPhase::promised) plan(id, effects);
}

}  // namespace quorate
