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

}  // namespace
}  // namespace quorate
