#include "client/watch_set.h"

#include <algorithm>
#include <array>

namespace quorate::client {
namespace {

using Kind = WatchSet::Kind;

constexpr std::array all_kinds = {Kind::data, Kind::exist, Kind::child, Kind::persistent,
                                  Kind::persistent_recursive};

void merge(std::vector<Watcher>& into, const std::vector<Watcher>& from) {
  for (const Watcher& watcher : from) {
    if (std::find(into.begin(), into.end(), watcher) == into.end()) into.push_back(watcher);
  }
}

/// What a path costs in a frame besides its bytes: its pointer, and padding to a word.
constexpr std::size_t list_entry_bytes = 16;

/// The standard tables an event consumes.
std::vector<Kind> consumed_by(EventType type) {
  switch (type) {
    case EventType::created:
    case EventType::data_changed:
      return {Kind::data, Kind::exist};
    case EventType::children_changed:
      return {Kind::child};
    case EventType::deleted:
      return {Kind::data, Kind::exist, Kind::child};
    case EventType::none:
      return {};
  }
  return {};
}

/// The tables that a removal addresses; an exists watch is a data watch.
std::vector<Kind> addressed_by(WatcherType type) {
  switch (type) {
    case WatcherType::children:
      return {Kind::child};
    case WatcherType::data:
      return {Kind::data, Kind::exist};
    case WatcherType::persistent:
      return {Kind::persistent};
    case WatcherType::persistent_recursive:
      return {Kind::persistent_recursive};
    case WatcherType::any:
      return {all_kinds.begin(), all_kinds.end()};
  }
  return {};
}

std::vector<std::string>& list_of(SetWatches& message, Kind kind) {
  switch (kind) {
    case Kind::data:
      return message.data;
    case Kind::exist:
      return message.exist;
    case Kind::child:
      return message.child;
    case Kind::persistent:
      return message.persistent;
    case Kind::persistent_recursive:
      break;
  }
  return message.persistent_recursive;
}

/// "/a/b" -> "/a" -> "/" -> nothing.
std::optional<std::string_view> enclosing(std::string_view path) {
  if (path.size() <= 1) return {};
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

}  // namespace

void WatchSet::add(Kind kind, std::string_view path, const Watcher& watcher) {
  merge(table(kind)[std::string(path)], {watcher});
}

std::vector<Watcher> WatchSet::take(const WatchEvent& event) {
  std::vector<Watcher> told;
  for (const Kind kind : consumed_by(event.type)) {
    const auto found = table(kind).find(event.path);
    if (found == table(kind).end()) continue;
    merge(told, found->second);
    table(kind).erase(found);
  }
  const Table& persistent = table(Kind::persistent);
  if (const auto found = persistent.find(event.path); found != persistent.end()) {
    merge(told, found->second);
  }
  const Table& recursive = table(Kind::persistent_recursive);
  if (event.type == EventType::children_changed || recursive.empty()) return told;
  for (std::optional<std::string_view> at = event.path; at; at = enclosing(*at)) {
    if (const auto found = recursive.find(*at); found != recursive.end()) {
      merge(told, found->second);
    }
  }
  return told;
}

bool WatchSet::remove(std::string_view path, WatcherType type, const std::optional<Watcher>& only) {
  bool removed = false;
  for (const Kind kind : addressed_by(type)) {
    const auto found = table(kind).find(path);
    if (found == table(kind).end()) continue;
    Watchers& watchers = found->second;
    const std::size_t before = watchers.size();
    if (only) {
      std::erase(watchers, *only);
    } else {
      watchers.clear();
    }
    removed = removed || watchers.size() != before;
    if (watchers.empty()) table(kind).erase(found);
  }
  return removed;
}

bool WatchSet::would_empty(std::string_view path, WatcherType type,
                           const std::optional<Watcher>& only) const {
  if (!only) return true;
  const auto kinds = addressed_by(type);
  return std::none_of(kinds.begin(), kinds.end(), [&](Kind kind) {
    const auto found = table(kind).find(path);
    if (found == table(kind).end()) return false;
    const Watchers& watchers = found->second;
    return std::any_of(watchers.begin(), watchers.end(),
                       [&](const Watcher& watcher) { return !(watcher == *only); });
  });
}

std::vector<std::pair<std::string, std::vector<Watcher>>> WatchSet::take_all() {
  Table all;
  for (Table& table : tables_) {
    for (const auto& [path, watchers] : table) merge(all[path], watchers);
    table.clear();
  }
  return {all.begin(), all.end()};
}

std::vector<SetWatches> WatchSet::registrations(Zxid relative_zxid, std::size_t bytes_max) const {
  std::vector<SetWatches> messages;
  std::size_t bytes = 0;
  for (const Kind kind : all_kinds) {
    for (const auto& [path, watchers] : table(kind)) {
      const std::size_t needed = path.size() + list_entry_bytes;
      if (messages.empty() || bytes + needed > bytes_max) {
        messages.emplace_back().relative_zxid = relative_zxid;
        bytes = 0;
      }
      list_of(messages.back(), kind).push_back(path);
      bytes += needed;
    }
  }
  return messages;
}

bool WatchSet::empty() const {
  return std::all_of(tables_.begin(), tables_.end(),
                     [](const Table& table) { return table.empty(); });
}

std::size_t WatchSet::size() const {
  std::size_t pairs = 0;
  for (const Table& table : tables_) pairs += table.size();
  return pairs;
}

}  // namespace quorate::client
