// Goal: whatever is added, removed and triggered, the table says what ZooKeeper's rules say.
// Method: random walks beside a plain set of watches that is searched from end to end.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/tree/path.h"
#include "core/watch/watch_table.h"

namespace quorate {
namespace {

using Told = std::tuple<std::uint64_t, EventType, std::string>;

struct Model {
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

  std::vector<Told> trigger(EventType type, const std::string& path) {
    std::vector<Told> tale;
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

struct Walk {
  explicit Walk(std::uint32_t seed) : random(seed), table(seed) {}

  std::string random_path() {
    static const std::vector<std::string> paths = {"/",     "/a",     "/b",     "/a/b",
                                                   "/a/c",  "/a/b/c", "/a/b/d", "/ab",
                                                   "/ab/c", "/b/a",   "/b/a/b", "/a/b/c/d"};
    return paths[random() % paths.size()];
  }

  void add() {
    const ConnectionSerial connection{1 + random() % 6};
    const std::string path = random_path();
    const auto kind = static_cast<WatchKind>(random() % watch_kinds);
    switch (kind) {
      case WatchKind::data:
        table.add_data(connection, path);
        break;
      case WatchKind::child:
        table.add_child(connection, path);
        break;
      case WatchKind::persistent:
        table.add(connection, path, WatchMode::persistent);
        break;
      case WatchKind::recursive:
        table.add(connection, path, WatchMode::persistent_recursive);
        break;
    }
    model.watches.emplace(connection.value, path, kind);
  }

  void remove() {
    const ConnectionSerial connection{1 + random() % 6};
    const std::string path = random_path();
    const auto type = static_cast<WatcherType>(1 + random() % 5);
    const auto removed = std::erase_if(model.watches, [&](const Model::Watch& watch) {
      const auto& [watcher, watched, kind] = watch;
      const bool addressed =
          type == WatcherType::any || (type == WatcherType::data && kind == WatchKind::data) ||
          (type == WatcherType::children && kind == WatchKind::child) ||
          (type == WatcherType::persistent && kind == WatchKind::persistent) ||
          (type == WatcherType::persistent_recursive && kind == WatchKind::recursive);
      return watcher == connection.value && watched == path && addressed;
    });
    REQUIRE(table.contains(connection, path, type) == (removed > 0));
    REQUIRE(table.remove(connection, path, type) == (removed > 0));
  }

  void remove_connection() {
    const ConnectionSerial connection{1 + random() % 6};
    table.remove_connection(connection);
    std::erase_if(model.watches,
                  [&](const auto& watch) { return std::get<0>(watch) == connection.value; });
  }

  void trigger() {
    const std::string path = random_path();
    const EventType type =
        std::array{EventType::created, EventType::deleted, EventType::data_changed}[random() % 3];
    std::vector<Notification> out;
    table.trigger(Change{type, path, {}, {}}, out);
    std::vector<Told> tale;
    for (const Notification& n : out) tale.emplace_back(n.connection.value, n.type, *n.path);
    REQUIRE(tale == model.trigger(type, path));
  }

  void step() {
    const auto dice = random() % 100;
    if (dice < 60) {
      add();
    } else if (dice < 70) {
      remove();
    } else if (dice < 73) {
      remove_connection();
    } else {
      trigger();
    }
    REQUIRE(table.size() == model.watches.size());
    table.check_invariants();
  }

  std::mt19937 random;
  WatchTable table;
  Model model;
};

TEST_CASE("the table tells what a search through all watches would") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Walk walk(seed);
    for (int i = 0; i < 400; ++i) walk.step();
  }
}

}  // namespace
}  // namespace quorate
