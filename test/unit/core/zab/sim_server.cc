#include "test/unit/core/zab/sim_server.h"

#include <algorithm>
#include <utility>

namespace quorate::sim {
namespace {

/// The bytes of a record only have to tell one from another.
class PlainEncoder final : public TxnEncoder {
 public:
  [[nodiscard]] Blob encode(const Txn& txn) const override {
    return Blob(std::to_string(txn.zxid.value) + " " + std::to_string(txn.time_ms) + " " +
                std::to_string(txn.committed.value) + " " +
                std::to_string(txn.submission.origin.sequence));
  }
};

const PlainEncoder encoder;

constexpr ZabTimes times{std::chrono::milliseconds{20}, std::chrono::milliseconds{100},
                         std::chrono::milliseconds{200}, std::chrono::milliseconds{1000}};

}  // namespace

Server::Server(Surroundings& around, ServerId self, Time skew)
    : around_(around), world_(around.world), self_(self), skew_(skew) {}

// --- Life and death
// --------------------------------------------------------------------------------

void Server::start() {
  if (live_) return;
  ++life_;
  world_.require(disk_.is_chain(), "R1 a log is a chain");
  disk_.sync();  // What a start has read, it has synced (R4).
  const Zxid end = disk_.last().zxid;
  if (disk_.fence > end && world_.fault() != Fault::fence_off)
    disk_.promise.recovering_to =
        std::max(disk_.promise.recovering_to.value_or(Zxid{}), disk_.fence);
  Standing standing{self_, around_.quorum, disk_.promise,
                    History(disk_.outline(), around_.limits.window_bytes_max)};
  standing.encoder = &encoder;
  standing.times = times;
  standing.limits = around_.limits;
  live_ = std::make_unique<Live>(std::move(standing), self_, around_.quorum);
  live_->state = disk_.image;
  around_.ledger.on_started(self_, live_->state.clean());
  // A record may say that those before it are committed, and its leader die before applying them.
  for (const Record& record : disk_.committed_behind_image()) apply(record);
  for (const Record& record : disk_.outline().uncommitted)
    live_->records.emplace(record.zxid(), record);
  world_.trace(self_, [&] {
    return "starts at " + to_string(end) + ", epoch " +
           std::to_string(disk_.promise.current.value) +
           (disk_.promise.recovering_to ? ", recovering" : "");
  });
  around_.network.on_start(self_);
  later(world_.between(0, 5 * ms), [this] { tick(); });
  perform(live_->replica.start());
}

void Server::crash(bool silently) {
  if (!live_) return;
  world_.trace(self_, [&] { return std::string(silently ? "loses power" : "crashes"); });
  live_.reset();
  const std::size_t unsynced = disk_.log.size() - disk_.synced;
  disk_.log.resize(disk_.synced + world_.random(unsynced + 1));
  around_.network.on_crash(self_, silently);
}

void Server::lose_tail() {
  if (live_ || disk_.synced == 0) return;
  // Back to the image at most: below it the store would not open.
  std::size_t kept = disk_.synced - 1 - world_.random(std::min<std::size_t>(disk_.synced, 12));
  while (kept < disk_.log.size() && disk_.log[kept].zxid() <= disk_.image.at.zxid) ++kept;
  if (kept >= disk_.synced) return;
  lost_ = disk_;
  disk_.log.resize(kept);
  disk_.synced = kept;
  ++world_.verdict().amnesias;
  world_.trace(self_, [&] { return "has lost its log behind " + to_string(disk_.last().zxid); });
}

void Server::lose_everything() {
  if (live_) return;
  lost_ = std::exchange(disk_, Disk{});
  ++world_.verdict().amnesias;
  world_.trace(self_, [] { return std::string("has lost everything"); });
}

void Server::later(Time delay, std::function<void()> event) {
  world_.after(delay, [this, life = life_, event = std::move(event)]() mutable {
    if (!live_ || life != life_) return;
    if (around_.network.is_paused(self_)) {
      later(ms, std::move(event));
      return;
    }
    event();
    if (live_) live_->replica.check_invariants();
    if (live_) live_->election.check_invariants();
  });
}

ClockReading Server::clock() const {
  return {1'000'000 + (world_.now() + skew_) / ms, std::chrono::milliseconds{world_.now() / ms}};
}

void Server::tick() {
  later(world_.between(4 * ms, 6 * ms), [this] { tick(); });
  // Whoever has a voice is to be heard, although nothing is written.
  if (live_->doubt) mark();
  perform(live_->replica.on_tick(clock()));
  if (live_) perform(live_->election.on_tick(clock().monotonic));
}

bool Server::may_crash() {
  if (!around_.crashes || !world_.one_in(3000)) return false;
  crash(false);
  return true;
}

// --- Events
// ----------------------------------------------------------------------------------------

void Server::on_link_up(ServerId peer) {
  if (live_) perform(live_->election.on_link_up(peer, clock().monotonic));
}

void Server::on_link_down(ServerId peer) {
  if (live_) perform(live_->replica.on_link_down(peer));
  if (live_) perform(live_->election.on_link_down(peer, clock().monotonic));
}

void Server::on_message(ServerId from, const PeerMessage& message) {
  if (!live_) return;
  if (const auto* notification = std::get_if<ElectionNotice>(&message)) {
    perform(live_->election.on_notification(from, *notification, clock().monotonic));
    return;
  }
  ServerId sender = from;
  if (world_.fault() == Fault::acks_counted_by_arrival && std::holds_alternative<Ack>(message)) {
    // Whoever counts arrivals takes a second ack for that of another.
    if (world_.one_in(2)) {
      for (const auto& [id, server] : around_.servers)
        if (id != self_ && id != from) sender = id;
    }
  }
  perform(live_->replica.on_message(sender, message, clock()));
}

bool Server::write() {
  if (!is_serving() || live_->doubt || around_.network.is_paused(self_)) return false;
  Submission write;
  write.origin = {self_, Incarnation{life_}, ConnectionSerial{1}, ++around_.writes};
  live_->unanswered.insert(write.origin.sequence);
  std::vector<Submission> writes{write};
  perform(live_->replica.on_submit(std::move(writes), clock()));
  return true;
}

void Server::sync() {
  if (!is_serving() || around_.network.is_paused(self_)) return;
  const SyncRequest request{ConnectionSerial{1}, ++live_->sync_sequence};
  live_->syncs[request.sequence] = around_.acked;
  perform(live_->replica.on_sync(request, clock()));
}

void Server::seal() {
  if (!live_ || live_->state.at.zxid > disk_.last_synced().zxid) return;
  if (disk_.position_at(live_->state.at.zxid) != live_->state.at) return;
  disk_.image = live_->state;
  if (!world_.one_in(2)) return;
  const auto kept = std::partition_point(
      disk_.log.begin(), disk_.log.end(),
      [this](const Record& record) { return record.zxid() <= disk_.image.at.zxid; });
  const auto purged = static_cast<std::size_t>(kept - disk_.log.begin());
  disk_.log.erase(disk_.log.begin(), kept);
  disk_.synced -= purged;
  disk_.base = disk_.image.at;
}

// --- Effects
// ---------------------------------------------------------------------------------------

void Server::perform(Effects effects) {
  if (effects.settle) {
    const bool again = std::exchange(live_->settles, true);
    world_.require(effects.left.has_value() == again, "who leaves a role says why");
  }
  if (effects.role && effects.role->stance == Stance::leading && effects.role->established)
    around_.ledger.on_established(self_, *effects.role->established, disk_);
  // Also whoever gave way right behind its last proposal.
  const bool leads = std::exchange(live_->led, live_->replica.tenure() != nullptr) || live_->led;
  for (const Record& record : effects.log)
    if (leads) around_.ledger.on_proposed(self_, record);
  for (const Envelope& envelope : effects.send) {
    send(envelope);
    if (may_crash()) return;
  }
  if (effects.stop_serving) {
    live_->serving = false;
    live_->unanswered.clear();
    live_->syncs.clear();
  }
  if (!ask_journal(effects, leads)) return;
  for (const auto& txn : effects.commit) {
    const auto record = live_->records.find(txn->zxid);
    if (world_.fault() == Fault::apply_before_commit) continue;
    world_.require(record != live_->records.end(), "I-08 what is applied was logged");
    if (record == live_->records.end()) return;
    apply(record->second);
    if (may_crash()) return;
  }
  if (effects.serve) live_->serving = true;
  answer(effects.synced);
  for (const HandOverAnswer& answer : effects.handed_over) {
    world_.trace(self_, [&] {
      return answer.code == ErrorCode::ok
                 ? "is told: server " + std::to_string(answer.successor.value) + " shall lead"
                 : "is told: " + answer.text;
    });
  }
  for (const Survey& wanted : effects.survey) survey(wanted);
  if (effects.fetch) {
    const Fetch wanted = *effects.fetch;
    later(world_.between(ms, 5 * ms), [this, wanted] { fetch(wanted, wanted.keep); });
  }
  for (const ServerId peer : effects.drop) around_.network.tear(self_, peer);
  if (effects.role) take(*effects.role);
  if (effects.doubt) {
    live_->doubt = *effects.doubt;
    world_.trace(self_, [&] { return std::string(live_->doubt ? "is" : "is not") + " in doubt"; });
  }
  if (effects.diverged) diverge();
}

bool Server::ask_journal(const Effects& effects, bool leads) {
  if (effects.cut) {
    ++world_.verdict().cuts;
    live_->records.erase(live_->records.upper_bound(effects.cut->zxid), live_->records.end());
    enqueue(CutStep{*effects.cut});
    if (may_crash()) return false;
  }
  if (effects.install) {
    live_->records.clear();
    live_->state = live_->fetched;
    enqueue(InstallStep{live_->fetched, effects.install->promise});
    if (may_crash()) return false;
  }
  if (!effects.log.empty()) {
    for (const Record& record : effects.log) {
      live_->records.emplace(record.zxid(), record);
    }
    enqueue(AppendStep{effects.log});
    if (may_crash()) return false;
    if (world_.fault() == Fault::apply_before_commit) {
      for (const Record& record : effects.log) apply(record);
    }
    if (leads && world_.fault() == Fault::commit_on_minority) {
      for (const auto& [id, server] : around_.servers) {
        if (id != self_ && live_)
          perform(live_->replica.on_message(
              id, Ack{effects.log.back().zxid().epoch(), effects.log.back().zxid()}, clock()));
      }
    }
  }
  if (effects.promise) {
    enqueue(PromiseStep{*effects.promise});
    if (may_crash()) return false;
  }
  if (effects.settle) enqueue(SettleStep{});
  return true;
}

void Server::take(const Role& role) {
  world_.trace(self_, [&] {
    const char* stance = role.stance == Stance::looking     ? "looks"
                         : role.stance == Stance::following ? "follows "
                                                            : "leads";
    return stance + (role.stance == Stance::following ? std::to_string(role.leader->value) : "") +
           (role.established ? ", epoch " + std::to_string(role.established->value) : "");
  });
  later(0, [this, role] { perform(live_->election.on_role(role, clock().monotonic)); });
}

void Server::perform(const ElectionEffects& effects) {
  for (const Envelope& envelope : effects.send) send(envelope);
  later(0, [this, effects] {
    if (effects.leader_left) perform(live_->replica.on_leader_left(*effects.leader_left));
    if (live_ && effects.leader_ready)
      perform(live_->replica.on_leader_ready(*effects.leader_ready));
    if (!live_ || !effects.elected) return;
    if (effects.elected->leader == self_) ++world_.verdict().elections;
    perform(live_->replica.on_elected(*effects.elected, clock()));
  });
}

void Server::send(const Envelope& envelope) {
  check_revealed(envelope.message);
  PeerMessage message = envelope.message;
  if (world_.fault() == Fault::fence_off) {
    if (auto* promised = std::get_if<EpochPromised>(&message)) promised->remembered = {};
  }
  if (world_.fault() == Fault::successor_forgotten) {
    if (auto* notice = std::get_if<ElectionNotice>(&message)) notice->successor.reset();
  }
  around_.network.send(self_, envelope.to, message);
}

void Server::check_revealed(const PeerMessage& message) {
  const Zxid end = disk_.last_synced().zxid;
  const char* const rule = "I-27 what is said is on stable storage";
  if (const auto* ack = std::get_if<Ack>(&message)) world_.require(ack->zxid <= end, rule);
  if (const auto* asked = std::get_if<NewEpoch>(&message))
    world_.require(asked->epoch <= disk_.promise.accepted, rule);
  if (const auto* adopted = std::get_if<Adopted>(&message)) {
    world_.require(adopted->epoch == disk_.promise.current, rule);
    world_.require(live_->replica.standing().logged <= end, rule);
  }
  if (const auto* promised = std::get_if<EpochPromised>(&message)) {
    world_.require(promised->epoch <= disk_.promise.accepted, rule);
    world_.require(promised->current == disk_.promise.current, rule);
    world_.require(promised->ends.back() == disk_.last_synced(), rule);
  }
  const auto* said = std::get_if<ElectionNotice>(&message);
  if (said != nullptr && said->stance == Stance::looking && said->stands)
    world_.require(said->recency <= Recency{disk_.promise.current, end}, rule);
}

void Server::apply(const Record& record) {
  live_->state.apply(record);
  std::map<ServerId, const Disk*> disks;
  for (const auto& [id, server] : around_.servers) {
    // What was lost afterwards had been held.
    const bool held = !server->disk_.holds(record.position) && server->lost_.holds(record.position);
    disks[id] = held ? &server->lost_ : &server->disk_;
  }
  around_.ledger.on_applied(self_, record, live_->state.clean(), disks);
  stain();
  if (is_marked(record.zxid())) mark();
  const Origin& origin = record.txn->submission.origin;
  if (origin.server == self_ && origin.incarnation == Incarnation{life_} &&
      live_->unanswered.erase(origin.sequence) > 0)
    around_.acked = std::max(around_.acked, record.zxid());
  live_->records.erase(record.zxid());
}

bool Server::hand_over(std::optional<ServerId> to) {
  if (!is_alive() || around_.network.is_paused(self_)) return false;
  world_.trace(self_, [&] {
    return "asked to hand over to " + (to ? std::to_string(to->value) : std::string("anybody"));
  });
  perform(live_->replica.on_hand_over({1, to}, clock()));
  return true;
}

void Server::stain() {
  Applied& state = live_->state;
  if (around_.stained == self_ && state.count >= around_.stained_behind) {
    around_.stained.reset();
    state.stain = 1 + world_.random(1000);
    ++world_.verdict().stains;
    world_.trace(self_, [&] { return "applies " + to_string(state.at.zxid) + " wrongly"; });
  }
}

void Server::mark() {
  if (world_.fault() == Fault::digests_ignored) return;
  live_->marks.push_back(live_->state.mark());
  if (live_->marks.size() > 1) return;
  later(world_.between(0, ms),
        [this] { perform(live_->replica.on_marks(std::exchange(live_->marks, {}), clock())); });
}

/// The process goes on with nothing but its promises: it neither votes nor acks before it has been
/// given again what it had.
void Server::diverge() {
  ++world_.verdict().divergences;
  world_.trace(self_, [] { return std::string("has diverged and begins anew"); });
  disk_.sync();
  const Zxid end = std::max(disk_.last().zxid, disk_.fence);
  EpochPromise promise = disk_.promise;
  promise.recovering_to = std::max(promise.recovering_to.value_or(Zxid{}), end);
  crash(false);
  lost_ = std::exchange(disk_, Disk{});
  disk_.promise = promise;
  world_.after(world_.between(ms, 20 * ms), [this] { start(); });
}

void Server::answer(const std::vector<SyncPoint>& synced) {
  for (const SyncPoint& point : synced) {
    const auto asked = live_->syncs.find(point.request.sequence);
    if (asked == live_->syncs.end()) continue;
    world_.require(point.point >= asked->second, "I-13 a sync covers what was acked before it");
    live_->syncs.erase(asked);
  }
}

void Server::survey(const Survey& wanted) {
  later(world_.between(ms, 4 * ms), [this, wanted] {
    if (disk_.last().zxid < wanted.reach) {
      survey(wanted);
      return;
    }
    const auto common =
        common_point(wanted.ends, [this](Zxid zxid) { return disk_.position_at(zxid); });
    perform(live_->replica.on_surveyed(wanted.learner, common));
  });
}

void Server::fetch(const Fetch& wanted, LogPosition at) {
  const Server& leader = *around_.servers.at(wanted.leader);
  world_.trace(self_, [&] {
    return "fetches from s" + std::to_string(wanted.leader.value) + " behind " +
           to_string(at.zxid) +
           (wanted.image ? ", image at " + to_string(leader.disk_.image.at.zxid) : "") + " to " +
           to_string(wanted.end.zxid);
  });
  if (!leader.live_ || world_.one_in(around_.crashes ? 50 : 1000)) {
    perform(live_->replica.on_fetch_failed(wanted.leader));
    return;
  }
  if (wanted.image) {
    install(wanted, leader.disk_.image);
    return;
  }
  if (leader.disk_.position_at(at.zxid) != at) {
    if (leader.disk_.last().zxid >= at.zxid) {
      perform(live_->replica.on_fetch_failed(wanted.leader));
    } else {
      later(ms, [this, wanted, at] { fetch(wanted, at); });
    }
    return;
  }
  ProposalBatch batch;
  batch.epoch = wanted.epoch;
  batch.previous = at;
  for (const Record& record : leader.disk_.log) {
    if (record.zxid() <= at.zxid || record.zxid() > wanted.end.zxid) continue;
    batch.records.push_back(record);
    if (batch.records.size() == 8) break;
  }
  if (!batch.records.empty()) at = batch.records.back().position;
  perform(live_->replica.on_history(wanted.leader, batch));
  if (!live_ || at.zxid >= wanted.end.zxid) return;
  later(world_.between(ms / 4, 2 * ms), [this, wanted, at] { fetch(wanted, at); });
}

void Server::install(const Fetch& wanted, const Applied& image) {
  later(world_.between(2 * ms, 20 * ms), [this, wanted, image] {
    live_->fetched = image;
    perform(live_->replica.on_image(wanted.leader, image.at, image.time_ms));
  });
}

// --- The journal
// -----------------------------------------------------------------------------------

void Server::tempt(ServerId leader) {
  const bool chosen = around_.tempted == self_;
  if (!around_.crashes || !(chosen || world_.one_in(4))) return;
  if (world_.fault() == Fault::epoch_before_log && !chosen) return;
  const bool both = chosen || world_.one_in(2);
  later(chosen ? 0 : world_.between(0, 6 * ms), [this, leader, both, chosen] {
    if (!around_.crashes) return;
    around_.tempted.reset();
    crash(true);
    if (both && leader != self_) around_.servers.at(leader)->crash(true);
    if (chosen) around_.when_tempted();
  });
}

void Server::enqueue(JournalStep step) {
  if (const auto* promise = std::get_if<PromiseStep>(&step)) {
    if (promise->promise.current > disk_.promise.current) tempt(promise->promise.leader);
    if (world_.fault() == Fault::epoch_before_log) store(promise->promise);
    if (world_.fault() == Fault::adopted_before_synced) {
      later(0, [this, promised = promise->promise] {
        perform(live_->replica.on_promised(promised, clock()));
      });
    }
  }
  live_->journal.push_back(std::move(step));
  work();
}

void Server::work() {
  if (live_->journal_busy || live_->journal.empty()) return;
  live_->journal_busy = true;
  const JournalStep step = std::move(live_->journal.front());
  live_->journal.pop_front();
  std::visit([this](const auto& what) { carry_out(what); }, step);
}

void Server::journal_done() {
  live_->journal_busy = false;
  work();
}

void Server::sync_log(const std::function<void()>& then) {
  const bool slow = world_.one_in(20);
  later(world_.between(ms / 2, slow ? 40 * ms : 5 * ms), [this, then] {
    disk_.sync();
    then();
  });
}

void Server::report_logged() {
  const Zxid zxid = disk_.last().zxid;
  later(world_.between(0, ms), [this, zxid] { perform(live_->replica.on_logged(zxid, clock())); });
}

void Server::append(const std::vector<Record>& records) {
  for (const Record& record : records) {
    auto& log = disk_.log;
    if (world_.fault() == Fault::truncate_forgotten) {
      const auto place = std::partition_point(
          log.begin(), log.end(),
          [&record](const Record& other) { return other.zxid() < record.zxid(); });
      if (place != log.end() && place->zxid() == record.zxid()) {
        *place = record;
      } else {
        log.insert(place, record);
      }
      continue;
    }
    world_.require(record.position == advance(disk_.last(), record.zxid(), record.bytes.text()),
                   "R1 a log is a chain");
    log.push_back(record);
  }
}

void Server::carry_out(const CutStep& step) {
  later(world_.between(ms / 2, 5 * ms), [this, keep = step.keep] {
    if (world_.fault() != Fault::truncate_forgotten) {
      disk_.sync();
      disk_.cut_after(keep.zxid);
      world_.require(disk_.last() == keep, "R1 a cut keeps what the leader has");
    }
    journal_done();
  });
}

void Server::carry_out(const AppendStep& step) {
  append(step.records);
  if (world_.fault() == Fault::ack_before_sync) {
    report_logged();
    sync_log([this] { journal_done(); });
    return;
  }
  // Group commit: what has come meanwhile goes into the same sync.
  while (!live_->journal.empty() && std::holds_alternative<AppendStep>(live_->journal.front())) {
    append(std::get<AppendStep>(live_->journal.front()).records);
    live_->journal.pop_front();
  }
  sync_log([this] {
    report_logged();
    journal_done();
  });
}

void Server::store(const EpochPromise& promise) {
  const EpochPromise& before = disk_.promise;
  world_.require(promise.accepted >= before.accepted && promise.current >= before.current,
                 "I-03 epochs never go back");
  world_.require(promise.current <= promise.accepted, "I-03 what is current was accepted");
  disk_.promise = promise;
}

void Server::carry_out(const PromiseStep& step) {
  const EpochPromise promise = step.promise;
  const auto report = [this, promise] {
    if (world_.fault() != Fault::adopted_before_synced) {
      later(world_.between(0, ms),
            [this, promise] { perform(live_->replica.on_promised(promise, clock())); });
    }
    journal_done();
  };
  sync_log([this, promise, report] {
    report_logged();
    later(world_.between(ms / 4, 3 * ms), [this, promise, report] {
      if (world_.fault() != Fault::epoch_before_log) store(promise);
      report();
    });
  });
}

void Server::carry_out(const InstallStep& step) {
  later(world_.between(ms, 10 * ms), [this, step] {
    ++world_.verdict().images;
    world_.trace(self_, [&] { return "installs an image at " + to_string(step.image.at.zxid); });
    world_.require(disk_.last().zxid <= step.image.at.zxid || step.promise.recovering_to,
                   "R5 who gives up acked history is recovering");
    disk_.anchor_at(step.image);
    if (world_.fault() == Fault::epoch_before_log) {
      disk_.promise.recovering_to = step.promise.recovering_to;
    } else {
      store(step.promise);
    }
    report_logged();
    later(world_.between(0, ms), [this, promise = step.promise] {
      perform(live_->replica.on_promised(promise, clock()));
    });
    journal_done();
  });
}

void Server::carry_out(const SettleStep&) {
  sync_log([this] {
    report_logged();
    later(ms, [this] {
      perform(live_->replica.on_settled());
      if (live_) journal_done();
    });
  });
}

std::string Server::describe() const {
  std::string text = "s" + std::to_string(self_.value) + " log " + to_string(disk_.last().zxid) +
                     " current " + std::to_string(disk_.promise.current.value) + " accepted " +
                     std::to_string(disk_.promise.accepted.value);
  if (disk_.promise.recovering_to)
    text += " recovering to " + to_string(*disk_.promise.recovering_to);
  if (!live_) return text + " down";
  const ElectionNotice& own = live_->election.own();
  if (const Tenure* tenure = live_->replica.tenure()) {
    for (const auto& [id, learner] : tenure->learners())
      text += " (s" + std::to_string(id.value) + " phase " +
              std::to_string(static_cast<int>(learner.phase)) + ")";
  }
  if (live_->state.stain != 0) text += " stained";
  if (live_->doubt) text += " in doubt";
  return text + (live_->serving ? " serving" : "") + " round " + std::to_string(own.round) +
         " stance " + std::to_string(static_cast<int>(own.stance)) + " leader " +
         (own.leader ? std::to_string(own.leader->value) : "-") + " applied " +
         to_string(live_->state.at.zxid);
}

}  // namespace quorate::sim
