// Goal: whatever is added, removed and triggered, the table says what ZooKeeper's rules say.
// Method: random walks beside a plain set of watches that is searched from end to end.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/watch/watch_table.h"
#include "test/unit/core/watch/watch_model.h"

namespace quorate {
namespace {

using Told = test::WatchTold;
using Model = test::WatchModel;

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

  /// Who watches which path in the data table.
  void look_through() {
    std::map<std::string, std::set<std::uint64_t>> expected;
    for (const auto& [connection, path, kind] : model.watches)
      if (kind != WatchKind::child) expected[path].insert(connection);
    std::map<std::string, std::set<std::uint64_t>> seen;
    for (std::size_t part = 0; part < WatchTable::parts; ++part) {
      table.each_data_path(part, [&](std::string_view path, auto watchers) {
        auto& at = seen[std::string(path)];
        REQUIRE(at.empty());  // Each path once.
        for (const ConnectionSerial watcher : watchers) at.insert(watcher.value);
        REQUIRE(at.size() == watchers.size());
      });
    }
    REQUIRE(seen == expected);
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
    if (dice % 10 == 0) look_through();
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
