// A leader that leaves clients to the other servers.
#include <doctest/doctest.h>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

TEST_CASE("who is connected when clients are no longer taken is told to go elsewhere") {
  Server server;
  server.connect(1);
  server.send(1, create("/a", "0"), get_and_watch("/a"));
  server.commit();
  (void)server.told(1);
  server.machine.on_open(ConnectionSerial{2});
  server.machine.on_leader_lost();
  server.shake_hands(3, 30, CreateSession{5'000, {}});
  server.send(1, get("/a"));

  server.serve(Clients::sent_away);
  server.machine.check_invariants();

  CHECK(server.machine.sends_away());
  CHECK(server.told(1) == Told{"close not_serving"});
  CHECK(server.told(3) == Told{"close not_serving"});
  CHECK(server.log.empty());
  // It has not said what it wants, and may only want to know how the server is doing.
  CHECK(server.told(2).empty());
}

TEST_CASE("whoever says hello where clients are sent away is refused, and nothing is logged") {
  Server server;
  server.connect(1);
  server.machine.on_leader_lost();
  server.serve(Clients::sent_away);

  server.shake_hands(2, 20, CreateSession{5'000, {}});
  server.shake_hands(3, 1, AttachSession{5'000, {}});
  server.machine.check_invariants();

  CHECK(server.told(2) == Told{"close not_serving"});
  CHECK(server.told(3) == Told{"close not_serving"});
  CHECK(server.log.empty());
}

TEST_CASE("a session of a server that sends clients away lives on elsewhere") {
  Server server;
  server.connect(1);
  server.machine.on_leader_lost();
  server.serve(Clients::sent_away);

  server.commit_foreign(1, AttachSession{5'000, {}}, 9);

  CHECK(server.machine.state().sessions().find(SessionId{1})->owner.server == elsewhere);
}

TEST_CASE("who has a session when clients are no longer taken is served until it goes") {
  Server server;
  server.connect(1);
  server.send(1, create("/a", "0"));
  server.shake_hands(2, 20, CreateSession{5'000, {}});

  server.machine.admit_clients(Clients::sent_away);
  server.machine.check_invariants();
  server.send(1, create("/b", "0"));
  server.shake_hands(3, 30, CreateSession{5'000, {}});
  server.commit();
  server.machine.check_invariants();

  CHECK(server.told(1) == Told{"1 ok /a", "2 ok /b"});
  CHECK(server.told(2) == Told{"close not_serving"});
  CHECK(server.told(3) == Told{"close not_serving"});

  server.machine.admit_clients(Clients::welcome);
  server.connect(4);
}

TEST_CASE("a server that leads no more takes clients again") {
  Server server;
  server.machine.on_leader_lost();
  server.serve(Clients::sent_away);
  server.machine.on_leader_lost();
  CHECK_FALSE(server.machine.sends_away());
  server.shake_hands(2, 20, CreateSession{5'000, {}});

  server.serve();
  server.commit();

  CHECK(server.told(2) == Told{"opened"});
}

TEST_CASE(
    "who wants a session where there has been no leader for a while is told to go elsewhere") {
  Server server;
  server.connect(1);
  server.send(1, create("/a", "0"));
  server.commit();
  (void)server.told(1);
  server.machine.on_leader_lost();
  server.shake_hands(2, 20, CreateSession{5'000, {}});
  server.machine.on_open(ConnectionSerial{9});
  CHECK(server.told(2).empty());

  server.machine.on_leaderless();
  server.machine.check_invariants();
  server.shake_hands(3, 1, AttachSession{5'000, {}});
  server.send(1, get("/a"));

  CHECK(server.told(2) == Told{"close not_serving"});
  CHECK(server.told(3) == Told{"close not_serving"});
  // These wait: one has a session, the other has not said what it wants.
  CHECK(server.told(1).empty());
  CHECK(server.told(9).empty());
  server.serve();
  CHECK_FALSE(server.machine.is_leaderless());
  CHECK(server.told(1) == Told{"2 ok 0 v0"});
  server.connect(4);
}

TEST_CASE("a server that serves, or serves reads, is not leaderless") {
  Server server;
  server.machine.on_leaderless();
  CHECK_FALSE(server.machine.is_leaderless());
  server.connect(1);
  server.send(1, create("/a", "0"));
  server.commit();
  server.machine.on_leader_lost();
  server.machine.on_read_only();

  server.machine.on_leaderless();

  CHECK_FALSE(server.machine.is_leaderless());
}

}  // namespace
}  // namespace quorate
