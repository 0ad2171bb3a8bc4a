// Clients that ask for more than they read.
#include <doctest/doctest.h>

#include "test/unit/core/commit/commit_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

/// Of two replies with /big one is within the bounds, the other beyond.
CommitLimits small_limits() {
  CommitLimits limits;
  limits.unread_bytes_max = 1'600;
  return limits;
}

const std::string data(300, 'x');

/// Client 1 reads only when it is told to.
struct SlowReader : Server {
  explicit SlowReader(CommitLimits limits = small_limits(), SessionRules rules = {})
      : Server(limits, rules) {
    connect(2);
    send(2, create("/a", "0"), create("/big", data), create("/grows", "small"));
    commit();
    (void)told(2);
    clients_read = false;
    connect(1);
  }
  /// Nobody could know when it was asked for that it would be much.
  void grow() { commit_foreign(0, set("/grows", data)); }
  /// What client 1 is given when it has read everything up to here.
  Told read() {
    give_word(1);
    machine.check_invariants();
    return told(1);
  }
};

std::string big(int xid) { return std::to_string(xid) + " ok " + data + " v0"; }
std::string grown(int xid) { return std::to_string(xid) + " ok " + data + " v1"; }

TEST_CASE("reads run as their client reads, in order, until all are answered") {
  SlowReader server;
  server.send_all(1, std::vector<Operation>(7, get("/big")));

  CHECK(server.told(1) == Told{big(1), big(2)});
  CHECK(server.told(1).empty());
  CHECK(server.read() == Told{big(3), big(4)});
  CHECK(server.read() == Told{big(5), big(6)});
  server.send(1, Ping{});
  CHECK(server.told(1).empty());
  CHECK(server.read() == Told{big(7), "8 ok"});
}

TEST_CASE("names count as replies do, and so do results") {
  SlowReader server;
  std::vector<Operation> creates;
  for (int i = 0; i < 20; ++i) creates.emplace_back(create("/a/" + std::to_string(i)));
  server.send_all(2, std::move(creates));
  server.commit();

  SUBCASE("names") { server.send(1, GetChildren{"/a"}, GetChildren{"/a"}, Ping{}); }
  SUBCASE("pages") {
    ListChildren list;
    list.path = "/a";
    server.send(1, list, list, Ping{});
  }
  SUBCASE("results") {
    const MultiRead reads{std::vector<MultiReadOp>(3, GetData{"/a"})};
    server.send(1, reads, reads, Ping{});
  }

  CHECK(server.told(1).size() < 3);
  std::size_t more = 0;
  while (server.owes_word(1)) more += server.read().size();
  CHECK(more > 0);
}

TEST_CASE("what comes behind an unread reply is neither run nor sent on, and keeps its place") {
  SlowReader server;
  server.send(1, get("/big"), get("/big"), get("/big"), set("/a", "1"), Sync{"/"}, get("/a"));
  server.send(1, set("/a", "2"), get("/a"), CloseSession{});
  CHECK(server.told(1) == Told{big(1), big(2)});
  CHECK(server.log.empty());
  CHECK(server.syncs.empty());

  CHECK(server.read() == Told{big(3)});
  CHECK(server.log.size() == 3);
  CHECK(server.syncs.size() == 1);
  server.commit();

  CHECK(server.told(1) ==
        Told{"4 ok v1", "5 ok /", "6 ok 1 v1", "7 ok v2", "8 ok 2 v2", "9 ok", "close ok"});
}

TEST_CASE("a write that was sent on before is applied and answered meanwhile") {
  SlowReader server;
  const GetData grows = get("/grows");
  server.send(1, set("/a", "1"), grows, grows, set("/a", "2"), get("/a"), Ping{});
  REQUIRE(server.log.size() == 2);
  server.grow();

  server.commit(1);
  CHECK(server.told(1) == Told{"1 ok v1", grown(2), grown(3)});
  server.send(1, set("/a", "3"), get("/a"));
  CHECK(server.log.size() == 1);
  server.commit();
  CHECK(server.told(1) == Told{"4 ok v2"});

  CHECK(server.read() == Told{"5 ok 2 v2", "6 ok"});
  server.commit();
  CHECK(server.told(1) == Told{"7 ok v3", "8 ok 3 v3"});
}

TEST_CASE("a read that stands before such a write never sees it") {
  SlowReader server;
  const GetData grows = get("/grows");
  server.send(1, set("/a", "1"), grows, grows, get("/a"), Sync{"/"}, get("/a"), set("/a", "2"),
              get("/a"));
  REQUIRE(server.log.size() == 2);
  server.grow();
  server.commit(1);
  CHECK(server.told(1) == Told{"1 ok v1", grown(2), grown(3)});

  server.commit(1);

  CHECK(server.told(1) == Told{"4 ok 1 v1", "5 ok /", "6 ok 1 v1", "7 ok v2"});
  CHECK(server.read() == Told{"8 ok 2 v2"});
}

TEST_CASE("who has more before such a write than fits is closed") {
  SlowReader server;
  std::vector<Operation> all{set("/a", "1")};
  all.insert(all.end(), 9, get("/grows"));
  all.emplace_back(set("/a", "2"));
  server.send_all(1, std::move(all));
  REQUIRE(server.log.size() == 2);
  server.grow();
  server.commit(1);
  CHECK(server.told(1).size() == 3);

  server.commit(1);

  CHECK(server.told(1) == Told{grown(4), grown(5), grown(6), grown(7), "close throttled"});
  CHECK(server.read().empty());
}

TEST_CASE("no write is sent on behind reads that will be answered with much") {
  SlowReader server;
  std::vector<Operation> creates;
  for (int i = 0; i < 20; ++i) creates.emplace_back(create("/a/" + std::to_string(i)));
  server.send_all(2, std::move(creates));
  server.commit();
  ListChildren page;
  page.path = "/a";
  Operation read;
  SUBCASE("data") { read = get("/big"); }
  SUBCASE("names") { read = GetChildren{"/a"}; }
  SUBCASE("a page") { read = page; }
  SUBCASE("several") { read = MultiRead{{GetData{"/big"}, GetData{"/a"}}}; }
  std::vector<Operation> all{set("/a", "1")};
  all.insert(all.end(), 20, read);
  all.insert(all.end(), {set("/a", "2"), Sync{"/"}, get("/a"), set("/a", "3"), get("/a")});
  server.send_all(1, std::move(all));
  server.machine.check_invariants();
  CHECK(server.log.size() == 1);
  CHECK(server.syncs.empty());
  server.commit();

  Told told = server.told(1);
  while (server.owes_word(1)) {
    for (std::string& text : server.read()) told.push_back(std::move(text));
    server.commit();
  }
  for (std::string& text : server.told(1)) told.push_back(std::move(text));

  REQUIRE(told.size() == 26);
  CHECK(Told(told.begin() + 21, told.end()) ==
        Told{"22 ok v2", "23 ok /", "24 ok 2 v2", "25 ok v3", "26 ok 3 v3"});
}

TEST_CASE("writes are sent on at once behind small reads") {
  SlowReader server;
  std::vector<Operation> all;
  for (int i = 0; i < 100; ++i) all.insert(all.end(), {set("/a", "1"), get("/a"), Ping{}});
  server.send_all(1, std::move(all));

  CHECK(server.log.size() == 100);
}

TEST_CASE("a sync that waits is answered when its client has read") {
  SlowReader server;
  server.send(1, Sync{"/1"}, get("/big"), get("/big"), Sync{"/2"}, get("/a"));
  REQUIRE(server.syncs.size() == 2);
  server.answer_sync(server.last());
  server.answer_sync(server.last());

  CHECK(server.told(1) == Told{"1 ok /1", big(2), big(3)});
  CHECK(server.read() == Told{"4 ok /2", "5 ok 0 v0"});
}

TEST_CASE("one reply larger than all that may be unread is given all the same") {
  SlowReader server;
  server.send(2, set("/a", std::string(5'000, 'y')));
  server.commit();
  server.send(1, get("/a"), get("/a"));

  CHECK(server.told(1).size() == 1);
  CHECK(server.read().size() == 1);
}

TEST_CASE("a word is asked for again when more was given than the last was about") {
  SlowReader server;
  server.send(2, set("/a", std::string(100, 'y')));
  server.commit();
  server.send(1, get("/a"));
  CHECK(server.told(1).size() == 1);
  REQUIRE(server.owes_word(1));
  server.send(1, get("/big"), get("/big"), Ping{});
  CHECK(server.told(1) == Told{big(2), big(3)});

  CHECK(server.read().empty());
  REQUIRE(server.owes_word(1));
  CHECK(server.read() == Told{"4 ok"});
}

TEST_CASE("small replies ask for no word, and a word that was not asked for means nothing") {
  SlowReader server;
  for (int i = 0; i < 100; ++i) server.send(1, Ping{}, Exists{"/a"});

  CHECK(server.told(1).size() == 200);
  CHECK_FALSE(server.owes_word(1));
  server.machine.on_drained(ConnectionSerial{1});
  server.machine.on_drained(ConnectionSerial{9});
  server.machine.check_invariants();
}

TEST_CASE("a word that a client has read keeps its session alive, as a request does") {
  SlowReader server;
  server.send(1, get("/big"), get("/big"), get("/big"));
  (void)server.told(1);
  server.machine.output().touched.clear();

  (void)server.read();

  CHECK(server.machine.output().touched == std::vector<SessionId>{SessionId{1}});
}

TEST_CASE("events do not wait for a client that does not read") {
  SlowReader server;
  server.send(1, get_and_watch("/a"), get("/big"), get("/big"), get("/a"));
  server.send(2, set("/a", "1"));
  server.commit();

  CHECK(server.told(1) == Told{"1 ok 0 v0", big(2), big(3), "changed /a"});
  CHECK(server.read() == Told{"4 ok 1 v1"});
}

TEST_CASE("who never reads holds no more than it was admitted to, until its session ends") {
  CommitLimits limits = small_limits();
  limits.pending_requests_max = 20;
  SlowReader server(limits);
  server.send_all(1, std::vector<Operation>(22, get("/big")));
  CHECK(server.told(1).size() == 2);

  SUBCASE("it expires") {
    server.commit_foreign(1, ExpireSession{});
    CHECK(server.told(1) == Told{"close session_expired"});
  }
  SUBCASE("it sends more") {
    server.send(1, Ping{});
    CHECK(server.told(1) == Told{"close throttled"});
  }
  SUBCASE("it goes") { server.machine.on_closed(ConnectionSerial{1}); }
  CHECK(server.read().empty());
}

TEST_CASE("who is stalled stays so while there is no leader, and goes on under the next") {
  SlowReader server;
  server.send(1, get("/big"), get("/big"), get("/a"), set("/a", "1"), Sync{"/"}, get("/a"));
  (void)server.told(1);
  server.machine.on_leader_lost();
  server.machine.check_invariants();

  SUBCASE("read before") {
    CHECK(server.read().empty());
    server.serve();
  }
  SUBCASE("read after") {
    server.serve();
    CHECK(server.told(1).empty());
    CHECK(server.log.empty());
    server.give_word(1);
  }

  CHECK(server.told(1) == Told{"3 ok 0 v0"});
  REQUIRE(server.log.size() == 1);
  server.answer_sync(server.last());
  server.commit();
  CHECK(server.told(1) == Told{"4 ok v1", "5 ok /", "6 ok 1 v1"});
}

TEST_CASE("a local session ends in its turn, though its client reads late") {
  SlowReader server(small_limits(), SessionRules{true, true, std::chrono::milliseconds(100)});
  const std::size_t before = server.machine.local_sessions().size();
  server.send(1, get("/big"), get("/big"), set("/a", "1"), get("/big"), get("/big"), get("/a"),
              CloseSession{}, Ping{});
  CHECK(server.told(1) == Told{big(1), big(2)});
  CHECK(server.read().empty());
  server.commit();
  CHECK(server.told(1) == Told{"3 ok v1", big(4), big(5)});
  CHECK(server.machine.local_sessions().size() == before);

  CHECK(server.read() == Told{"6 ok 1 v1", "7 ok", "close ok"});
  CHECK(server.machine.local_sessions().size() == before - 1);
}

TEST_CASE("who only reads is paced as well") {
  SlowReader server;
  server.machine.on_leader_lost();
  server.machine.on_read_only();
  server.shake_hands(3, 3, CreateSession{10'000, {}}, {}, true);
  server.send(3, get("/big"), get("/big"), set("/a", "1"), get("/a"));
  server.machine.check_invariants();
  CHECK(server.told(3) == Told{"opened for reads", big(1), big(2)});

  server.give_word(3);
  server.machine.check_invariants();
  CHECK(server.told(3) == Told{"3 not_read_only", "4 ok 0 v0"});
}

}  // namespace
}  // namespace quorate
