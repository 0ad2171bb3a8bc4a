#include "actors/runtime/actor_registry.h"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/atom.hpp>
#include <caf/mailbox_element.hpp>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

namespace quorate {
namespace {

std::chrono::seconds steady_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

std::string key_of(std::string_view name, std::string_view label) {
  return std::string(name).append(1, '\n').append(label);
}

void add_totals(const ActorRecord& record, ActorKind& kind) {
  kind.handled += record.handled.load(std::memory_order_acquire);
  kind.enqueued += record.enqueued.load(std::memory_order_relaxed);
  kind.io_events += record.io_events.load(std::memory_order_relaxed);
  kind.busy_ns += record.busy_ns.load(std::memory_order_relaxed);
}

}  // namespace

void ActorRegistry::started(ActorStart start) {
  const std::lock_guard guard(mutex_);
  auto name = names_.find(start.name);
  if (name == names_.end()) {
    name = names_.emplace(start.name, std::make_unique<const std::string>(start.name)).first;
  }
  ++living_[*name->second];
  if (!start.label.empty()) labels_[start.record->id] = std::move(start.label);
  const std::uint64_t id = start.record->id;
  actors_[id] =
      Listed{std::move(start.record), name->second.get(), std::move(start.actor), start.thread};
}

void ActorRegistry::ended(const ActorRecord& record, std::string reason) {
  caf::weak_actor_ptr last;  // Let go of outside the lock.
  const std::lock_guard guard(mutex_);
  const auto found = actors_.find(record.id);
  if (found == actors_.end()) return;  // It died before it ran.
  const std::string_view name = *found->second.name;
  if (--living_.find(name)->second == 0) living_.erase(living_.find(name));
  add_totals(record, ended_[std::string(name)]);
  history_of(name, label_of(record.id)).last_exit_reason = std::move(reason);
  last = std::move(found->second.actor);
  actors_.erase(found);
  labels_.erase(record.id);
  rules_.erase(record.id);
  profiles_.erase(record.id);
}

void ActorRegistry::supervised(std::uint64_t actor, OnDeath rule) {
  const std::lock_guard guard(mutex_);
  rules_[actor] = rule;
}

void ActorRegistry::restarted(std::string_view name, std::string_view label) {
  const std::lock_guard guard(mutex_);
  ++history_of(name, label).restarts;
}

ActorRegistry::History& ActorRegistry::history_of(std::string_view name, std::string_view label) {
  History& history = history_[key_of(name, label)];
  if (history.name.empty()) history = {std::string(name), std::string(label), 0, {}};
  return history;
}

std::string_view ActorRegistry::label_of(std::uint64_t actor) const {
  const auto found = labels_.find(actor);
  return found == labels_.end() ? std::string_view() : std::string_view(found->second);
}

std::string ActorRegistry::title_of(std::uint64_t actor) const {
  const std::lock_guard guard(mutex_);
  const auto found = actors_.find(actor);
  if (found == actors_.end()) return {};
  std::string title = *found->second.name;
  if (const std::string_view label = label_of(actor); !label.empty())
    title.append(" ").append(label);
  return title;
}

std::shared_ptr<MessageProfile> ActorRegistry::profile_of(std::uint64_t actor) const {
  const std::lock_guard guard(mutex_);
  const auto found = profiles_.find(actor);
  return found == profiles_.end() ? nullptr : found->second;
}

ActorSnapshot ActorRegistry::snapshot(const Listed& listed) const {
  const auto& record = *listed.record;
  ActorSnapshot result;
  result.id = record.id;
  result.name = *listed.name;
  result.label = label_of(record.id);
  result.parent = record.parent;
  result.thread = listed.thread;
  result.age = steady_seconds() - std::chrono::seconds(record.started_s);
  result.handled = record.handled.load(std::memory_order_acquire);
  result.enqueued = record.enqueued.load(std::memory_order_relaxed);
  result.depth = result.enqueued > result.handled ? result.enqueued - result.handled : 0;
  result.high_water = record.high_water.load(std::memory_order_relaxed);
  result.io_events = record.io_events.load(std::memory_order_relaxed);
  result.busy_ns = record.busy_ns.load(std::memory_order_relaxed);
  result.traced = (record.attention.load(std::memory_order_relaxed) & ActorRecord::times) != 0;
  if (const auto rule = rules_.find(record.id); rule != rules_.end()) {
    result.supervised = true;
    result.on_death = rule->second;
  }
  if (const auto found = history_.find(key_of(result.name, result.label));
      found != history_.end()) {
    result.restarts = found->second.restarts;
    result.last_exit_reason = found->second.last_exit_reason;
  }
  return result;
}

std::vector<ActorSnapshot> ActorRegistry::list_if(
    const std::function<bool(std::string_view name)>& wanted) const {
  std::vector<ActorSnapshot> living;
  std::vector<ActorSnapshot> dead;
  {
    const std::lock_guard guard(mutex_);
    FlatSet<std::string> keys;
    for (const auto& [id, listed] : actors_) {
      if (!wanted(*listed.name)) continue;
      living.push_back(snapshot(listed));
      keys.insert(key_of(living.back().name, living.back().label));
    }
    for (const auto& [key, history] : history_) {
      if (!wanted(history.name) || keys.contains(key)) continue;
      auto& row = dead.emplace_back();
      row.name = history.name;
      row.label = history.label;
      row.alive = false;
      row.restarts = history.restarts;
      row.last_exit_reason = history.last_exit_reason;
    }
  }
  std::sort(living.begin(), living.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::sort(dead.begin(), dead.end(), [](const auto& a, const auto& b) {
    return a.name != b.name ? a.name < b.name : a.label < b.label;
  });
  std::move(dead.begin(), dead.end(), std::back_inserter(living));
  return living;
}

std::vector<ActorKind> ActorRegistry::kinds() const {
  std::map<std::string, ActorKind, std::less<>> kinds;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& [name, ended] : ended_) kinds[name] = ended;
    for (const auto& [key, history] : history_) kinds[history.name].restarts += history.restarts;
    for (const auto& [id, listed] : actors_) {
      const auto found = kinds.find(*listed.name);
      ActorKind& kind = found != kinds.end() ? found->second : kinds[*listed.name];
      const ActorRecord& record = *listed.record;
      add_totals(record, kind);
      ++kind.alive;
      kind.depth += record.depth();
      kind.high_water =
          std::max(kind.high_water, record.high_water.load(std::memory_order_relaxed));
      if ((record.attention.load(std::memory_order_relaxed) & ActorRecord::times) != 0)
        ++kind.traced;
    }
  }
  std::vector<ActorKind> sorted;
  for (auto& [name, kind] : kinds) {
    kind.name = name;
    sorted.push_back(std::move(kind));
  }
  return sorted;
}

std::vector<ActorSnapshot> ActorRegistry::list_but(std::string_view but) const {
  return list_if([but](std::string_view name) { return but.empty() || name != but; });
}

std::vector<ActorSnapshot> ActorRegistry::list_only(std::string_view only) const {
  return list_if([only](std::string_view name) { return name == only; });
}

std::size_t ActorRegistry::count(std::string_view name) const {
  const std::lock_guard guard(mutex_);
  const auto found = living_.find(name);
  return found == living_.end() ? 0 : found->second;
}

std::vector<ActorSnapshot> ActorRegistry::children_of(std::uint64_t actor) const {
  std::vector<ActorSnapshot> children;
  const std::lock_guard guard(mutex_);
  for (const auto& [id, listed] : actors_) {
    if (listed.record->parent == actor) children.push_back(snapshot(listed));
  }
  std::sort(children.begin(), children.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return children;
}

bool ActorRegistry::watch(std::uint64_t actor, bool kinds, bool times) {
  const std::lock_guard guard(mutex_);
  const auto found = actors_.find(actor);
  if (found == actors_.end()) return false;
  auto& attention = found->second.record->attention;
  if (kinds || times) {
    if (auto& profile = profiles_[actor]; profile == nullptr) {
      profile = std::make_shared<MessageProfile>();
    }
    const bool begins = times && (attention.load() & ActorRecord::times) == 0;
    if (begins) profiles_[actor]->forget_all_sent();
    attention.fetch_or(ActorRecord::kinds | (times ? ActorRecord::times : 0U));
    if (!times) attention.fetch_and(~ActorRecord::times);
  } else {
    attention.fetch_and(~(ActorRecord::kinds | ActorRecord::times));
    profiles_.erase(actor);
  }
  return true;
}

bool ActorRegistry::send_errand(std::uint64_t actor, std::shared_ptr<const Errand> errand) {
  caf::strong_actor_ptr to;
  {
    const std::lock_guard guard(mutex_);
    const auto found = actors_.find(actor);
    if (found == actors_.end()) return false;
    to = found->second.actor.lock();
    if (to == nullptr) return false;
    found->second.record->attention.fetch_add(ActorRecord::errand);
  }
  to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(errand)),
              nullptr);
  return true;
}

}  // namespace quorate
