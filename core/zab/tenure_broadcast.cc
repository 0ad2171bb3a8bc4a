// Proposals, acks and commits of an established tenure.
#include "core/zab/tenure.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace quorate {

bool Tenure::is_drained() const {
  return standing_.history.committed() == standing_.history.last().zxid;
}

bool Tenure::may_propose() const {
  return phase_ == Phase::leading &&
         standing_.history.uncommitted_bytes() < standing_.limits.in_flight_bytes_max;
}

Proposals Tenure::batch_of(const LogPosition& previous, std::vector<Record> records) const {
  auto batch = std::make_shared<ProposalBatch>();
  batch->epoch = epoch_;
  batch->previous = previous;
  batch->records = std::move(records);
  batch->committed = standing_.history.committed();
  if (window_ && standing_.logged.epoch() == epoch_)
    batch->acked[standing_.self] = standing_.logged;
  for (const auto& [id, learner] : learners_)
    if (learner.counts && learner.acked.epoch() == epoch_) batch->acked[id] = learner.acked;
  return batch;
}

Effects Tenure::on_submit(std::vector<Submission> writes, const ClockReading& now) {
  Effects effects;
  if (waiting_writes_.empty() && may_propose() && window_->room() >= writes.size()) {
    propose(std::move(writes), effects, now);
    return effects;
  }
  append_all(waiting_writes_, std::move(writes));
  propose_waiting(effects, now);
  return effects;
}

void Tenure::propose_waiting(Effects& effects, const ClockReading& now) {
  if (waiting_writes_.empty() || !may_propose()) return;
  const std::size_t fits = std::min<std::size_t>(window_->room(), waiting_writes_.size());
  const auto end = waiting_writes_.begin() + static_cast<std::ptrdiff_t>(fits);
  std::vector<Submission> writes(std::make_move_iterator(waiting_writes_.begin()),
                                 std::make_move_iterator(end));
  waiting_writes_.erase(waiting_writes_.begin(), end);
  if (!writes.empty()) propose(std::move(writes), effects, now);
  if (waiting_writes_.empty() || window_->room() > 0) return;
  enter(Phase::draining, now.monotonic);
  try_drained(effects, now.monotonic);
}

void Tenure::propose(std::vector<Submission> writes, Effects& effects, const ClockReading& now) {
  History& history = standing_.history;
  std::vector<Record> records;
  LogPosition previous = history.last();
  std::size_t bytes = 0;
  const auto send = [&] {
    const LogPosition next = records.back().position;
    const Proposals batch = batch_of(previous, std::exchange(records, {}));
    for (const auto& [id, learner] : learners_) {
      if (learner.is_live() && standing_.quorum.is_voter(id)) effects.send.push_back({id, batch});
    }
    previous = next;
    bytes = 0;
  };
  for (Submission& write : writes) {
    auto txn = std::make_shared<Txn>();
    txn->committed = history.committed();
    txn->zxid = window_->propose();
    txn->time_ms = clock_.stamp(now.wall_ms, now.monotonic);
    txn->submission = std::move(write);
    Record record;
    record.bytes = standing_.encoder->encode(*txn);
    record.position = advance(history.last(), txn->zxid, record.bytes.text());
    record.txn = std::move(txn);
    bytes += record.bytes.size();
    history.append(record);
    effects.log.push_back(record);
    records.push_back(std::move(record));
    if (bytes >= batch_bytes) send();
  }
  if (!records.empty()) send();
}

Effects Tenure::on_logged(const ClockReading& now) {
  Effects effects;
  // What was logged before this epoch says nothing about it.
  if (standing_.logged.epoch() == epoch_) acked(standing_.self, standing_.logged, effects, now);
  return effects;
}

void Tenure::on_ack(ServerId from, const Ack& ack, Effects& effects, const ClockReading& now) {
  LearnerRecord& learner = learners_[from];
  if (learner.phase != LearnerPhase::adopted || ack.epoch != epoch_ || !learner.counts) return;
  if (ack.zxid.epoch() != epoch_) return;
  if (ack.zxid > standing_.history.last().zxid) {
    effects.drop.push_back(from);
    return;
  }
  learner.acked = std::max(learner.acked, ack.zxid);
  acked(from, ack.zxid, effects, now);
}

void Tenure::acked(ServerId voter, Zxid zxid, Effects& effects, const ClockReading& now) {
  if (!window_) return;
  const Zxid committed = window_->on_ack(voter, zxid);
  if (committed.counter() == 0 || committed <= standing_.history.committed()) {
    // A successor may be slower than the quorum.
    try_drained(effects, now.monotonic);
    return;
  }
  commit_up_to(committed, effects);
  try_drained(effects, now.monotonic);
  propose_waiting(effects, now);
}

void Tenure::commit_up_to(Zxid zxid, Effects& effects) {
  History& history = standing_.history;
  for (auto& [id, learner] : learners_) {
    if (!learner.is_live() || standing_.quorum.is_voter(id)) continue;
    auto records = history.records_after(learner.sent, zxid);
    if (!records || records->empty()) continue;
    const LogPosition previous = std::exchange(learner.sent, records->back().position);
    auto batch = std::make_shared<ProposalBatch>();
    batch->epoch = epoch_;
    batch->previous = previous;
    batch->records = std::move(*records);
    batch->committed = zxid;
    effects.send.push_back({id, Proposals(std::move(batch))});
  }
  append_all(effects.commit, history.commit_up_to(zxid));
  for (const auto& [id, learner] : learners_) {
    if (!learner.is_live() || !standing_.quorum.is_voter(id)) continue;
    effects.send.push_back({id, Committed{epoch_, history.committed()}});
  }
}

}  // namespace quorate
