#include "test/unit/core/zab/world.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace quorate::sim {

void World::run_until(Time end) {
  while (!verdict_.failure && !events_.empty() && events_.top().when <= end) {
    // The queue gives out const references only; the event is popped next.
    Event event = std::move(const_cast<Event&>(events_.top()));
    events_.pop();
    now_ = event.when;
    event.run();
  }
  if (!verdict_.failure) now_ = end;
}

void World::note(ServerId server, const std::string& text) {
  const std::string below_ms = std::to_string(ms + now_ % ms).substr(1);
  std::string line = std::to_string(now_ / ms) + "." + below_ms + "ms ";
  if (server.value != 0) line += "s" + std::to_string(server.value) + " ";
  plan_.trace(line + text);
}

void Ledger::on_proposed(ServerId leader, const Record& record) {
  const auto [known, is_new] = proposed_.emplace(record.zxid(), record.position.chain);
  world_.require(is_new || known->second == record.position.chain,
                 "I-03 one record is proposed for a zxid");
  const auto leads = leaders_.find(record.zxid().epoch());
  world_.require(leads != leaders_.end() && leads->second == leader,
                 "I-06 the leader of the epoch proposes");
}

void Ledger::on_applied(ServerId server, const Record& record, const Applied& state,
                        const std::map<ServerId, const Disk*>& disks) {
  if (state.count <= committed_.size()) {
    world_.require(committed_[state.count - 1] == state, "I-01 committed histories agree");
    return;
  }
  world_.require(state.count == committed_.size() + 1, "I-07 nothing is left out");
  const Zxid zxid = record.zxid();
  const Zxid before = last();
  world_.require(zxid.epoch() == before.epoch() ? zxid == before.next() : zxid.counter() == 1,
                 "I-07 counters are dense");
  world_.require(zxid > before, "I-07 zxids grow");
  const auto proposed = proposed_.find(zxid);
  world_.require(proposed != proposed_.end() && proposed->second == record.position.chain,
                 "I-06 what is committed was proposed");
  world_.require(executed_.insert(record.txn->submission.origin.sequence).second,
                 "I-06 no request executes twice");
  ServerSet holders;
  for (const auto& [id, disk] : disks)
    if (disk->holds(record.position)) holders.insert(id);
  world_.require(quorum_.is_quorum(holders), "I-04 a quorum holds what is committed durably");
  committed_.push_back(state);
  world_.trace(server, [&] { return "first to commit " + to_string(zxid); });
}

void Ledger::on_established(ServerId leader, Epoch epoch, const Disk& disk) {
  const auto [known, is_new] = leaders_.emplace(epoch, leader);
  world_.require(is_new || known->second == leader, "I-03 one leader per epoch");
  // Of later epochs it knows nothing, and cannot commit any more: a paused server may learn only
  // then that a quorum had adopted its epoch.
  const auto later =
      std::partition_point(committed_.begin(), committed_.end(),
                           [epoch](const Applied& state) { return state.at.zxid.epoch() < epoch; });
  if (later == committed_.begin()) return;
  world_.require(disk.holds(std::prev(later)->at),
                 "I-02 an established leader has all that was committed");
}

void Ledger::on_started(ServerId, const Applied& state) {
  if (state.count == 0) return;
  world_.require(state.count <= committed_.size() && committed_[state.count - 1] == state,
                 "I-10 a restarted server is where it was");
}

}  // namespace quorate::sim
