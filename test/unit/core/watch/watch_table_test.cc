#include "core/watch/watch_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace quorate {
namespace {

constexpr ConnectionSerial one{1};
constexpr ConnectionSerial two{2};
constexpr ConnectionSerial three{3};

using Told = std::tuple<std::uint64_t, EventType, std::string>;
using Tale = std::vector<Told>;

Change change(EventType type, std::string path) { return Change{type, std::move(path), {}, {}}; }

Tale trigger(WatchTable& table, EventType type, const std::string& path) {
  std::vector<Notification> out;
  table.trigger(change(type, path), out);
  table.check_invariants();
  Tale tale;
  for (const Notification& n : out) tale.emplace_back(n.connection.value, n.type, *n.path);
  return tale;
}

constexpr auto created = EventType::created;
constexpr auto deleted = EventType::deleted;
constexpr auto data_changed = EventType::data_changed;
constexpr auto children_changed = EventType::children_changed;

TEST_CASE("a standard data watch fires once, for created, deleted or changed data") {
  for (const EventType type : {created, deleted, data_changed}) {
    WatchTable table;
    table.add_data(one, "/a");
    table.add_data(one, "/a");

    CHECK(table.size() == 1);
    CHECK(trigger(table, type, "/a") == Tale{{1, type, "/a"}});
    CHECK(trigger(table, type, "/a").empty());
    CHECK(table.size() == 0);
    CHECK(table.paths() == 0);
  }
}

TEST_CASE("a standard child watch fires once, for a child created or deleted") {
  for (const EventType type : {created, deleted}) {
    WatchTable table;
    table.add_child(one, "/a");

    CHECK(trigger(table, data_changed, "/a/b").empty());
    CHECK(trigger(table, data_changed, "/a").empty());
    CHECK(trigger(table, type, "/a/b/c").empty());
    CHECK(trigger(table, type, "/a/b") == Tale{{1, children_changed, "/a"}});
    CHECK(trigger(table, type, "/a/b").empty());
  }
}

TEST_CASE("a child watch tells of the deletion of its own node") {
  WatchTable table;
  table.add_child(one, "/a");

  CHECK(trigger(table, deleted, "/a") == Tale{{1, deleted, "/a"}});
  CHECK(table.size() == 0);
}

TEST_CASE("who watches data and children of a node is told once of its deletion") {
  WatchTable table;
  table.add_data(one, "/a");
  table.add_child(one, "/a");
  table.add_child(two, "/a");

  CHECK(trigger(table, deleted, "/a") == Tale{{1, deleted, "/a"}, {2, deleted, "/a"}});
  CHECK(table.size() == 0);
}

TEST_CASE("the children of the root are watched on the root") {
  WatchTable table;
  table.add_child(one, "/");

  CHECK(trigger(table, created, "/a") == Tale{{1, children_changed, "/"}});
}

TEST_CASE("a change of the root concerns no parent") {
  WatchTable table;
  table.add_data(one, "/");
  table.add_child(one, "/");

  CHECK(trigger(table, data_changed, "/") == Tale{{1, data_changed, "/"}});
  CHECK(table.size() == 1);
}

TEST_CASE("a persistent watch tells everything about exactly its path, and stays") {
  WatchTable table;
  table.add(one, "/a", WatchMode::persistent);

  for (int round = 0; round < 2; ++round) {
    CHECK(trigger(table, created, "/a") == Tale{{1, created, "/a"}});
    CHECK(trigger(table, data_changed, "/a") == Tale{{1, data_changed, "/a"}});
    CHECK(trigger(table, created, "/a/b") == Tale{{1, children_changed, "/a"}});
    CHECK(trigger(table, data_changed, "/a/b").empty());
    CHECK(trigger(table, deleted, "/a/b") == Tale{{1, children_changed, "/a"}});
    CHECK(trigger(table, deleted, "/a") == Tale{{1, deleted, "/a"}});
  }
}

TEST_CASE("a recursive watch tells of nodes, never of children (ZOOKEEPER-4475), and stays") {
  WatchTable table;
  table.add(one, "/a", WatchMode::persistent_recursive);

  for (int round = 0; round < 2; ++round) {
    CHECK(trigger(table, created, "/a") == Tale{{1, created, "/a"}});
    CHECK(trigger(table, created, "/a/b/c") == Tale{{1, created, "/a/b/c"}});
    CHECK(trigger(table, data_changed, "/a/b") == Tale{{1, data_changed, "/a/b"}});
    CHECK(trigger(table, deleted, "/a/b") == Tale{{1, deleted, "/a/b"}});
    CHECK(trigger(table, created, "/ab").empty());
    CHECK(trigger(table, created, "/").empty());
  }
}

TEST_CASE("a recursive watch of the root sees all") {
  WatchTable table;
  table.add(one, "/", WatchMode::persistent_recursive);

  CHECK(trigger(table, created, "/a/b") == Tale{{1, created, "/a/b"}});
  CHECK(trigger(table, data_changed, "/") == Tale{{1, data_changed, "/"}});
}

TEST_CASE("overlapping watches tell a connection once") {
  WatchTable table;
  table.add_data(one, "/a/b");
  table.add_child(one, "/a/b");
  table.add(one, "/a/b", WatchMode::persistent);
  table.add(one, "/a/b", WatchMode::persistent_recursive);
  table.add(one, "/a", WatchMode::persistent_recursive);
  table.add(one, "/", WatchMode::persistent_recursive);

  CHECK(trigger(table, deleted, "/a/b") == Tale{{1, deleted, "/a/b"}});
  CHECK(table.size() == 4);
  CHECK(trigger(table, created, "/a/b") == Tale{{1, created, "/a/b"}});
}

TEST_CASE("a change is told node first, then parent, each in the order of serials") {
  WatchTable table;
  table.add_child(two, "/a");
  table.add(one, "/a", WatchMode::persistent);
  table.add_data(three, "/a/b");
  table.add(two, "/", WatchMode::persistent_recursive);
  table.add_child(one, "/a/b");

  CHECK(trigger(table, deleted, "/a/b") == Tale{{2, deleted, "/a/b"},
                                                {3, deleted, "/a/b"},
                                                {1, deleted, "/a/b"},
                                                {1, children_changed, "/a"},
                                                {2, children_changed, "/a"}});
}

TEST_CASE("watchers of one change share its path, and carry the ACL they are judged by") {
  WatchTable table;
  table.add_data(one, "/a/b");
  table.add_data(two, "/a/b");
  table.add_child(two, "/a");
  const auto acl = std::make_shared<const Acl>(open_acl());
  const auto parent_acl = std::make_shared<const Acl>(Acl{{perms::read, "sasl", "x"}});
  std::vector<Notification> out;

  table.trigger(Change{deleted, "/a/b", acl, parent_acl}, out);

  REQUIRE(out.size() == 3);
  CHECK(out[0].path == out[1].path);
  CHECK(out[0].acl == acl);
  CHECK(out[2].type == children_changed);
  CHECK(out[2].acl == parent_acl);
}

TEST_CASE("removing addresses the kinds it names") {
  const auto fill = [](WatchTable& table) {
    table.add_data(one, "/a");
    table.add_child(one, "/a");
    table.add(one, "/a", WatchMode::persistent);
    table.add(one, "/a", WatchMode::persistent_recursive);
    table.add_data(two, "/a");
  };
  for (const WatcherType type : {WatcherType::data, WatcherType::children, WatcherType::persistent,
                                 WatcherType::persistent_recursive}) {
    CAPTURE(static_cast<int>(type));
    WatchTable table;
    fill(table);

    CHECK(table.contains(one, "/a", type));
    CHECK(table.remove(one, "/a", type));
    CHECK_FALSE(table.contains(one, "/a", type));
    CHECK_FALSE(table.remove(one, "/a", type));
    CHECK(table.count_of(one) == 3);
    CHECK(table.contains(one, "/a", WatcherType::any));
    table.check_invariants();
  }
  WatchTable table;
  fill(table);

  CHECK(table.remove(one, "/a", WatcherType::any));
  CHECK(table.count_of(one) == 0);
  CHECK(table.contains(two, "/a", WatcherType::data));
  CHECK_FALSE(table.remove(one, "/a", WatcherType::any));
  table.check_invariants();
}

TEST_CASE("a closed connection takes its watches with it and nobody else's") {
  WatchTable table;
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/" + std::to_string(i);
    table.add_data(one, path);
    table.add_child(two, path);
    if (i % 2 == 0) table.add_data(two, path);
  }

  table.remove_connection(one);
  table.remove_connection(three);
  table.check_invariants();

  CHECK(table.size() == 75);
  CHECK(table.count_of(one) == 0);
  CHECK(table.path_bytes_of(one) == 0);
  CHECK(trigger(table, data_changed, "/1").empty());
  CHECK(trigger(table, data_changed, "/2") == Tale{{2, data_changed, "/2"}});
}

TEST_CASE("the bytes of a connection's paths are known") {
  WatchTable table;
  table.add_data(one, "/abc");
  table.add_child(one, "/abc");
  table.add(two, "/abc", WatchMode::persistent);

  CHECK(table.path_bytes_of(one) == 8);
  CHECK(table.path_bytes_of(two) == 4);
  trigger(table, data_changed, "/abc");
  CHECK(table.path_bytes_of(one) == 4);
}

TEST_CASE("watchers are told in the order of serials however they came and went") {
  WatchTable table;
  for (std::uint64_t i = 0; i < 100; ++i) table.add_data(ConnectionSerial{(i * 37) % 100}, "/a");
  for (std::uint64_t i = 0; i < 100; i += 3) {
    table.remove(ConnectionSerial{i}, "/a", WatcherType::data);
  }

  const Tale tale = trigger(table, data_changed, "/a");

  CHECK(tale.size() == 66);
  CHECK(std::is_sorted(tale.begin(), tale.end()));
}

}  // namespace
}  // namespace quorate
