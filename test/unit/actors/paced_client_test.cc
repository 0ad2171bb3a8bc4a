// Clients that ask for more than may wait for them, over real sockets: they get all of it.
#include <doctest/doctest.h>

#include <vector>

#include "schema/capnp/client_codec.h"
#include "test/unit/actors/live_server.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate::test {
namespace {

constexpr std::size_t big = 900'000;

/// Asks for several times what may be unread, between writes.
std::vector<Operation> too_much() {
  std::vector<Operation> all;
  all.emplace_back(set("/big", std::string(big, 'a')));
  for (int n = 0; n < 40; ++n) all.emplace_back(get("/big"));
  all.emplace_back(set("/big", std::string(big, 'b')));
  all.emplace_back(Sync{"/"});
  for (int n = 0; n < 40; ++n) all.emplace_back(get("/big"));
  all.emplace_back(set("/big", "c"));
  all.emplace_back(get("/big"));
  return all;
}

std::string_view data_of(const Reply& reply) { return std::get<DataReply>(reply.body).data.text(); }

void check_all(WireClient& client, std::int64_t xid) {
  for (int n = 0; n < 85; ++n) {
    CAPTURE(n);
    const Reply reply = client.reply();
    REQUIRE(reply.error == ErrorCode::ok);
    REQUIRE(reply.xid == ++xid);
    if (n == 0 || n == 41 || n == 42 || n == 83) continue;
    const std::string_view data = data_of(reply);
    REQUIRE(data.size() == (n == 84 ? 1 : big));
    REQUIRE(data.front() == (n < 41 ? 'a' : n < 83 ? 'b' : 'c'));
  }
}

void ask_for_too_much(IoKind io) {
  LiveServer server({}, io);
  WireClient client(server.port);
  WireClient neighbour(server.port);
  REQUIRE(client.greet());
  REQUIRE(neighbour.greet());
  client.send({create("/big", std::string(big, '0'))});
  REQUIRE(client.reply().error == ErrorCode::ok);

  client.send(too_much());
  for (int n = 0; n < 100; ++n) {
    neighbour.send({set("/", "x"), get("/")});
    REQUIRE(neighbour.reply().error == ErrorCode::ok);
    REQUIRE(data_of(neighbour.reply()) == "x");
  }

  check_all(client, 1);
  CHECK(server.counters().closed_slow_reader.get() == 0);
  client.send({Ping{}});
  CHECK(client.reply().error == ErrorCode::ok);
}

TEST_CASE("a client that asks for more than may wait for it gets everything, in order") {
  ask_for_too_much(IoKind::own);
}

TEST_CASE("and so on the stock backend") { ask_for_too_much(IoKind::stock); }

TEST_CASE("who is sent more than it reads is sent the rest when it reads again, time after time") {
  LiveServer server;
  WireClient client(server.port);
  REQUIRE(client.greet());
  client.send({create("/big", std::string(big, 'a'))});
  REQUIRE(client.reply().error == ErrorCode::ok);

  for (int round = 0; round < 5; ++round) {
    client.send(std::vector<Operation>(30, get("/big")));
    for (int n = 0; n < 30; ++n) REQUIRE(data_of(client.reply()).size() == big);
  }

  CHECK(server.counters().closed_slow_reader.get() == 0);
}

}  // namespace
}  // namespace quorate::test
