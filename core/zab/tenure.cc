#include "core/zab/tenure.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/base/overloaded.h"

namespace quorate {
namespace {

constexpr Epoch epoch_max{0x7fff'ffff};
/// A batch of records ends when it has so many bytes: one frame, and one turn of a learner.
constexpr std::size_t batch_bytes = std::size_t{1} << 20;

}  // namespace

Tenure::Tenure(Standing& standing, bool unanimous, Time now)
    : standing_(standing),
      unanimous_(unanimous),
      since_(now),
      last_ping_(now),
      least_{standing.asked.accepted.value + 1},
      clock_(standing.history.last_stamp_ms()),
      behind_{{}, now} {
  check(standing_.quorum.is_voter(standing_.self), "only a voter leads");
  check(standing_.promised.accepted >= standing_.promised.current,
        "an epoch is accepted before it is current");
  check(standing_.asked.accepted >= standing_.history.last().zxid.epoch(),
        "whose records are logged was promised");
}

template <class Holds>
ServerSet Tenure::counted(const Holds& holds) const {
  ServerSet servers;
  if (standing_.counts() || unanimous_) servers.insert(standing_.self);
  for (const auto& [id, learner] : learners_)
    if (learner.counts && holds(learner)) servers.insert(id);
  return servers;
}

void Tenure::enter(Phase phase, Time now) {
  phase_ = phase;
  since_ = now;
}

// --- Discovery
// -------------------------------------------------------------------------------------

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
    over_ = true;
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
  over_ = true;
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
    over_ = true;
    return;
  }
  enter(Phase::adopting, since_);
  standing_.asked.current = epoch_;
  effects.promise = standing_.asked;
  for (auto& [id, learner] : learners_)
    if (learner.phase == LearnerPhase::promised) plan(id, effects);
}

// --- Synchronisation
// -------------------------------------------------------------------------------

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

// --- Broadcast
// -------------------------------------------------------------------------------------

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

// --- Syncs and heartbeats
// --------------------------------------------------------------------------

Effects Tenure::on_sync(ServerId asker, const SyncRequest& request, Time) {
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
    effects.send.push_back({id, Heartbeat{epoch_, round_}});
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
  for (const SyncRequest& request : forward.syncs)
    merge(effects, on_sync(from, request, now.monotonic));
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
  std::erase_if(syncs_, [peer](const PendingSync& sync) { return sync.asker == peer; });
  return {};
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
    over_ = true;
    return effects;
  }
  tick_hand_over(effects, reading);
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
