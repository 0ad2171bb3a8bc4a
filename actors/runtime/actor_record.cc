#include "actors/runtime/actor_record.h"

#include <algorithm>
#include <iterator>

namespace quorate {

std::shared_ptr<ActorRecord> ActorRegistry::make_record(std::uint64_t actor_id) const {
  return std::make_shared<ActorRecord>(actor_id);
}

void ActorRegistry::started(const std::shared_ptr<ActorRecord>& record, std::string name) {
  const std::lock_guard guard(mutex_);
  actors_[record->id] = Listed{record, std::move(name)};
}

void ActorRegistry::ended(const ActorRecord& record, std::string reason) {
  const std::lock_guard guard(mutex_);
  const auto found = actors_.find(record.id);
  if (found == actors_.end()) return;  // It died before it ran.
  history_[found->second.name].last_exit_reason = std::move(reason);
  actors_.erase(found);
}

void ActorRegistry::restarted(const std::string& name) {
  const std::lock_guard guard(mutex_);
  ++history_[name].restarts;
}

ActorSnapshot ActorRegistry::snapshot(const Listed& listed) const {
  const auto& record = *listed.record;
  ActorSnapshot result;
  result.id = record.id;
  result.name = listed.name;
  result.handled = record.handled.load(std::memory_order_acquire);
  result.enqueued = record.enqueued.load(std::memory_order_relaxed);
  result.depth = result.enqueued > result.handled ? result.enqueued - result.handled : 0;
  result.high_water = record.high_water.load(std::memory_order_relaxed);
  result.io_events = record.io_events.load(std::memory_order_relaxed);
  result.busy_ns = record.busy_ns.load(std::memory_order_relaxed);
  result.trace = record.trace.load(std::memory_order_relaxed);
  if (const auto found = history_.find(listed.name); found != history_.end()) {
    result.restarts = found->second.restarts;
    result.last_exit_reason = found->second.last_exit_reason;
  }
  return result;
}

std::vector<ActorSnapshot> ActorRegistry::list() const { return list({}); }

std::vector<ActorSnapshot> ActorRegistry::list(std::string_view name) const {
  std::vector<ActorSnapshot> living;
  std::vector<ActorSnapshot> dead;
  {
    const std::lock_guard guard(mutex_);
    FlatSet<std::string_view> names;
    for (const auto& [id, listed] : actors_) {
      if (!name.empty() && listed.name != name) continue;
      living.push_back(snapshot(listed));
      names.insert(listed.name);
    }
    for (const auto& [of, history] : history_) {
      if ((!name.empty() && of != name) || names.contains(of)) continue;
      auto& row = dead.emplace_back();
      row.name = of;
      row.alive = false;
      row.restarts = history.restarts;
      row.last_exit_reason = history.last_exit_reason;
    }
  }
  std::sort(living.begin(), living.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::sort(dead.begin(), dead.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::move(dead.begin(), dead.end(), std::back_inserter(living));
  return living;
}

bool ActorRegistry::set_trace(std::uint64_t actor_id, bool on) {
  const std::lock_guard guard(mutex_);
  const auto found = actors_.find(actor_id);
  if (found == actors_.end()) return false;
  found->second.record->trace.store(on, std::memory_order_relaxed);
  return true;
}

void ActorRegistry::set_trace_sink(TraceSink sink) {
  auto shared = std::make_shared<const TraceSink>(std::move(sink));
  const std::lock_guard guard(mutex_);
  sink_ = std::move(shared);
}

void ActorRegistry::emit(const TraceEvent& event) const {
  std::shared_ptr<const TraceSink> sink;
  {
    const std::lock_guard guard(mutex_);
    sink = sink_;
  }
  if (sink != nullptr && *sink) (*sink)(event);
}

}  // namespace quorate
