#include "core/watch/watch_table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "core/base/check.h"
#include "core/tree/path.h"

namespace quorate {
namespace {

constexpr std::array every_kind = {WatchKind::data, WatchKind::child, WatchKind::persistent,
                                   WatchKind::recursive};

std::span<const WatchKind> kinds_of(WatcherType type) {
  const std::span<const WatchKind> all{every_kind};
  switch (type) {
    case WatcherType::data:
      return all.subspan(0, 1);
    case WatcherType::children:
      return all.subspan(1, 1);
    case WatcherType::persistent:
      return all.subspan(2, 1);
    case WatcherType::persistent_recursive:
      return all.subspan(3, 1);
    case WatcherType::any:
      return all;
  }
  return {};
}

/// Overlapping watches put a connection several times into the list of one table.
void sort_unique(std::vector<ConnectionSerial>& serials) {
  std::sort(serials.begin(), serials.end());
  serials.erase(std::unique(serials.begin(), serials.end()), serials.end());
}

/// Removes from the sorted `serials` what the sorted `others` hold.
void subtract(std::vector<ConnectionSerial>& serials, const std::vector<ConnectionSerial>& others) {
  if (others.empty()) return;
  std::erase_if(serials, [&](ConnectionSerial serial) {
    return std::binary_search(others.begin(), others.end(), serial);
  });
}

void append(const std::vector<ConnectionSerial>& connections, EventType type,
            const std::shared_ptr<const std::string>& path, const std::shared_ptr<const Acl>& acl,
            std::vector<Notification>& out) {
  for (const ConnectionSerial connection : connections) {
    out.push_back(Notification{connection, type, path, acl});
  }
}

}  // namespace

void WatchTable::add_data(ConnectionSerial connection, std::string_view path) {
  insert(connection, path, WatchKind::data);
}

void WatchTable::add_child(ConnectionSerial connection, std::string_view path) {
  insert(connection, path, WatchKind::child);
}

void WatchTable::add(ConnectionSerial connection, std::string_view path, WatchMode mode) {
  insert(connection, path,
         mode == WatchMode::persistent ? WatchKind::persistent : WatchKind::recursive);
}

bool WatchTable::contains(ConnectionSerial connection, std::string_view path,
                          WatcherType type) const {
  const auto kinds = kinds_of(type);
  return std::any_of(kinds.begin(), kinds.end(), [&](WatchKind kind) {
    const WatchList* list = lists_.find(kind, path);
    return list != nullptr && list->watchers.contains(connection);
  });
}

bool WatchTable::remove(ConnectionSerial connection, std::string_view path, WatcherType type) {
  bool found = false;
  for (const WatchKind kind : kinds_of(type)) found |= erase(connection, path, kind);
  return found;
}

void WatchTable::remove_connection(ConnectionSerial connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  for (WatchList* list : found->second.lists) {
    const bool erased = list->watchers.erase(connection);
    check(erased, "a list knows the connection that watches it");
    if (list->watchers.empty()) lists_.remove(list);
  }
  size_ -= found->second.lists.size();
  connections_.erase(found);
}

std::size_t WatchTable::remove_some(ConnectionSerial connection, std::size_t most) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return 0;
  std::vector<WatchList*> some;
  for (WatchList* list : found->second.lists) {
    if (some.size() == most) break;
    some.push_back(list);
  }
  for (WatchList* list : some) {
    const bool erased = list->watchers.erase(connection);
    check(erased, "a list knows the connection that watches it");
    forget(connection, list);
    if (list->watchers.empty()) lists_.remove(list);
  }
  return some.size();
}

void WatchTable::insert(ConnectionSerial connection, std::string_view path, WatchKind kind) {
  WatchList& list = lists_.find_or_add(kind, path);
  if (!list.watchers.insert(connection)) return;
  Watched& watched = connections_[connection];
  watched.lists.insert(&list);
  watched.path_bytes += path.size();
  ++watched.kinds[static_cast<std::size_t>(kind)];
  ++size_;
}

bool WatchTable::erase(ConnectionSerial connection, std::string_view path, WatchKind kind) {
  WatchList* list = lists_.find(kind, path);
  if (list == nullptr || !list->watchers.erase(connection)) return false;
  forget(connection, list);
  if (list->watchers.empty()) lists_.remove(list);
  return true;
}

/// Takes the list out of the books of the connection; the list itself is the caller's.
void WatchTable::forget(ConnectionSerial connection, WatchList* list) {
  const auto found = connections_.find(connection);
  check(found != connections_.end(), "a watcher has an entry");
  const std::size_t erased = found->second.lists.erase(list);
  check(erased == 1, "a watcher's entry names its lists");
  found->second.path_bytes -= list->path().size();
  --found->second.kinds[static_cast<std::size_t>(list->kind())];
  if (found->second.lists.empty()) connections_.erase(found);
  --size_;
}

void WatchTable::tell(const Change& change, std::vector<Notification>& out) {
  std::shared_ptr<const std::string> path;  // Made when somebody wants it.
  const auto share_path = [&] {
    if (path == nullptr) path = std::make_shared<const std::string>(change.path);
    return path;
  };

  told_.clear();
  gather(WatchKind::data, change.path, told_);
  gather(WatchKind::persistent, change.path, told_);
  gather_ancestors(change.path, told_);
  sort_unique(told_);
  if (!told_.empty()) append(told_, change.type, share_path(), change.acl, out);
  if (change.type == EventType::data_changed) return;

  if (change.type == EventType::deleted) {
    telling_.clear();
    gather(WatchKind::child, change.path, telling_);
    subtract(telling_, told_);
    if (!telling_.empty()) append(telling_, change.type, share_path(), change.acl, out);
  }

  if (change.path.size() < 2) return;
  const std::string_view parent = path::parent(change.path);
  telling_.clear();
  gather(WatchKind::child, parent, telling_);
  gather(WatchKind::persistent, parent, telling_);
  sort_unique(telling_);
  if (telling_.empty()) return;
  append(telling_, EventType::children_changed, std::make_shared<const std::string>(parent),
         change.parent_acl, out);
}

/// Appends the watchers of the path; standard ones have had their event then.
void WatchTable::gather(WatchKind kind, std::string_view path, Serials& into) {
  WatchList* list = lists_.find(kind, path);
  if (list == nullptr) return;
  const auto serials = list->watchers.serials();
  into.insert(into.end(), serials.begin(), serials.end());
  if (kind == WatchKind::data || kind == WatchKind::child) consume(list);
}

void WatchTable::gather_ancestors(std::string_view path, Serials& into) {
  if (lists_.count(WatchKind::recursive) == 0) return;
  for (gather(WatchKind::recursive, path, into); path.size() > 1;) {
    path = path::parent(path);
    gather(WatchKind::recursive, path, into);
  }
}

void WatchTable::consume(WatchList* list) {
  for (const ConnectionSerial connection : list->watchers.serials()) forget(connection, list);
  lists_.remove(list);
}

std::size_t WatchTable::count_of(ConnectionSerial connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? 0 : found->second.lists.size();
}

WatchTable::KindCounts WatchTable::counts_of(ConnectionSerial connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? KindCounts{} : found->second.kinds;
}

std::span<const ConnectionSerial> WatchTable::watchers_of(WatchKind kind,
                                                          std::string_view path) const {
  const WatchList* list = lists_.find(kind, path);
  if (list == nullptr) return {};
  return list->watchers.serials();
}

void WatchTable::each_watch_of(
    ConnectionSerial connection,
    const std::function<bool(std::string_view path, WatchKind kind)>& visit) const {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  for (const WatchList* list : found->second.lists)
    if (!visit(list->path(), list->kind())) return;
}

std::size_t WatchTable::path_bytes_of(ConnectionSerial connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? 0 : found->second.path_bytes;
}

void WatchTable::each_path(std::size_t part, const PathVisitor& visit) const {
  lists_.each(part, [&](const WatchList& list) {
    PathCounts counts{};
    for (const WatchKind kind : every_kind) {
      const WatchList* same = kind == list.kind() ? &list : lists_.find(kind, list.path());
      if (same == nullptr) continue;
      // Its turn is with the first of its kinds, which may be in another part.
      if (kind < list.kind()) return;
      counts[static_cast<std::size_t>(kind)] = same->watchers.size();
    }
    visit(list.path(), counts);
  });
}

void WatchTable::each_data_path(std::size_t part, const DataPathVisitor& visit) const {
  Serials watchers;
  lists_.each(part, [&](const WatchList& list) {
    if (list.kind() == WatchKind::child) return;
    watchers.clear();
    std::size_t kinds = 0;
    for (const WatchKind kind : {WatchKind::data, WatchKind::persistent, WatchKind::recursive}) {
      const WatchList* same = kind == list.kind() ? &list : lists_.find(kind, list.path());
      if (same == nullptr) continue;
      // Its turn is with the first of its kinds, which may be in another part.
      if (kind < list.kind()) return;
      const auto serials = same->watchers.serials();
      watchers.insert(watchers.end(), serials.begin(), serials.end());
      ++kinds;
    }
    if (kinds > 1) {
      std::sort(watchers.begin(), watchers.end());
      watchers.erase(std::unique(watchers.begin(), watchers.end()), watchers.end());
    }
    visit(list.path(), watchers);
  });
}

void WatchTable::check_invariants() const {
  std::size_t watches = 0;
  FlatSet<const WatchList*> named;
  for (const auto& [connection, watched] : connections_) {
    check(!watched.lists.empty(), "a connection with an entry watches something");
    std::size_t bytes = 0;
    KindCounts kinds{};
    for (const WatchList* list : watched.lists) {
      ++kinds[static_cast<std::size_t>(list->kind())];
      check(list->watchers.contains(connection), "a list knows the connection that watches it");
      check(lists_.find(list->kind(), list->path()) == list, "a watch list is found by its path");
      bytes += list->path().size();
      named.insert(list);
    }
    check(bytes == watched.path_bytes, "the path bytes of a connection add up");
    check(kinds == watched.kinds, "the kinds of a connection's watches add up");
    watches += watched.lists.size();
  }
  std::size_t watchers = 0;
  for (const WatchList* list : named) watchers += list->watchers.size();
  check(watches == size_ && watchers == size_, "every watch is counted once");
  check(named.size() == lists_.size(), "no path without watchers is kept");
}

}  // namespace quorate
