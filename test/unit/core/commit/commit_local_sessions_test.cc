// Sessions that no record tells of.
#include <doctest/doctest.h>

#include <random>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

constexpr SessionRules local{true, false, std::chrono::milliseconds{100}};
constexpr SessionRules upgrading{true, true, std::chrono::milliseconds{100}};
const CreateSession new_session{10'000, {}};
const AttachSession attach{8'000, {}};

Create ephemeral(std::string path) {
  Create request = create(std::move(path));
  request.mode = CreateMode::ephemeral;
  return request;
}

/// A server with /a, whose connections 1 and 2 have local sessions of the same numbers.
struct LocalServer : Server {
  explicit LocalServer(const SessionRules& rules) : Server({}, rules) {
    machine.on_tick(std::chrono::milliseconds{1000});
    shake_hands(1, 1, new_session);
    shake_hands(2, 2, new_session);
    send(1, create("/a", "0"));
    commit();
    (void)told(1);
    (void)told(2);
    xids.clear();
  }
};

TEST_CASE("a local session is opened, used, gone on with and closed without a record") {
  LocalServer server(local);
  const Zxid before = server.last();

  server.shake_hands(3, 3, new_session);
  server.send(3, get("/a"), Ping{});
  CHECK(server.told(3) == Told{"opened", "1 ok 0 v0", "2 ok"});
  server.machine.on_closed(ConnectionSerial{3});
  server.shake_hands(4, 3, attach);
  server.send(4, CloseSession{});
  CHECK(server.told(4) == Told{"opened", "1 ok", "close ok"});
  server.machine.check_invariants();

  CHECK(server.log.empty());
  CHECK(server.last() == before);
  CHECK(server.machine.state().sessions().size() == 0);
  CHECK(server.machine.local_sessions().size() == 2);
  CHECK(server.machine.output().opened.empty());
  CHECK(server.machine.output().closed.empty());
}

TEST_CASE("what a local session writes is the server's own, with the client's identities") {
  LocalServer server(local);
  server.identities[1] = identities_of({{"digest", "anna:x"}});

  server.send(1, set("/a", "1"));

  REQUIRE(server.log.size() == 1);
  CHECK(server.log[0].session == SessionId{});
  CHECK(server.log[0].origin.server == here);
  CHECK(server.log[0].origin.connection == ConnectionSerial{});
  CHECK(server.log[0].identities == *server.identities[1]);
  server.commit();
  CHECK(server.told(1) == Told{"1 ok v1"});
}

TEST_CASE("permissions are those of the identities, not of the server") {
  LocalServer server(local);
  server.identities[1] = identities_of({{"digest", "anna:x"}});
  Create hers = create("/hers");
  hers.acl = {{perms::all, "digest", "anna:x"}};
  server.send(1, hers);
  server.commit();

  server.send(2, Delete{"/a"}, set("/hers", "mine"));
  server.commit();

  CHECK(server.told(2) == Told{"1 ok", "2 no_auth"});
}

TEST_CASE("every server applies what a local session of another one wrote") {
  LocalServer server(local);
  server.send(1, set("/a", "1"));
  const Submission written = server.log.front();
  server.commit();

  State other(5);
  std::uint32_t counter = 0;
  for (const TxnBody& body : {TxnBody{create("/a", "0")}, written.body}) {
    Txn txn{Zxid::at(Epoch{1}, ++counter), 1'000, {}, written};
    txn.submission.body = body;
    CHECK(other.apply(txn).error == ErrorCode::ok);
  }
}

TEST_CASE("requests of a local session keep their order, like anybody's") {
  LocalServer server(local);

  server.send(1, set("/a", "1"), get("/a"), set("/a", "2"), get("/a"), CloseSession{}, Ping{});
  CHECK(server.told(1).empty());
  server.commit(1);
  CHECK(server.told(1) == Told{"1 ok v1", "2 ok 1 v1"});
  server.commit();

  // Nothing runs behind the end of the session.
  CHECK(server.told(1) == Told{"3 ok v2", "4 ok 2 v2", "5 ok", "close ok"});
  CHECK(server.machine.local_sessions().find(SessionId{1}) == nullptr);
}

TEST_CASE("writes of two local sessions and of the server find their way back") {
  LocalServer server(local);

  server.send(1, set("/a", "1"));
  server.commit_foreign(0, create("/foreign"));
  server.send(2, set("/a", "2"));
  server.commit();

  CHECK(server.told(1) == Told{"1 ok v1"});
  CHECK(server.told(2) == Told{"1 ok v2"});
}

TEST_CASE("watches work in local sessions") {
  LocalServer server(local);
  server.send(1, get_and_watch("/a"));
  server.send(2, set("/a", "1"));
  server.commit();

  CHECK(server.told(1) == Told{"1 ok 0 v0", "changed /a"});
}

TEST_CASE("a local session owns no nodes") {
  LocalServer server(local);

  server.send(1, ephemeral("/e"), Multi{{create("/b"), ephemeral("/e")}});
  server.commit();

  CHECK(server.told(1) == Told{"1 ephemeral_on_local_session",
                               "2 ephemeral_on_local_session ok ephemeral_on_local_session"});
  server.send(1, get("/b"), GetEphemerals{"/"});
  CHECK(server.told(1) == Told{"3 no_node", "4 ok"});
}

TEST_CASE("what apply says of a create's arguments comes before the session") {
  LocalServer server(local);
  Create wrong = ephemeral("/e");
  wrong.ttl_ms = 5;

  server.send(1, wrong);
  server.commit();

  CHECK(server.told(1) == Told{"1 bad_arguments"});
}

TEST_CASE("a wrong password opens no local session, and another server knows none") {
  LocalServer server(local);
  AttachSession wrong = attach;
  wrong.password[0] = 1;
  server.shake_hands(3, 1, wrong);
  CHECK(server.told(3) == Told{"close session_expired"});

  // The session of another server: its own would have been known.
  server.shake_hands(4, 77, attach);
  server.commit();
  CHECK(server.told(4) == Told{"close session_expired"});
}

TEST_CASE("who goes on with a local session takes it from its former connection") {
  LocalServer server(local);
  server.send(1, set("/a", "late"));

  server.shake_hands(3, 1, attach);
  server.machine.check_invariants();
  CHECK(server.told(1) == Told{"close session_moved"});
  server.send(3, set("/a", "new"), get("/a"));
  server.commit();

  CHECK(server.told(3) == Told{"opened", "1 ok v2", "2 ok new v2"});
}

TEST_CASE("a client that has seen more than this server is refused") {
  LocalServer server(local);
  const Zxid later = server.last().next();

  server.shake_hands(3, 3, new_session, later);
  server.shake_hands(4, 1, attach, later);

  CHECK(server.told(3) == Told{"close server_behind"});
  CHECK(server.told(4) == Told{"close server_behind"});
}

TEST_CASE("a silent local session is expired by its server") {
  LocalServer server(local);
  server.machine.on_closed(ConnectionSerial{2});
  for (int now = 1100; now <= 10'900; now += 100) {
    if (now == 6'000) server.send(1, Ping{});
    server.machine.on_tick(std::chrono::milliseconds{now});
  }
  (void)server.told(1);
  server.machine.on_tick(std::chrono::milliseconds{11'000});
  CHECK(server.machine.local_sessions().find(SessionId{2}) == nullptr);
  CHECK(server.told(1).empty());

  for (int now = 11'100; now <= 16'000; now += 100)
    server.machine.on_tick(std::chrono::milliseconds{now});
  server.machine.check_invariants();

  CHECK(server.told(1) == Told{"close session_expired"});
  CHECK(server.machine.output().closed.empty());
  server.shake_hands(3, 1, attach);
  server.commit();
  CHECK(server.told(3) == Told{"close session_expired"});
}

TEST_CASE("local sessions wait for a leader like others, and have their full timeout then") {
  LocalServer server(local);
  server.machine.on_leader_lost();
  server.shake_hands(3, 3, new_session);
  server.send(1, set("/a", "1"), get("/a"));
  for (int now = 1100; now <= 30'000; now += 100)
    server.machine.on_tick(std::chrono::milliseconds{now});
  CHECK(server.told(3).empty());

  server.serve();
  server.machine.on_tick(std::chrono::milliseconds{30'100});
  CHECK(server.log.size() == 1);
  server.commit();

  CHECK(server.told(3) == Told{"opened"});
  CHECK(server.told(1) == Told{"1 ok v1", "2 ok 1 v1"});
}

TEST_CASE("a local session that was about to end does so under the next leader") {
  LocalServer server(local);
  server.send(1, Sync{"/"}, get("/a"), CloseSession{}, Ping{});
  server.machine.on_leader_lost();
  server.syncs.clear();

  server.serve();
  REQUIRE(server.syncs.size() == 1);
  server.answer_sync(server.last());

  CHECK(server.told(1) == Told{"1 ok /", "2 ok 0 v0", "3 ok", "close ok"});
}

TEST_CASE("with the leader a local session loses its connection if a write is in flight") {
  LocalServer server(local);
  server.send(1, set("/a", "1"));

  server.machine.on_leader_lost();
  CHECK(server.told(1) == Told{"close connection_loss"});
  server.serve();
  server.commit();  // It was proposed after all.
  server.shake_hands(3, 1, attach);
  server.send(3, get("/a"));

  CHECK(server.told(3) == Told{"opened", "1 ok 1 v1"});
}

// --- Upgrades ------------------------------------------------------------------------------------

TEST_CASE("the first ephemeral node makes the session one of the ensemble, in the order") {
  LocalServer server(upgrading);

  server.send(1, set("/a", "1"), ephemeral("/e"), get("/e"), set("/a", "2"));
  REQUIRE(server.log.size() == 4);
  CHECK(server.log[0].session == SessionId{});
  CHECK(std::get<CreateSession>(server.log[1].body) == new_session);
  CHECK(server.log[1].session == SessionId{1});
  CHECK(server.log[2].session == SessionId{1});
  CHECK(server.log[3].session == SessionId{1});
  server.commit(3);
  CHECK(server.told(1) == Told{"1 ok v1", "2 ok /e", "3 ok  v0"});
  server.commit();

  CHECK(server.told(1) == Told{"4 ok v2"});
  CHECK(server.machine.local_sessions().find(SessionId{1}) == nullptr);
  CHECK(server.machine.state().sessions().find(SessionId{1})->timeout_ms == 10'000);
  CHECK(server.machine.output().opened == std::vector<OpenedSession>{{SessionId{1}, 10'000}});
  server.send(1, ephemeral("/f"), GetEphemerals{"/"});
  CHECK(server.log.size() == 1);
  server.commit();
  CHECK(server.told(1) == Told{"5 ok /f", "6 ok /e /f"});
}

TEST_CASE("an ephemeral node in a multi upgrades, other kinds of nodes do not") {
  LocalServer server(upgrading);
  Create container = create("/container");
  container.mode = CreateMode::container;
  Create with_ttl = create("/ttl");
  with_ttl.mode = CreateMode::ttl;
  with_ttl.ttl_ms = 1000;

  server.send(1, container, with_ttl, create("/plain"));
  CHECK(server.log.size() == 3);
  server.send(1, Multi{{create("/b"), ephemeral("/e")}});
  CHECK(server.log.size() == 5);
  server.commit();

  CHECK(server.told(1) == Told{"1 ok /container", "2 ok /ttl", "3 ok /plain", "4 ok ok ok"});
}

TEST_CASE("a create that is refused here upgrades nothing") {
  LocalServer server(upgrading);
  Create unproved = ephemeral("/e");
  unproved.acl = {{perms::all, "auth", ""}};

  server.send(1, unproved);

  CHECK(server.told(1) == Told{"1 invalid_acl"});
  CHECK(server.log.empty());
  CHECK(server.machine.local_sessions().find(SessionId{1}) != nullptr);
}

TEST_CASE("an upgraded session is attached, closed and expired like all") {
  LocalServer server(upgrading);
  server.send(1, ephemeral("/e"));
  server.send(2, ephemeral("/f"));
  server.commit();
  server.shake_hands(3, 1, attach);
  CHECK(server.log.size() == 1);
  server.commit();
  CHECK(server.told(1) == Told{"1 ok /e", "close session_moved"});
  server.send(3, CloseSession{});
  server.commit();
  CHECK(server.told(3) == Told{"opened", "1 ok", "close ok"});
  server.commit_foreign(2, ExpireSession{});
  CHECK(server.told(2) == Told{"1 ok /f", "close session_expired"});

  server.shake_hands(4, 4, new_session);
  server.send(4, GetChildren{"/"});
  CHECK(server.told(4) == Told{"opened", "1 ok a zookeeper"});
}

TEST_CASE("who attaches a session that is being upgraded is judged behind the upgrade") {
  LocalServer server(upgrading);
  server.send(1, ephemeral("/e"));
  server.machine.on_closed(ConnectionSerial{1});

  server.shake_hands(3, 1, attach);
  CHECK(server.told(3).empty());
  server.commit();

  CHECK(server.told(3) == Told{"opened"});
  server.send(3, GetEphemerals{"/"});
  // The former connection's create was behind the upgrade, and before the attach.
  CHECK(server.told(3) == Told{"1 ok /e"});
}

TEST_CASE("an upgrade that is lost with the leader ends the session") {
  LocalServer server(upgrading);
  server.send(1, ephemeral("/e"));
  server.log.clear();

  server.machine.on_leader_lost();
  server.machine.check_invariants();
  CHECK(server.told(1) == Told{"close connection_loss"});
  server.serve();
  server.shake_hands(3, 1, attach);
  server.commit();

  CHECK(server.told(3) == Told{"close session_expired"});
}

TEST_CASE("a session that upgrades and closes in one batch leaves nothing behind") {
  LocalServer server(upgrading);

  server.send(1, ephemeral("/e"), CloseSession{});
  server.commit();

  CHECK(server.told(1) == Told{"1 ok /e", "2 ok", "close ok"});
  CHECK(server.machine.state().sessions().size() == 0);
  CHECK(server.machine.local_sessions().size() == 1);
  CHECK(server.machine.state().tree().ephemerals_of(SessionId{1}).empty());
}

// Goal: no order of events breaks an invariant, leaves a session in both tables, or lets a write be
// answered twice or out of order. Method: random walks; a failure prints its seed.
void random_walk(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&random](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  LocalServer server(below(2) == 0 ? local : upgrading);
  std::map<std::int64_t, std::uint64_t> connections{{1, 1}, {2, 2}};  // Session, its connection.
  std::uint64_t last_connection = 2;
  std::int64_t now = 1000;
  for (int step = 0; step < 300; ++step) {
    const std::int64_t session = 1 + below(4);
    std::uint64_t& connection = connections[session];
    switch (below(9)) {
      case 0:
        connection = ++last_connection;
        server.shake_hands(connection, session, attach, {}, below(2) == 0);
        break;
      case 1:
        if (server.machine.local_sessions().find(SessionId{session}) != nullptr) break;
        if (server.machine.state().sessions().find(SessionId{session}) != nullptr) break;
        connection = ++last_connection;
        server.shake_hands(connection, std::int64_t{100} * step + 10, new_session);
        break;
      case 2:
        server.send(connection, set("/a", "x"), get("/a"));
        break;
      case 3:
        server.send(connection, ephemeral("/e" + std::to_string(step)), Sync{"/"});
        break;
      case 4:
        if (below(8) == 0) server.send(connection, CloseSession{}, Ping{});
        break;
      case 5:
        server.machine.on_tick(std::chrono::milliseconds{now += below(20) == 0 ? 400 : 100});
        break;
      case 6:
        server.commit(below(4));
        break;
      case 7:
        if (!server.syncs.empty() && server.machine.is_serving()) server.answer_sync(server.last());
        break;
      default:
        if (below(10) != 0) break;
        if (server.machine.is_serving()) {
          server.machine.on_leader_lost();
          // What was submitted is committed by the next leader, or by nobody.
          if (below(2) == 0) server.log.clear();
          server.syncs.clear();
        } else if (below(2) == 0) {
          server.machine.on_read_only();
        } else {
          server.commit();
          server.serve();
        }
    }
    server.machine.check_invariants();
  }
}

TEST_CASE("invariants hold on every path of local sessions") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    random_walk(seed);
  }
}

}  // namespace
}  // namespace quorate
