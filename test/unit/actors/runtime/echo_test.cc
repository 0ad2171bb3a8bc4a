// A whole server on the runtime, written as the real actors are: a listener, a connection per
// client, and two pinned actors behind it.
#include <doctest/doctest.h>

#include <caf/actor_system.hpp>
#include <caf/io/typed_broker.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/broker_link.h"
#include "actors/runtime/io_backend.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/transport.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::echo {

struct Chunk {
  std::string bytes;
};
using ChunkPtr = std::shared_ptr<const Chunk>;

struct Count {
  std::uint64_t chunks = 0;
  std::thread::id thread;
};

using chunk_a = caf::atom_constant<caf::atom("chunk")>;
using count_a = caf::atom_constant<caf::atom("count")>;

}  // namespace quorate::echo

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::echo::ChunkPtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::echo::Count)

namespace quorate::echo {

using Tally = caf::typed_actor<caf::reacts_to<chunk_a>, caf::replies_to<count_a>::with<Count>>;
using Connection = caf::typed_actor<caf::reacts_to<ChunkPtr>>;
using Shouter = caf::typed_actor<caf::reacts_to<Connection, ChunkPtr>>;
using ConnectionBroker = Connection::extend_with<caf::io::connection_handler>;

struct TallyState {
  static inline const char* name = "tally";
  std::uint64_t chunks = 0;
};

class TallyActor : public PinnedActor<Tally, TallyState> {
 public:
  explicit TallyActor(caf::actor_config& config) : PinnedActor(config) {}

  behavior_type make_behavior() override {
    return {
        [this](chunk_a) { ++state.chunks; },
        [this](count_a) {
          return Count{state.chunks, std::this_thread::get_id()};
        },
    };
  }
};

struct ShouterState {
  static inline const char* name = "shouter";
  Tally tally;
};

/// Answers in capitals.
class ShouterActor : public PinnedActor<Shouter, ShouterState> {
 public:
  ShouterActor(caf::actor_config& config, Tally tally) : PinnedActor(config) {
    state.tally = std::move(tally);
  }

  behavior_type make_behavior() override {
    return {[this](const Connection& from, const ChunkPtr& chunk) {
      auto answer = std::make_shared<Chunk>(*chunk);
      for (auto& c : answer->bytes) c = static_cast<char>(std::toupper(c));
      send(state.tally, chunk_a::value);
      send(from, ChunkPtr(std::move(answer)));
    }};
  }
};

struct ConnectionState {
  static inline const char* name = "connection";
  std::optional<BrokerLink> link;
  Shouter shouter;
};

class ConnectionActor : public BrokerActor<ConnectionBroker, ConnectionState> {
 public:
  ConnectionActor(caf::actor_config& config, caf::io::connection_handle handle, Shouter shouter)
      : BrokerActor(config) {
    state.link.emplace(*this, handle);
    state.shouter = std::move(shouter);
  }

  behavior_type make_behavior() override {
    state.link->start();
    return {
        [this](const ChunkPtr& answer) {
          auto& out = state.link->output();
          out.insert(out.end(), answer->bytes.begin(), answer->bytes.end());
          state.link->count_frames(0, 1);
          state.link->flush();
        },
        [this](const caf::io::new_data_msg& message) {
          state.link->count_frames(1, 0);
          auto chunk = std::make_shared<Chunk>();
          chunk->bytes.assign(message.buf.begin(), message.buf.end());
          send(state.shouter, caf::actor_cast<Connection>(this), ChunkPtr(std::move(chunk)));
        },
        [this](const caf::io::connection_closed_msg&) { quit(); },
    };
  }
};

struct ListenerState {
  static inline const char* name = "listener";
  Shouter shouter;
};

class ListenerActor : public BrokerActor<caf::io::accept_handler, ListenerState> {
 public:
  ListenerActor(caf::actor_config& config, Shouter shouter, int fd) : BrokerActor(config), fd_(fd) {
    state.shouter = std::move(shouter);
  }

  behavior_type make_behavior() override {
    add_doorman(fd_.release());
    return {
        [this](const caf::io::new_connection_msg& message) {
          fork_broker<ConnectionActor>(*this, message.handle, state.shouter);
        },
        [](const caf::io::acceptor_closed_msg&) {},
    };
  }

 private:
  UniqueFd fd_;
};

struct Server {
  explicit Server(IoKind io) : config({.io = io}), system(config) {
    auto listening = listen_tcp("127.0.0.1", 0, "echo");
    REQUIRE(listening.ok());
    port = listening->port;
    tally = system.spawn<TallyActor>();
    auto shouter = system.spawn<ShouterActor>(tally);
    listener = caf::actor_cast<caf::strong_actor_ptr>(
        spawn_broker<ListenerActor>(system, shouter, listening->fd.release()));
    others = {caf::actor_cast<caf::strong_actor_ptr>(tally),
              caf::actor_cast<caf::strong_actor_ptr>(shouter)};
  }
  ~Server() {
    caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
    for (auto& actor : others) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  SystemConfig config;
  caf::actor_system system;
  std::uint16_t port = 0;
  Tally tally;
  caf::strong_actor_ptr listener;
  std::vector<caf::strong_actor_ptr> others;
};

Count count(Server& server) {
  caf::scoped_actor self{server.system};
  Count result;
  self->request(server.tally, std::chrono::seconds(10), count_a::value)
      .receive([&](const Count& value) { result = value; },
               [](const caf::error&) { FAIL("no answer"); });
  return result;
}

TEST_CASE("a connection's bytes go through two pinned actors and back, on either backend") {
  for (const auto io : {IoKind::own, IoKind::stock}) {
    CAPTURE(static_cast<int>(io));
    Server server(io);
    test::Client first(server.port);
    test::Client second(server.port);

    REQUIRE(first.send("hello"));
    CHECK(first.receive(5) == "HELLO");
    REQUIRE(second.send("there"));
    CHECK(second.receive(5) == "THERE");

    CHECK(count(server).chunks == 2);
    first.close();
    second.close();
    CHECK(test::eventually([&] { return server.system.registry().running() <= 5; }));
  }
}

TEST_CASE("pinned actors run on the I/O thread, whoever sends to them") {
  for (const auto io : {IoKind::own, IoKind::stock}) {
    Server server(io);
    std::promise<std::thread::id> io_thread;
    server.system.middleman().backend().post(
        [&] { io_thread.set_value(std::this_thread::get_id()); });

    CHECK(count(server).thread == io_thread.get_future().get());
  }
}

TEST_CASE("the registry lists every actor with exact counts") {
  Server server(IoKind::own);
  const auto registry = server.config.registry();
  test::Client client(server.port);
  for (int i = 0; i < 10; ++i) {
    REQUIRE(client.send("x"));
    REQUIRE(client.receive(1) == "X");
  }

  const auto tallies = registry->list_only("tally");
  REQUIRE(tallies.size() == 1);
  CHECK(test::eventually([&] { return registry->list_only("tally").front().handled == 10; }));
  CHECK(registry->list_only("tally").front().enqueued == 10);
  CHECK(registry->list_only("tally").front().depth == 0);
  const auto connections = registry->list_only("connection");
  REQUIRE(connections.size() == 1);
  CHECK(connections.front().handled == 10);
  CHECK(connections.front().io_events == 10);
  CHECK(connections.front().busy_ns > 0);
  CHECK(server.config.io_counters()->frames_in.get() == 10);
  CHECK(server.config.io_counters()->frames_out.get() == 10);
  CHECK(server.config.io_counters()->bytes_in.get() == 10);

  client.close();
  CHECK(test::eventually([&] { return !registry->list_only("connection").front().alive; }));
}

}  // namespace quorate::echo
