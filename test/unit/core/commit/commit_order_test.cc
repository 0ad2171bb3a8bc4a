// The order of requests and replies on a connection.
#include <doctest/doctest.h>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

struct TwoClients : Server {
  explicit TwoClients(CommitLimits limits = {}) : Server(limits) {
    connect(1);
    connect(2);
    send(1, create("/a", "0"));
    commit();
    (void)told(1);
    xids.clear();
  }
};

TEST_CASE("a read is answered at once when nothing is pending") {
  TwoClients server;
  server.send(1, get("/a"), get("/none"), Ping{});

  CHECK(server.told(1) == Told{"1 ok 0 v0", "2 no_node", "3 ok"});
  CHECK(server.log.empty());
}

TEST_CASE("a read behind a write sees that write and not the next") {
  TwoClients server;
  server.send(1, set("/a", "1"), get("/a"), set("/a", "2"), get("/a"));
  CHECK(server.log.size() == 2);
  CHECK(server.told(1).empty());

  server.commit();

  CHECK(server.told(1) == Told{"1 ok v1", "2 ok 1 v1", "3 ok v2", "4 ok 2 v2"});
}

TEST_CASE("a pending write holds up nobody else") {
  TwoClients server;
  server.send(1, set("/a", "1"), get("/a"));
  server.send(2, get("/a"));

  CHECK(server.told(2) == Told{"1 ok 0 v0"});
  CHECK(server.told(1).empty());
}

TEST_CASE("the members stand in /zookeeper/config, unless somebody writes something else there") {
  TwoClients server;
  server.machine.show_members(Blob("server.1=a:1:2:participant\nversion=0"));
  server.send(1, get("/zookeeper/config"), Exists{"/zookeeper/config"}, get("/zookeeper"));
  CHECK(server.told(1) ==
        Told{"1 ok server.1=a:1:2:participant\nversion=0 v-1", "2 ok v-1", "3 ok  v0"});

  server.send(1, Exists{"/zookeeper/config", true}, get("/a"));
  CHECK(server.told(1) == Told{"4 ok v-1", "5 ok 0 v0"});
}

TEST_CASE("without room for writes they are refused unstamped, and all else goes on") {
  TwoClients server;
  server.send(1, set("/a", "1"));
  server.machine.admit_writes(false);
  server.send(1, create("/b"), set("/a", "2"), Delete{"/a"}, Multi{{set("/a", "2")}}, get("/a"),
              Ping{});
  CHECK(server.log.size() == 1);

  server.commit();

  CHECK(server.told(1) == Told{"1 ok v1", "2 not_read_only", "3 not_read_only", "4 not_read_only",
                               "5 not_read_only", "6 ok 1 v1", "7 ok"});
  server.machine.admit_writes(true);
  server.send(1, set("/a", "2"));
  server.commit();
  CHECK(server.told(1) == Told{"8 ok v2"});
}

TEST_CASE("without room for writes sessions come and go") {
  TwoClients server;
  server.machine.admit_writes(false);

  server.shake_hands(3, 3, CreateSession{10'000, {}});
  server.send(1, CloseSession{});
  server.commit();

  CHECK(server.told(3) == Told{"opened"});
  CHECK(server.told(1) == Told{"1 ok", "close ok"});
}

TEST_CASE("everything waits for its place behind a write") {
  TwoClients server;
  server.identities[1] = identities_of({{"digest", "alice:hash"}, {"ip", "10.0.0.1"}});
  server.send(1, set("/a", "1"), Ping{}, WhoAmI{}, Authenticate{}, Reconfig{},
              Refused{ErrorCode::unimplemented}, AddWatch{"/a", WatchMode::persistent},
              CheckWatches{"/a", WatcherType::any}, RemoveWatches{"/b", WatcherType::any});
  CHECK(server.told(1).empty());

  server.commit();

  CHECK(server.told(1) == Told{"1 ok v1", "2 ok", "3 ok digest:alice ip:10.0.0.1", "4 ok",
                               "5 reconfig_disabled", "6 unimplemented", "7 ok", "8 ok",
                               "9 no_watcher"});
}

TEST_CASE("reads of every kind are answered from the tree") {
  TwoClients server;
  server.send(1, Exists{"/a"}, GetChildren{"/"}, ListChildren{"/", "a"}, GetAcl{"/a"},
              CountDescendants{"/"}, MultiRead{{GetData{"/a"}, GetChildren{"/none"}}},
              GetEphemerals{""});

  CHECK(server.told(1) == Told{"1 ok v0", "2 ok a zookeeper", "3 ok zookeeper", "4 ok v0", "5 ok 4",
                               "6 ok 2 results", "7 ok"});
}

TEST_CASE("writes are submitted without waiting, numbered per connection from 1") {
  TwoClients server;
  server.send(1, set("/a", "1"));
  server.send(2, set("/a", "2"));
  server.send(1, set("/a", "3"));

  REQUIRE(server.log.size() == 3);
  // The handshakes and the first create came before.
  CHECK(server.log[0].origin == Origin{here, this_life, ConnectionSerial{1}, 3});
  CHECK(server.log[1].origin == Origin{here, this_life, ConnectionSerial{2}, 2});
  CHECK(server.log[2].origin == Origin{here, this_life, ConnectionSerial{1}, 4});
  CHECK(server.log[0].session == SessionId{1});
}

TEST_CASE("a refusal by apply is a reply like any other") {
  TwoClients server;
  server.send(1, set("/none", "1"), create("/a"), get("/a"));
  server.commit();

  CHECK(server.told(1) == Told{"1 no_node", "2 node_exists", "3 ok 0 v0"});
}

TEST_CASE("a reply carries the zxid of its write, a read that of the last txn applied") {
  TwoClients server;
  server.commit_foreign(0, SetSettings{});
  const Zxid before = server.last();
  server.send(1, get("/a"), set("/a", "1"), get("/a"));
  server.commit();
  server.given.clear();
  server.take_all();

  const auto& given = server.given[1];
  REQUIRE(given.size() == 3);
  CHECK(std::get<Reply>(given[0]).zxid == before);
  CHECK(std::get<Reply>(given[1]).zxid == before.next());
  CHECK(std::get<Reply>(given[2]).zxid == before.next());
}

TEST_CASE("an invalid ACL is refused in its place and costs no zxid") {
  TwoClients server;
  Create bad = create("/b");
  bad.acl = {{perms::all, "auth", ""}};
  server.send(1, bad, set("/a", "1"), bad, SetAcl{"/a", {}}, get("/a"));
  CHECK(server.log.size() == 1);
  CHECK(server.told(1) == Told{"1 invalid_acl"});

  server.commit();

  CHECK(server.told(1) == Told{"2 ok v1", "3 invalid_acl", "4 invalid_acl", "5 ok 1 v1"});
}

TEST_CASE("an invalid ACL is told before a missing node") {
  TwoClients server;
  Create bad = create("/missing/b");
  bad.acl = {};
  server.send(1, bad, SetAcl{"/missing", {}}, SetAcl{"/missing", {{perms::all, "auth", ""}}});

  CHECK(server.told(1) == Told{"1 invalid_acl", "2 invalid_acl", "3 invalid_acl"});
  CHECK(server.log.empty());
}

TEST_CASE("auth is expanded before the write is stamped") {
  TwoClients server;
  server.identities[1] = identities_of({{"digest", "alice:hash"}});
  Create mine = create("/b");
  mine.acl = {{perms::all, "auth", ""}};
  server.send(1, mine, Multi{{mine}}, SetAcl{"/a", mine.acl});

  REQUIRE(server.log.size() == 3);
  const Acl expanded{{perms::all, "digest", "alice:hash"}};
  CHECK(std::get<Create>(server.log[0].body).acl == expanded);
  CHECK(std::get<Create>(std::get<Multi>(server.log[1].body).ops[0]).acl == expanded);
  CHECK(std::get<SetAcl>(server.log[2].body).acl == expanded);
  CHECK(server.log[0].identities == *server.identities[1]);
}

TEST_CASE("a refusal inside a multi is stamped into it") {
  TwoClients server;
  Create bad = create("/b");
  bad.acl = {};
  server.send(1, Multi{{SetData{"/a", Blob(std::string_view("1"))}, bad, create("/c")}}, get("/a"));
  server.commit();

  CHECK(server.told(1) == Told{"1 invalid_acl ok invalid_acl runtime_inconsistency", "2 ok 0 v0"});
}

TEST_CASE("a create is told its first fault, whoever finds it") {
  TwoClients server;
  Create bad = create("no-slash");
  bad.acl = {};
  Create bad_ttl = create("/b");
  bad_ttl.acl = {};
  bad_ttl.mode = CreateMode::ttl;
  server.send(1, bad, bad_ttl, SetAcl{"//", {}});

  CHECK(server.told(1) == Told{"1 bad_arguments", "2 bad_arguments", "3 bad_arguments"});
}

TEST_CASE("a write too large for a record is refused, also when expansion made it so") {
  CommitLimits limits;
  limits.write_bytes_max = 4'096;
  TwoClients server(limits);
  std::vector<Identity> many;
  for (int i = 0; i < 50; ++i) many.push_back({"sasl", "somebody-" + std::to_string(i)});
  server.identities[2] = identities_of(many);
  Create by_all = create("/b");
  by_all.acl = {{perms::all, "auth", ""}};

  server.send(1, set("/a", std::string(5'000, 'x')), set("/a", "small"));
  server.send(2, by_all, Multi{std::vector<MultiOp>(100, by_all)});

  CHECK(server.told(1) == Told{"1 request_too_large"});
  CHECK(server.told(2) == Told{"1 request_too_large", "2 request_too_large"});
  CHECK(server.log.size() == 1);
}

TEST_CASE("a request that waited beyond its deadline is answered throttled, not executed") {
  TwoClients server;
  server.deadline_ms = 50;
  server.send(1, set("/a", "1"), get_and_watch("/a"), Refused{ErrorCode::marshalling_error});
  server.machine.on_tick(std::chrono::milliseconds(51));
  server.commit();
  CHECK(server.told(1) == Told{"1 ok v1", "2 throttled", "3 marshalling_error"});

  server.send(2, set("/a", "2"), Sync{"/"}, get("/a"));
  CHECK(server.told(2) == Told{"1 throttled", "2 throttled", "3 throttled"});
  CHECK(server.log.empty());
  CHECK(server.machine.watches().size() == 0);
}

TEST_CASE("a connection that sends more than it was admitted to is closed") {
  CommitLimits limits;
  limits.pending_requests_max = 3;
  TwoClients server(limits);
  server.send(1, set("/a", "1"), Ping{}, Ping{}, Ping{}, set("/a", "2"));

  CHECK(server.told(1) == Told{"close throttled"});
  CHECK(server.log.size() == 1);
  server.commit();
  CHECK(server.told(1).empty());
}

TEST_CASE("requests of connections that are unknown, closed or never shook hands run nowhere") {
  TwoClients server;
  server.send(9, get("/a"));
  server.machine.on_closed(ConnectionSerial{2});
  server.send(2, set("/a", "1"));
  server.machine.on_open(ConnectionSerial{3});
  server.send(3, get("/a"), get("/a"));

  CHECK(server.told(9).empty());
  CHECK(server.told(2).empty());
  CHECK(server.told(3) == Told{"close unknown_session"});
  CHECK(server.log.empty());
  server.machine.check_invariants();
}

TEST_CASE("a write that was committed after its connection had gone is applied all the same") {
  TwoClients server;
  server.send(1, set("/a", "1"));
  server.machine.on_closed(ConnectionSerial{1});
  server.commit();
  server.send(2, get("/a"));

  CHECK(server.told(1).empty());
  CHECK(server.told(2) == Told{"1 ok 1 v1"});
}

TEST_CASE("a connection whose writes are mixed up elsewhere is closed, not confused") {
  TwoClients server;
  server.send(1, set("/a", "1"), set("/a", "2"));
  server.log.pop_front();
  server.commit();

  CHECK(server.told(1) == Told{"close connection_loss"});
}

// --- Sync ----------------------------------------------------------------------------------------

TEST_CASE("a sync is answered when everything up to the leader's word is applied") {
  TwoClients server;
  server.send(2, set("/a", "1"));
  server.send(1, Sync{"/x"}, get("/a"));
  REQUIRE(server.syncs.size() == 1);
  CHECK(server.syncs.front() == SyncRequest{ConnectionSerial{1}, 1});
  CHECK(server.log.size() == 1);

  server.answer_sync(server.last().next());
  CHECK(server.told(1).empty());
  server.commit();

  CHECK(server.told(1) == Told{"1 ok /x", "2 ok 1 v1"});
}

TEST_CASE("a sync whose point is applied already is answered at once") {
  TwoClients server;
  server.send(1, Sync{"/"}, Ping{});
  server.answer_sync(server.last());

  CHECK(server.told(1) == Told{"1 ok /", "2 ok"});
}

TEST_CASE("a sync waits for the writes before it") {
  TwoClients server;
  server.send(1, set("/a", "1"), get("/a"), Sync{"/"}, get("/a"));
  server.answer_sync(server.last());
  CHECK(server.told(1).empty());

  server.commit();

  CHECK(server.told(1) == Told{"1 ok v1", "2 ok 1 v1", "3 ok /", "4 ok 1 v1"});
}

TEST_CASE("a later write that is applied answers the sync; reads between do not see it") {
  TwoClients server;
  server.send(1, Sync{"/"}, get("/a"), Sync{"/x"}, set("/a", "1"), get("/a"));
  server.commit();

  CHECK(server.told(1) == Told{"1 ok /", "2 ok 0 v0", "3 ok /x", "4 ok v1", "5 ok 1 v1"});
  server.answer_sync(server.last());
  server.answer_sync(server.last());
  CHECK(server.told(1).empty());
}

TEST_CASE("syncs are numbered apart from writes") {
  TwoClients server;
  server.send(1, Sync{"/"}, set("/a", "1"), Sync{"/"});

  CHECK(server.syncs[0].sequence == 1);
  CHECK(server.syncs[1].sequence == 2);
  CHECK(server.log[0].origin.sequence == 3);
}

// --- Serving -------------------------------------------------------------------------------------

TEST_CASE("nothing is answered while nobody serves; then everything in order") {
  TwoClients server;
  server.machine.on_leader_lost();
  server.send(1, get("/a"), set("/a", "1"), Sync{"/"}, get("/a"));
  CHECK(server.log.empty());
  CHECK(server.syncs.empty());
  CHECK(server.told(1).empty());

  server.machine.on_serving();
  server.send(2, Ping{});
  CHECK(server.told(1) == Told{"1 ok 0 v0"});
  CHECK(server.told(2) == Told{"1 ok"});
  REQUIRE(server.log.size() == 1);
  server.commit();
  server.answer_sync(server.last());

  CHECK(server.told(1) == Told{"2 ok v1", "3 ok /", "4 ok 1 v1"});
}

TEST_CASE("with the leader, connections with writes in flight are lost; others ask again") {
  TwoClients server;
  server.send(1, set("/a", "1"), get("/a"));
  server.send(2, Sync{"/"}, get("/a"));
  const SyncRequest stale = server.syncs.front();
  server.syncs.clear();

  server.machine.on_leader_lost();
  server.machine.check_invariants();
  CHECK(server.told(1) == Told{"close connection_loss"});
  CHECK(server.told(2).empty());
  server.machine.on_serving();
  server.machine.on_synced(SyncPoint{stale, server.last()});
  CHECK(server.told(2).empty());
  server.send(2, Ping{});
  server.answer_sync(server.last());

  CHECK(server.told(2) == Told{"1 ok /", "2 ok 0 v0", "3 ok"});
}

TEST_CASE("what had not left when the leader was lost does not leave") {
  TwoClients server;
  RequestBatch batch;
  batch.connection = ConnectionSerial{1};
  batch.requests.push_back({1, 0, {}, set("/a", "1")});
  batch.requests.push_back({2, 0, {}, Sync{"/"}});
  server.machine.on_requests(std::move(batch));

  server.machine.on_leader_lost();

  CHECK(server.machine.output().submissions.empty());
  CHECK(server.machine.output().syncs.empty());
}

TEST_CASE("a replaced state closes every connection") {
  TwoClients server;
  server.send(1, set("/a", "1"), get_and_watch("/a"));
  server.send(2, get_and_watch("/a"));
  (void)server.told(2);

  server.machine.on_state_replaced(State(5));
  server.machine.check_invariants();

  CHECK(server.told(1) == Told{"close not_serving"});
  CHECK(server.told(2) == Told{"close not_serving"});
  CHECK_FALSE(server.machine.is_serving());
  CHECK(server.machine.watches().size() == 0);
  CHECK(server.last() == Zxid{});
}

// --- Output --------------------------------------------------------------------------------------

TEST_CASE("streams with replies come before those with events alone") {
  TwoClients server;
  server.connect(3);
  server.send(3, get_and_watch("/a"));
  server.send(2, get_and_watch("/a"));
  server.take_all();
  server.send(1, set("/a", "1"));
  server.commit();

  ConnectionStream stream;
  CHECK(server.machine.has_replies());
  REQUIRE(server.machine.take(stream));
  CHECK(stream.connection == ConnectionSerial{1});
  CHECK_FALSE(server.machine.has_replies());
  REQUIRE(server.machine.take(stream));
  CHECK(stream.connection == ConnectionSerial{2});

  server.send(3, get("/a"));
  CHECK(server.machine.has_replies());
  REQUIRE(server.machine.take(stream));
  CHECK(stream.connection == ConnectionSerial{3});
  REQUIRE(stream.deliveries.size() == 2);
  CHECK(describe(stream.deliveries[0]) == "changed /a");
  CHECK(describe(stream.deliveries[1]) == "2 ok 1 v1");
  CHECK_FALSE(server.machine.take(stream));
  CHECK_FALSE(server.machine.has_deliveries());
}

TEST_CASE("watchers of one change share one event") {
  TwoClients server;
  server.send(1, get_and_watch("/a"));
  server.send(2, get_and_watch("/a"));
  server.take_all();
  server.given.clear();
  server.commit_foreign(0, set("/a", "1"));
  server.take_all();

  CHECK(std::get<SharedEvent>(server.given[1].at(0)) ==
        std::get<SharedEvent>(server.given[2].at(0)));
}

}  // namespace
}  // namespace quorate
