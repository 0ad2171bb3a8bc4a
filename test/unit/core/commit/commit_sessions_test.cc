// Whose connection a session is, and what its end does.
#include <doctest/doctest.h>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

const AttachSession attach{8'000, {}};

TEST_CASE("a handshake is answered when its txn is applied") {
  Server server;
  server.shake_hands(1, 10, CreateSession{5'000, {}});
  server.send(1, Ping{});
  CHECK(server.told(1).empty());
  REQUIRE(server.log.size() == 1);
  CHECK(server.log[0].session == SessionId{10});
  CHECK(server.log[0].origin.sequence == 1);

  server.commit();
  server.take_all();

  CHECK(std::get<SessionOpened>(server.given[1].at(0)) ==
        SessionOpened{SessionId{10}, 5'000, server.last()});
  CHECK(server.told(1) == Told{"opened", "1 ok"});
  CHECK(server.machine.output().opened ==
        std::vector<OpenedSession>{OpenedSession{SessionId{10}, 5'000}});
}

TEST_CASE("an attach that names no living session, or a wrong password, is refused") {
  Server server;
  server.connect(1);
  AttachSession wrong = attach;
  wrong.password[0] = 1;
  server.shake_hands(2, 77, attach);
  server.shake_hands(3, 1, wrong);
  server.commit();

  CHECK(server.told(2) == Told{"close session_expired"});
  CHECK(server.told(3) == Told{"close session_expired"});
  server.send(1, Ping{});
  CHECK(server.told(1) == Told{"1 ok"});
}

TEST_CASE("an attach moves the session; nothing of the former owner runs") {
  Server server;
  server.connect(1);
  server.send(1, create("/a", "0"));
  server.commit();
  server.shake_hands(2, 1, attach);
  server.send(1, set("/a", "late"), get_and_watch("/a"));
  (void)server.told(1);
  server.commit();

  CHECK(server.told(1) == Told{"close session_moved"});
  CHECK(server.told(2) == Told{"opened"});
  server.send(2, get("/a"));
  CHECK(server.told(2) == Told{"1 ok 0 v0"});
  server.send(1, get("/a"));
  CHECK(server.told(1).empty());
  CHECK(server.machine.watches().size() == 0);
}

TEST_CASE("an attach on another server closes the connection here") {
  Server server;
  server.connect(1);
  server.commit_foreign(1, attach, 5);

  CHECK(server.told(1) == Told{"close session_moved"});
}

TEST_CASE("an attach whose connection has gone still takes the session from the former owner") {
  Server server;
  server.connect(1);
  server.shake_hands(2, 1, attach);
  server.machine.on_closed(ConnectionSerial{2});
  server.commit();

  CHECK(server.told(1) == Told{"close session_moved"});
  CHECK(server.told(2).empty());
}

TEST_CASE("a client closes its session: reply, then the end; what came behind it dies") {
  Server server;
  server.connect(1);
  Create mine = create("/mine");
  mine.mode = CreateMode::ephemeral;
  server.send(1, mine, GetEphemerals{""}, get_and_watch("/mine"), CloseSession{}, get("/mine"));
  server.machine.output().closed.clear();
  server.commit();

  CHECK(server.told(1) ==
        Told{"1 ok /mine", "2 ok /mine", "3 ok  v0", "deleted /mine", "4 ok", "close ok"});
  CHECK(server.machine.output().closed == std::vector<SessionId>{SessionId{1}});
  CHECK(server.machine.state().tree().find("/mine") == nullptr);
}

TEST_CASE("an expired session closes its connection") {
  Server server;
  server.connect(1);
  server.send(1, set("/a", "1"), get("/a"));
  server.commit_foreign(1, ExpireSession{});
  server.commit();

  CHECK(server.told(1) == Told{"close session_expired"});
  CHECK(server.machine.output().closed == std::vector<SessionId>{SessionId{1}});
}

TEST_CASE("the end of a session elsewhere concerns only those who watched its ephemerals") {
  Server server;
  server.connect(1);
  server.commit_foreign(50, CreateSession{9'000, {}}, 5);
  Create theirs = create("/theirs");
  theirs.mode = CreateMode::ephemeral;
  server.commit_foreign(50, theirs, 5);
  server.send(1, get_and_watch("/theirs"));
  server.commit_foreign(50, CloseSession{}, 5);

  CHECK(server.told(1) == Told{"1 ok  v0", "deleted /theirs"});
}

TEST_CASE("a session is touched when a batch of its requests arrives") {
  Server server;
  server.connect(1);
  server.machine.output().touched.clear();
  server.send(1, set("/a", "1"), Ping{});
  server.send(1, Ping{});

  CHECK(server.machine.output().touched == std::vector<SessionId>{SessionId{1}, SessionId{1}});
}

TEST_CASE("sessions of all servers are reported to the tracker") {
  Server server;
  server.commit_foreign(50, CreateSession{9'000, {}}, 5);
  server.commit_foreign(50, attach, 6);
  server.commit_foreign(50, CreateSession{9'000, {}}, 7);
  server.commit_foreign(50, ExpireSession{});
  server.commit_foreign(50, ExpireSession{});

  CHECK(server.machine.output().opened ==
        std::vector<OpenedSession>{{SessionId{50}, 9'000}, {SessionId{50}, 8'000}});
  CHECK(server.machine.output().closed == std::vector<SessionId>{SessionId{50}});
}

TEST_CASE("a server behind what a new client has seen refuses it at once") {
  Server server;
  server.connect(1);
  server.shake_hands(2, 20, CreateSession{5'000, {}}, server.last().next());

  CHECK(server.told(2) == Told{"close server_behind"});
  CHECK(server.log.empty());
}

TEST_CASE("a reconnecting client is not refused for what is applied by the time it attaches") {
  Server server;
  server.connect(1);
  server.send(1, create("/a"));
  server.shake_hands(2, 1, attach, server.last().next());
  server.commit();
  CHECK(server.told(2) == Told{"opened"});

  server.shake_hands(3, 1, attach, Zxid::at(Epoch{9}, 1));
  server.commit();
  CHECK(server.told(3) == Told{"close server_behind"});
}

TEST_CASE("a handshake waits until the server serves, and is lost with the leader") {
  Server server;
  server.machine.on_leader_lost();
  server.shake_hands(1, 10, CreateSession{5'000, {}});
  server.send(1, Ping{});
  CHECK(server.log.empty());
  server.machine.on_serving();
  server.shake_hands(2, 20, CreateSession{5'000, {}});
  CHECK(server.log.size() == 2);
  server.commit(1);
  CHECK(server.told(1) == Told{"opened", "1 ok"});

  server.machine.on_leader_lost();
  CHECK(server.told(2) == Told{"close connection_loss"});
}

TEST_CASE("a connection that closes leaves its session open") {
  Server server;
  server.connect(1);
  server.machine.on_closed(ConnectionSerial{1});
  server.machine.check_invariants();
  server.shake_hands(2, 1, attach);
  server.commit();

  CHECK(server.told(2) == Told{"opened"});
}

}  // namespace
}  // namespace quorate
