// When watches are registered, what they tell, and where events stand in the stream.
#include <doctest/doctest.h>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

const Acl only_alice{{perms::all, "digest", "alice:hash"}};

struct Watched : Server {
  explicit Watched(CommitLimits limits = {}) : Server(limits) {
    connect(1);
    connect(2);
    send(1, create("/a", "0"), create("/a/b", "0"));
    commit();
    (void)told(1);
    xids.clear();
  }
};

TEST_CASE("an event follows the reply that registered it and precedes the data it announces") {
  Watched server;
  server.send(1, get_and_watch("/a"));
  server.commit_foreign(0, set("/a", "1"));
  server.send(1, get("/a"));

  CHECK(server.told(1) == Told{"1 ok 0 v0", "changed /a", "2 ok 1 v1"});
}

TEST_CASE("the author of a write sees its own event before the write's reply") {
  Watched server;
  server.send(1, get_and_watch("/a"), set("/a", "1"), get_and_watch("/a"), set("/a", "2"));
  server.commit();

  CHECK(server.told(1) ==
        Told{"1 ok 0 v0", "changed /a", "2 ok v1", "3 ok 1 v1", "changed /a", "4 ok v2"});
}

TEST_CASE("events carry the zxid that fired them") {
  Watched server;
  server.send(1, get_and_watch("/a"));
  server.take_all();
  server.given.clear();
  server.commit_foreign(0, set("/a", "1"));
  server.take_all();

  CHECK(std::get<SharedEvent>(server.given[1].at(0))->zxid == server.last());
}

TEST_CASE("exists watches a node whether it is there or not; others only what they found") {
  Watched server;
  server.send(1, Exists{"/a", true}, Exists{"/x", true}, get_and_watch("/y"),
              GetChildren{"/z", true}, ListChildren{"/z", {}, 0, false, false, true});
  CHECK(server.told(1) == Told{"1 ok v0", "2 no_node", "3 no_node", "4 no_node", "5 no_node"});
  CHECK(server.machine.watches().size() == 2);

  server.send(2, create("/x"), create("/y"), create("/z"), create("/z/c"), set("/a", "1"));
  server.commit();

  CHECK(server.told(1) == Told{"created /x", "changed /a"});
}

TEST_CASE("lists of children watch children") {
  Watched server;
  server.send(1, GetChildren{"/a", true});
  server.send(2, ListChildren{"/a", {}, 0, false, false, true});
  server.commit_foreign(0, create("/a/c"));

  CHECK(server.told(1) == Told{"1 ok b", "children /a"});
  CHECK(server.told(2) == Told{"1 ok b", "children /a"});
}

TEST_CASE("a path that no node can have is not watched") {
  Watched server;
  server.send(1, Exists{"/x/", true}, AddWatch{"x", WatchMode::persistent},
              SetWatches{server.last(), {}, {"x//"}, {}, {"/y/"}, {""}});

  CHECK(server.told(1) == Told{"1 bad_arguments", "2 bad_arguments", "3 ok"});
  CHECK(server.machine.watches().size() == 0);
}

TEST_CASE("who may not read a node is not told about it, and the watch is used up all the same") {
  Watched server;
  server.send(1, Exists{"/x", true});
  server.send(2, Exists{"/x", true});
  server.identities[2] = identities_of({{"digest", "alice:hash"}});
  server.send(2, Ping{});
  Create secret = create("/x");
  secret.acl = only_alice;
  server.commit_foreign(0, secret);

  CHECK(server.told(1) == Told{"1 no_node"});
  CHECK(server.told(2) == Told{"1 no_node", "2 ok", "created /x"});
  CHECK(server.machine.watches().size() == 0);
}

TEST_CASE("children are told to who may read the parent, a deletion by the ACL the node had") {
  Watched server;
  server.send(1, GetChildren{"/a", true}, get_and_watch("/a/b"));
  (void)server.told(1);
  server.commit_foreign(0, SetAcl{"/a/b", only_alice});
  server.commit_foreign(0, Delete{"/a/b"});

  CHECK(server.told(1) == Told{"children /a"});
}

TEST_CASE("without ACL checks everybody is told") {
  Watched server;
  EnsembleSettings settings;
  settings.skip_acl = true;
  server.commit_foreign(0, SetSettings{settings});
  server.send(1, Exists{"/x", true});
  Create secret = create("/x");
  secret.acl = only_alice;
  server.commit_foreign(0, secret);

  CHECK(server.told(1) == Told{"1 no_node", "created /x"});
}

TEST_CASE("persistent and recursive watches stay until they are removed") {
  Watched server;
  server.send(1, AddWatch{"/a", WatchMode::persistent});
  server.send(2, AddWatch{"/", WatchMode::persistent_recursive});
  server.commit_foreign(0, create("/a/c"));
  server.commit_foreign(0, Delete{"/a/c"});
  CHECK(server.told(1) == Told{"1 ok", "children /a", "children /a"});
  CHECK(server.told(2) == Told{"1 ok", "created /a/c", "deleted /a/c"});

  server.send(1, RemoveWatches{"/a", WatcherType::data},
              RemoveWatches{"/a", WatcherType::persistent}, CheckWatches{"/a", WatcherType::any});
  server.commit_foreign(0, create("/a/c"));
  CHECK(server.told(1) == Told{"2 no_watcher", "3 ok", "4 no_watcher"});
}

TEST_CASE("a multi's events come in its order, before its reply") {
  Watched server;
  server.send(1, Exists{"/m", true}, Exists{"/m/n", true},
              Multi{{create("/m"), create("/m/n"), Check{"/a"}}});
  server.commit();

  CHECK(server.told(1) ==
        Told{"1 no_node", "2 no_node", "created /m", "created /m/n", "3 ok ok ok ok"});
}

TEST_CASE("a failed multi tells nobody") {
  Watched server;
  server.send(1, Exists{"/m", true}, Multi{{create("/m"), Delete{"/none"}}});
  server.commit();

  CHECK(server.told(1) == Told{"1 no_node", "2 no_node ok no_node"});
}

TEST_CASE("setWatches tells what changed since and arms the rest, before its own reply") {
  Watched server;
  const Zxid seen = server.last();
  server.send(2, create("/new"), set("/a", "1"), create("/a/c"), Delete{"/a/b"}, create("/same"));
  server.commit();
  const Zxid later = server.last();
  SetWatches wanted;
  wanted.relative_zxid = seen;
  wanted.data = {"/a", "/a/b"};
  wanted.exist = {"/new", "/missing"};
  wanted.child = {"/a", "/a/b"};
  wanted.persistent = {"/p"};
  wanted.persistent_recursive = {"/r"};
  server.send(1, wanted, Ping{});
  server.take_all();

  CHECK(std::get<SharedEvent>(server.given[1].at(0))->zxid == Zxid{});
  CHECK(server.told(1) == Told{"changed /a", "deleted /a/b", "created /new", "children /a",
                               "deleted /a/b", "1 ok", "2 ok"});
  CHECK(server.machine.watches().count_of(ConnectionSerial{1}) == 3);

  wanted.relative_zxid = later;
  wanted.data = {"/a", "/same"};
  wanted.exist = {};
  wanted.child = {"/a"};
  server.send(1, wanted);
  CHECK(server.told(1) == Told{"3 ok"});
  CHECK(server.machine.watches().count_of(ConnectionSerial{1}) == 6);
}

TEST_CASE("setWatches behind a write comes before anything else of its connection") {
  Watched server;
  const Zxid seen = server.last();
  server.send(1, set("/a", "1"), SetWatches{seen, {"/a", "/a/b"}, {}, {}, {}, {}}, get("/a"),
              set("/a/b", "2"));
  server.commit();

  CHECK(server.told(1) ==
        Told{"1 ok v1", "changed /a", "2 ok", "3 ok 1 v1", "changed /a/b", "4 ok v1"});
}

TEST_CASE("setWatches tells nothing about nodes that may not be read") {
  Watched server;
  Create secret = create("/x");
  secret.acl = only_alice;
  const Zxid seen = server.last();
  server.commit_foreign(0, secret);
  SetWatches wanted{seen, {"/x"}, {"/x"}, {"/x"}, {}, {}};
  server.send(1, wanted);
  server.identities[2] = identities_of({{"digest", "alice:hash"}});
  server.send(2, wanted);

  CHECK(server.told(1) == Told{"1 ok"});
  CHECK(server.told(2) == Told{"changed /x", "created /x", "children /x", "1 ok"});
  CHECK(server.machine.watches().size() == 0);
}

TEST_CASE("the watches of a connection are bounded in number") {
  CommitLimits limits;
  limits.watches_max = 2;
  Watched server(limits);
  server.send(1, Exists{"/1", true}, Exists{"/2", true}, Exists{"/3", true}, Exists{"/1", true},
              get_and_watch("/a"), GetChildren{"/a", true}, AddWatch{"/4", WatchMode::persistent},
              get("/a"));

  CHECK(server.told(1) == Told{"1 no_node", "2 no_node", "3 quota_exceeded", "4 no_node",
                               "5 quota_exceeded", "6 quota_exceeded", "7 quota_exceeded",
                               "8 ok 0 v0"});
  CHECK(server.machine.watches().size() == 2);
}

TEST_CASE("the watches of a connection are bounded in bytes") {
  CommitLimits limits;
  limits.watch_path_bytes_max = 10;
  Watched server(limits);
  server.send(1, Exists{"/3456", true}, Exists{"/34567", true}, Exists{"/345", true});

  CHECK(server.told(1) == Told{"1 no_node", "2 quota_exceeded", "3 no_node"});
}

TEST_CASE("setWatches beyond the bound arms nothing and ends the connection") {
  CommitLimits limits;
  limits.watches_max = 2;
  Watched server(limits);
  server.send(1, SetWatches{server.last(), {"/a"}, {"/x"}, {"/a"}, {}, {}}, Ping{});

  CHECK(server.told(1) == Told{"1 quota_exceeded", "close quota_exceeded"});
  CHECK(server.machine.watches().size() == 0);
}

TEST_CASE("a fan-out reaches every watcher once, with one event") {
  Watched server;
  constexpr std::uint64_t watchers = 200;
  for (std::uint64_t n = 10; n < 10 + watchers; ++n) {
    server.connect(n);
    server.send(n, get_and_watch("/a"));
  }
  server.take_all();
  server.given.clear();
  server.commit_foreign(0, set("/a", "1"));
  server.take_all();

  CHECK(server.given.size() == watchers);
  const SharedEvent first = std::get<SharedEvent>(server.given[10].at(0));
  for (const auto& [n, deliveries] : server.given) {
    REQUIRE(deliveries.size() == 1);
    REQUIRE(std::get<SharedEvent>(deliveries[0]) == first);
  }
}

}  // namespace
}  // namespace quorate
