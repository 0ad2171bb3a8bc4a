// A server that has lost its quorum, and clients that are content with what it knows.
#include <doctest/doctest.h>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

const CreateSession new_session{10'000, {}};
const AttachSession attach{8'000, {}};

/// A server that had a leader, /a, and client 1, and has been without a leader for a while.
struct CutOffServer : Server {
  explicit CutOffServer(const SessionRules& rules = {}) : Server({}, rules) {
    connect(1);
    send(1, create("/a", "0"));
    commit();
    (void)told(1);
    xids.clear();
    machine.output().touched.clear();
    machine.on_leader_lost();
  }
  void greet_content(std::uint64_t n, TxnBody body = new_session) {
    shake_hands(n, static_cast<std::int64_t>(n), std::move(body), {}, true);
  }
};

TEST_CASE("reads are served to who is content with them, and nothing reaches the log") {
  CutOffServer server;
  server.machine.on_read_only();
  const Zxid before = server.last();

  server.greet_content(2);
  server.send(2, get_and_watch("/a"), set("/a", "1"), Sync{"/"}, Multi{{create("/b")}}, Ping{},
              GetChildren{"/"}, CloseSession{});
  server.machine.check_invariants();

  CHECK(server.told(2) == Told{"opened for reads", "1 ok 0 v0", "2 not_read_only",
                               "3 not_read_only", "4 not_read_only", "5 ok", "6 ok a zookeeper",
                               "7 ok", "close ok"});
  CHECK(server.log.empty());
  CHECK(server.syncs.empty());
  CHECK(server.last() == before);
  CHECK(server.machine.output().touched.empty());
  CHECK_FALSE(server.machine.is_serving());
}

TEST_CASE("who wants to write is told to go elsewhere, and so is who has a session already") {
  CutOffServer server;
  server.shake_hands(2, 2, new_session);
  server.machine.on_read_only();

  server.shake_hands(3, 3, new_session);
  server.shake_hands(4, 1, attach);
  server.shake_hands(5, 1, attach, {}, true);

  for (std::uint64_t n = 2; n <= 5; ++n) CHECK(server.told(n) == Told{"close not_read_only"});
  CHECK(server.log.empty());
}

TEST_CASE("who waits for a session and is content with reads has one when they begin") {
  CutOffServer server;
  server.greet_content(2);
  server.send(2, get("/a"), set("/a", "1"));
  CHECK(server.told(2).empty());

  server.machine.on_read_only();
  server.machine.check_invariants();

  CHECK(server.told(2) == Told{"opened for reads", "1 ok 0 v0", "2 not_read_only"});
}

TEST_CASE("a connection from before waits for a leader, and is served by the next one") {
  CutOffServer server;
  server.send(1, get("/a"), set("/a", "1"));
  server.machine.on_read_only();
  CHECK(server.told(1).empty());

  server.serve();
  server.commit();

  CHECK(server.told(1) == Told{"1 ok 0 v0", "2 ok v1"});
}

TEST_CASE("with a leader the clients of the meantime are sent off, and their sessions are gone") {
  CutOffServer server;
  server.machine.on_read_only();
  server.greet_content(2);
  server.send(2, get_and_watch("/a"));
  (void)server.told(2);

  server.serve();
  server.machine.check_invariants();

  CHECK(server.told(2) == Told{"close not_read_only"});
  CHECK_FALSE(server.machine.is_read_only());
  CHECK(server.machine.local_sessions().size() == 0);
  server.shake_hands(3, 2, attach);
  server.commit();
  CHECK(server.told(3) == Told{"close session_expired"});
}

TEST_CASE("what is committed before the server serves is told to who watches meanwhile") {
  CutOffServer server;
  server.machine.on_read_only();
  server.greet_content(2);
  server.send(2, get_and_watch("/a"));

  server.commit_foreign(0, set("/a", "1"));

  CHECK(server.told(2) == Told{"opened for reads", "1 ok 0 v0", "changed /a"});
}

TEST_CASE("no client sees the past again") {
  CutOffServer server;
  server.machine.on_read_only();

  server.shake_hands(2, 2, new_session, server.last().next(), true);

  CHECK(server.told(2) == Told{"close server_behind"});
}

TEST_CASE("a session of the meantime expires when its client is silent") {
  CutOffServer server;
  server.machine.on_tick(std::chrono::milliseconds{1000});
  server.machine.on_read_only();
  server.greet_content(2);
  (void)server.told(2);

  for (int now = 1100; now <= 14'000; now += 100)
    server.machine.on_tick(std::chrono::milliseconds{now});

  CHECK(server.told(2) == Told{"close session_expired"});
  CHECK(server.machine.local_sessions().size() == 0);
}

TEST_CASE("a local session from before is had again for reads, and outlives them") {
  CutOffServer server({true, false, std::chrono::milliseconds{100}});
  server.serve();
  server.shake_hands(2, 2, new_session, {}, true);
  server.shake_hands(3, 3, new_session);
  CHECK(server.told(2) == Told{"opened"});
  server.machine.on_leader_lost();

  server.machine.on_read_only();
  CHECK(server.told(2) == Told{"close not_read_only"});
  server.shake_hands(4, 2, attach, {}, true);
  server.send(4, get("/a"));
  CHECK(server.told(4) == Told{"opened for reads", "1 ok 0 v0"});
  server.serve();
  CHECK(server.told(4) == Told{"close not_read_only"});
  server.shake_hands(5, 2, attach, {}, true);
  server.machine.check_invariants();

  CHECK(server.told(5) == Told{"opened"});
  CHECK(server.told(3) == Told{"opened"});
}

TEST_CASE("a server that serves, and one that knows nothing, do not begin to read only") {
  Server server;
  server.machine.on_read_only();
  CHECK_FALSE(server.machine.is_read_only());

  server.machine.on_leader_lost();
  server.machine.on_read_only();

  CHECK_FALSE(server.machine.is_read_only());
}

TEST_CASE("a state that is replaced ends reading only") {
  CutOffServer server;
  server.machine.on_read_only();
  server.greet_content(2);
  (void)server.told(2);

  server.machine.on_state_replaced(State(1));
  server.machine.check_invariants();

  CHECK_FALSE(server.machine.is_read_only());
  CHECK(server.told(2) == Told{"close not_read_only"});
}

}  // namespace
}  // namespace quorate
