#include "client/watch_set.h"

#include <doctest/doctest.h>

namespace quorate::client {
namespace {

using Kind = WatchSet::Kind;

Watcher watcher() {
  return Watcher([](const WatchEvent&) {});
}

WatchEvent event(EventType type, std::string path) { return {type, std::move(path), Zxid{1}}; }

TEST_CASE("copies of a watcher are the same watcher") {
  const Watcher one = watcher();
  const Watcher copy = one;
  CHECK(one == copy);
  CHECK_FALSE(one == watcher());
}

TEST_CASE("a watcher registered twice is told once") {
  WatchSet set;
  const Watcher one = watcher();
  set.add(Kind::data, "/a", one);
  set.add(Kind::data, "/a", one);
  set.add(Kind::persistent, "/a", one);

  CHECK(set.take(event(EventType::data_changed, "/a")).size() == 1);
}

TEST_CASE("each kind of event consumes its standard watches") {
  struct Row {
    EventType type;
    std::vector<Kind> consumed;
  };
  for (const Row& row : {Row{EventType::created, {Kind::data, Kind::exist}},
                         Row{EventType::data_changed, {Kind::data, Kind::exist}},
                         Row{EventType::deleted, {Kind::data, Kind::exist, Kind::child}},
                         Row{EventType::children_changed, {Kind::child}}}) {
    WatchSet set;
    for (const Kind kind : {Kind::data, Kind::exist, Kind::child}) set.add(kind, "/a", watcher());

    CHECK(set.take(event(row.type, "/a")).size() == row.consumed.size());
    CHECK(set.size() == 3 - row.consumed.size());
    CHECK(set.take(event(row.type, "/a")).empty());
  }
}

TEST_CASE("a recursive watch hears of everything below, but not of changed children") {
  WatchSet set;
  set.add(Kind::persistent_recursive, "/a", watcher());

  CHECK(set.take(event(EventType::created, "/a/b/c")).size() == 1);
  CHECK(set.take(event(EventType::deleted, "/a")).size() == 1);
  CHECK(set.take(event(EventType::created, "/ab")).empty());
  CHECK(set.take(event(EventType::children_changed, "/a")).empty());
  CHECK(set.size() == 1);
}

TEST_CASE("a recursive watch on the root hears of all nodes") {
  WatchSet set;
  set.add(Kind::persistent_recursive, "/", watcher());

  CHECK(set.take(event(EventType::created, "/a/b")).size() == 1);
  CHECK(set.take(event(EventType::data_changed, "/")).size() == 1);
}

TEST_CASE("removal addresses kinds as the protocol does") {
  struct Row {
    WatcherType type;
    std::size_t left;
  };
  for (const Row& row :
       {Row{WatcherType::data, 3}, Row{WatcherType::children, 4}, Row{WatcherType::any, 0},
        Row{WatcherType::persistent, 4}, Row{WatcherType::persistent_recursive, 4}}) {
    WatchSet set;
    for (const Kind kind :
         {Kind::data, Kind::exist, Kind::child, Kind::persistent, Kind::persistent_recursive}) {
      set.add(kind, "/a", watcher());
    }
    CHECK(set.remove("/a", row.type));
    CHECK(set.size() == row.left);
    CHECK_FALSE(set.remove("/a", row.type));
  }
}

TEST_CASE("one watcher can be removed while another stays") {
  WatchSet set;
  const Watcher one = watcher();
  const Watcher other = watcher();
  set.add(Kind::data, "/a", one);
  set.add(Kind::data, "/a", other);

  CHECK_FALSE(set.would_empty("/a", WatcherType::data, one));
  CHECK(set.remove("/a", WatcherType::data, one));
  CHECK_FALSE(set.remove("/a", WatcherType::data, one));
  CHECK(set.would_empty("/a", WatcherType::data, other));
}

TEST_CASE("registrations hold every path once, in messages of bounded size") {
  WatchSet set;
  for (int i = 0; i < 100; ++i) {
    set.add(i % 2 == 0 ? Kind::data : Kind::child, "/" + std::to_string(i), watcher());
  }
  set.add(Kind::exist, "/" + std::string(1000, 'l'), watcher());

  const auto messages = set.registrations(Zxid{9}, 200);

  std::size_t paths = 0;
  for (const SetWatches& message : messages) {
    CHECK(message.relative_zxid == Zxid{9});
    std::size_t bytes = 0;
    for (const auto* list : {&message.data, &message.exist, &message.child}) {
      paths += list->size();
      for (const std::string& path : *list) bytes += path.size();
    }
    CHECK((bytes <= 200 || message.exist.size() == 1));
  }
  CHECK(paths == 101);
  CHECK(WatchSet().registrations(Zxid{9}, 200).empty());
}

TEST_CASE("taking all gives each path with each watcher once") {
  WatchSet set;
  const Watcher one = watcher();
  set.add(Kind::data, "/a", one);
  set.add(Kind::child, "/a", one);
  set.add(Kind::persistent, "/b", one);

  const auto all = set.take_all();

  REQUIRE(all.size() == 2);
  CHECK(all[0].first == "/a");
  CHECK(all[0].second.size() == 1);
  CHECK(set.empty());
}

}  // namespace
}  // namespace quorate::client
