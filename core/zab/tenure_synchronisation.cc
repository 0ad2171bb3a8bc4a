// How learners come to the leader's history, and the epoch to its establishment.
#include "core/zab/tenure.h"

#include <utility>

namespace quorate {

void Tenure::plan(ServerId id, Effects& effects) {
  LearnerRecord& learner = learners_[id];
  const History& history = standing_.history;
  const auto common = common_point(learner.promise.ends,
                                   [&history](Zxid zxid) { return history.position_at(zxid); });
  if (common) {
    synchronise(id, learner, common, effects);
  } else {
    learner.phase = LearnerPhase::surveyed;
    effects.survey.push_back({id, learner.promise.ends, history.last().zxid});
  }
}

Effects Tenure::on_surveyed(ServerId id, const std::optional<LogPosition>& common) {
  Effects effects;
  const auto found = learners_.find(id);
  if (found != learners_.end() && found->second.phase == LearnerPhase::surveyed)
    synchronise(id, found->second, common, effects);
  return effects;
}

void Tenure::synchronise(ServerId id, LearnerRecord& learner,
                         const std::optional<LogPosition>& common, Effects& effects) {
  const History& history = standing_.history;
  if (!common && is_in_doubt()) {
    // An image might carry on what is wrong, in place of what could tell. It waits for a verdict.
    learner.phase = LearnerPhase::promised;
    return;
  }
  if (!common) {
    learner.phase = LearnerPhase::imaging;
    effects.send.push_back({id, Synchronise{epoch_, {}, history.last(), true, true}});
    return;
  }
  const bool observes = !standing_.quorum.is_voter(id);
  const LogPosition end =
      observes ? history.position_at(history.committed()).value_or(LogPosition{}) : history.last();
  learner.phase = LearnerPhase::syncing;
  learner.sent = end;
  Synchronise message{epoch_, *common, end, true, false};
  // What an observer has and is not yet known to be committed need not be cut.
  if (common->zxid > end.zxid) message.keep = message.end = learner.sent = *common;
  auto records = history.records_after(message.keep, message.end.zxid);
  message.streamed = !records;
  effects.send.push_back({id, message});
  if (!records) return;
  LogPosition previous = message.keep;
  std::vector<Record> batch;
  std::size_t bytes = 0;
  const auto send = [&] {
    const LogPosition next = batch.back().position;
    effects.send.push_back({id, batch_of(previous, std::exchange(batch, {}))});
    previous = next;
    bytes = 0;
  };
  for (Record& record : *records) {
    bytes += record.bytes.size();
    batch.push_back(std::move(record));
    if (bytes >= batch_bytes) send();
  }
  if (!batch.empty()) send();
}

void Tenure::on_adopted(ServerId from, const Adopted& adopted, Effects& effects,
                        const ClockReading& now) {
  LearnerRecord& learner = learners_[from];
  if (learner.phase != LearnerPhase::syncing || adopted.epoch != epoch_) return;
  learner.phase = LearnerPhase::adopted;
  if (phase_ == Phase::adopting) {
    try_established(effects, now);
  } else if (window_) {
    learner.serves = true;
    effects.send.push_back({from, Serve{epoch_, standing_.history.committed()}});
  }
}

void Tenure::try_established(Effects& effects, const ClockReading& now) {
  const auto has_adopted = [](const LearnerRecord& learner) {
    return learner.phase == LearnerPhase::adopted;
  };
  // From here on this server is not empty, whatever it was.
  if (!adopted_ || !standing_.quorum.is_quorum(counted(has_adopted))) return;
  window_.emplace(epoch_, standing_.quorum, standing_.limits.counters_per_epoch);
  enter(Phase::leading, now.monotonic);
  commit_up_to(standing_.history.last().zxid, effects);
  for (auto& [id, learner] : learners_) {
    if (!has_adopted(learner)) continue;
    learner.serves = true;
    effects.send.push_back({id, Serve{epoch_, standing_.history.committed()}});
  }
  effects.serve = !std::exchange(established_, true);
  propose_waiting(effects, now);
  ping(effects);
}

}  // namespace quorate
