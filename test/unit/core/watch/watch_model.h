// ZooKeeper's rules of watches, naively: a set of watches that is searched from end to end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/tree/path.h"
#include "core/txn/reply.h"
#include "core/watch/watch_lists.h"

namespace quorate::test {

/// Connection, event, path.
using WatchTold = std::tuple<std::uint64_t, EventType, std::string>;

struct WatchModel {
  using Watch = std::tuple<std::uint64_t, std::string, WatchKind>;
  std::set<Watch> watches;

  /// Who of `kinds` is told because of `path`; standard kinds are used up.
  std::set<std::uint64_t> take(const std::string& path, std::initializer_list<WatchKind> kinds) {
    std::set<std::uint64_t> told;
    for (auto it = watches.begin(); it != watches.end();) {
      const auto& [connection, watched, kind] = *it;
      const bool concerned =
          std::find(kinds.begin(), kinds.end(), kind) != kinds.end() &&
          (kind == WatchKind::recursive ? path::is_within(path, watched) : path == watched);
      if (concerned) told.insert(connection);
      const bool used_up = concerned && (kind == WatchKind::data || kind == WatchKind::child);
      it = used_up ? watches.erase(it) : std::next(it);
    }
    return told;
  }

  std::vector<WatchTold> trigger(EventType type, const std::string& path) {
    std::vector<WatchTold> tale;
    const auto tell = [&](const std::set<std::uint64_t>& who, EventType what,
                          const std::string& about) {
      for (const std::uint64_t connection : who) tale.emplace_back(connection, what, about);
    };
    const auto by_data = take(path, {WatchKind::data, WatchKind::persistent, WatchKind::recursive});
    tell(by_data, type, path);
    if (type == EventType::data_changed) return tale;
    if (type == EventType::deleted) {
      auto by_child = take(path, {WatchKind::child});
      std::erase_if(by_child, [&](auto connection) { return by_data.contains(connection); });
      tell(by_child, type, path);
    }
    if (path == "/") return tale;
    const std::string parent{path::parent(path)};
    tell(take(parent, {WatchKind::child, WatchKind::persistent}), EventType::children_changed,
         parent);
    return tale;
  }
};

}  // namespace quorate::test
