// The way in, with real sockets: who is admitted, how long a guest may be silent, how all end.
#include "actors/listener.h"

#include <doctest/doctest.h>

#include <caf/scoped_actor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "schema/capnp/client_codec.h"
#include "test/unit/actors/live_server.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

Goodbye goodbye(WireClient& client) {
  for (auto message = client.receive(); message; message = client.receive()) {
    if (auto* last = std::get_if<Goodbye>(&*message)) return *last;
  }
  return {ErrorCode::ok, "none came"};
}

TEST_CASE("connections above the cap of an address are closed and counted, the others stay") {
  LiveServer server([](Config& config) { config.connections_per_ip_max = 2; });
  WireClient first(server.port);
  WireClient second(server.port);
  REQUIRE(first.greet());
  REQUIRE(second.greet());

  WireClient third(server.port);
  CHECK(third.socket.receive_all().empty());
  CHECK(third.socket.reset());

  CHECK(server.counters().refused_per_address.get() == 1);
  CHECK(server.counters().refused_in_total.get() == 0);
  CHECK(server.io().refused_by_admission.get() == 1);
  first.send({Ping{}});
  CHECK(first.reply().error == ErrorCode::ok);

  // Whoever ends makes room.
  second.socket.close();
  CHECK(eventually([&] { return WireClient(server.port).greet(); }));
}

TEST_CASE("connections above the cap of all are closed and counted") {
  LiveServer server([](Config& config) {
    config.connections_per_ip_max = 0;
    config.connections_max = 3;
  });
  std::vector<std::unique_ptr<WireClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<WireClient>(server.port));
    REQUIRE(clients.back()->greet());
  }

  for (int i = 0; i < 5; ++i) CHECK(WireClient(server.port).socket.receive_all().empty());

  CHECK(server.counters().refused_in_total.get() == 5);
  CHECK(server.counters().refused_per_address.get() == 0);
  clients.clear();
  CHECK(eventually([&] { return WireClient(server.port).greet(); }));
}

TEST_CASE("without caps nobody is refused") {
  LiveServer server([](Config& config) {
    config.connections_per_ip_max = 0;
    config.connections_max = 0;
  });
  std::vector<std::unique_ptr<WireClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<WireClient>(server.port));
    CHECK(clients.back()->greet());
  }
}

TEST_CASE("the stock backend keeps the caps as well") {
  LiveServer server([](Config& config) { config.connections_per_ip_max = 1; }, IoKind::stock);
  WireClient first(server.port);
  REQUIRE(first.greet());

  CHECK(WireClient(server.port).socket.receive_all().empty());

  CHECK(server.counters().refused_per_address.get() == 1);
  first.send({Ping{}});
  CHECK(first.reply().error == ErrorCode::ok);
}

TEST_CASE("who does not say hello in time is closed, and told so where the protocol is known") {
  LiveServer server([](Config& config) { config.handshake_timeout = 100ms; });
  WireClient polite(server.port);
  REQUIRE(polite.greet());
  WireClient silent(server.port);
  WireClient slow(server.port);
  REQUIRE(slow.socket.send(std::string(4, '\0')));  // A Hello might begin so.

  CHECK(silent.socket.receive_all().empty());
  CHECK(goodbye(slow).error == ErrorCode::request_timeout);

  CHECK(server.counters().closed_handshake_timeout.get() == 2);
  polite.send({Ping{}});
  CHECK(polite.reply().error == ErrorCode::ok);
}

TEST_CASE("a stop says goodbye behind what was answered, and admits nobody") {
  auto server = std::make_unique<LiveServer>();
  std::vector<std::unique_ptr<WireClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<WireClient>(server->port));
    REQUIRE(clients.back()->greet());
  }
  // Each has writes on their way when the server stops.
  for (std::size_t i = 0; i < clients.size(); ++i) {
    std::vector<Operation> writes;
    for (int n = 0; n < 50; ++n) {
      writes.emplace_back(create("/" + std::to_string(i) + "-" + std::to_string(n)));
    }
    clients[i]->send(writes);
    CHECK(clients[i]->reply().xid == 1);
  }

  server->stop();

  for (auto& client : clients) {
    std::int64_t answered = 1;
    std::optional<ServerMessage> last;
    for (auto message = client->receive(); message; message = client->receive()) {
      last = std::move(message);
      if (const auto* reply = std::get_if<Reply>(&*last)) CHECK(reply->xid == ++answered);
    }
    REQUIRE(last.has_value());
    REQUIRE(std::holds_alternative<Goodbye>(*last));
    CHECK(std::get<Goodbye>(*last).error == ErrorCode::not_serving);
  }
  CHECK(server->counters().closed_stopping.get() == clients.size());
  WireClient late(server->port);
  CHECK_FALSE(late.greet());
}

/// Whether clients go elsewhere from now on; returns when those who have to go have gone.
bool drain(LiveServer& server, bool drained) {
  bool is_drained = !drained;
  caf::scoped_actor self{server.system()};
  self->request(server.listener(), 30s, drain_a::value, Drained{drained})
      .receive([&](const Drained& now) { is_drained = now.drained; },
               [](const caf::error&) { FAIL("no answer"); });
  return is_drained;
}

TEST_CASE("a drained server answers what it has read, and takes no clients until it is told to") {
  LiveServer server;
  WireClient client(server.port);
  REQUIRE(client.greet());
  Create create_next = create("/n-");
  create_next.mode = CreateMode::persistent_sequential;
  client.send(std::vector<Operation>(500, create_next));
  CHECK(client.reply().xid == 1);

  CHECK(drain(server, true));

  std::int64_t answered = 1;
  auto message = client.receive();
  for (; message && std::holds_alternative<Reply>(*message); message = client.receive())
    CHECK(std::get<Reply>(*message).xid == ++answered);
  REQUIRE(message.has_value());
  CHECK(std::get<Goodbye>(*message).error == ErrorCode::not_serving);
  CHECK_FALSE(WireClient(server.port).greet());
  CHECK_FALSE(drain(server, false));
  WireClient late(server.port);
  REQUIRE(late.greet());
  late.send({GetChildren{"/"}});
  // And /zookeeper.
  CHECK(std::get<ChildrenReply>(late.reply().body).names.size() ==
        static_cast<std::size_t>(answered) + 1);
}

TEST_CASE("a drain does not wait for ever for a client that does not read") {
  LiveServer server;
  server.context().connection_limits.leaving_max = 100ms;
  WireClient client(server.port);
  REQUIRE(client.greet());
  client.send({create("/big", std::string(900'000, 'x'))});
  CHECK(client.reply().error == ErrorCode::ok);
  client.send(std::vector<Operation>(100, get("/big")));

  CHECK(drain(server, true));

  CHECK(server.counters().closed_stopping.get() == 1);
  CHECK(server.counters().replies.get() < 101);
}

TEST_CASE("who asks what the server is is told so and closed") {
  LiveServer server;
  WireClient guest(server.port);
  REQUIRE(guest.greet());
  std::vector<char> question;
  capnp_codec::encode(Inspect{}, question);

  WireClient asking(server.port);
  REQUIRE(asking.socket.send({question.begin(), question.end()}));

  const auto answer = asking.receive();
  REQUIRE(answer.has_value());
  const auto& inspection = std::get<Inspection>(*answer);
  CHECK(inspection.role == ServerRole::alone);
  CHECK(inspection.serving);
  CHECK(inspection.quorum_linked);
  CHECK(inspection.connections == 1);
  CHECK(inspection.sessions == 1);
  CHECK_FALSE(asking.receive().has_value());
  CHECK(server.counters().closed_inspected.get() == 1);
}

TEST_CASE("who only asks what the server is counts as a connection") {
  LiveServer server([](Config& config) { config.connections_per_ip_max = 1; });
  WireClient guest(server.port);
  REQUIRE(guest.greet());

  CHECK(WireClient(server.port).socket.receive_all().empty());

  CHECK(server.counters().refused_per_address.get() == 1);
  CHECK(server.counters().closed_inspected.get() == 0);
}

// A server that began to lead before all its actors were introduced died at one start in thirty.
TEST_CASE("a server serves after every start") {
  for (int start = 0; start < 60; ++start) {
    CAPTURE(start);
    LiveServer server;
    CHECK(WireClient(server.port).greet());
  }
}

TEST_CASE("when all connections owe too much they are read later, and nothing is dropped") {
  LiveServer server([](Config& config) {
    config.outstanding_requests_max = 40;
    config.requests_in_flight_max = 40;
  });
  constexpr int requests = 400;
  std::vector<std::unique_ptr<WireClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<WireClient>(server.port));
    REQUIRE(clients.back()->greet());
  }
  std::vector<Operation> all;
  for (int n = 0; n < requests; ++n)
    all.emplace_back(n % 2 == 0 ? Operation(set("/", "x")) : Operation(get("/")));

  for (auto& client : clients) client->send(all);

  for (auto& client : clients) {
    for (int n = 1; n <= requests; ++n) {
      const Reply reply = client->reply();
      REQUIRE(reply.xid == n);
      REQUIRE(reply.error == ErrorCode::ok);
    }
  }
  CHECK(server.counters().paused_outstanding.get() > 0);
  // And they are all read on.
  for (auto& client : clients) client->send({Ping{}});
  for (auto& client : clients) CHECK(client->reply().error == ErrorCode::ok);
}

}  // namespace
}  // namespace quorate::test
