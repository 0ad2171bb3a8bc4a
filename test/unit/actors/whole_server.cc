#include "test/unit/actors/whole_server.h"

#include <doctest/doctest.h>

#include <caf/send.hpp>
#include <utility>

#include "actors/runtime/pinned.h"
#include "storage/last_words.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

struct FakeConnectionState {
  static inline const char* name = "fake_connection";
};

class FakeConnection final : public PinnedActor<Connection, FakeConnectionState> {
 public:
  FakeConnection(caf::actor_config& config, Streams& streams)
      : PinnedActor(config), streams_(streams) {}
  behavior_type make_behavior() override {
    return {
        [this](deliver_a, const std::shared_ptr<const ConnectionStream>& stream) {
          streams_.push_back(stream->deliveries);
        },
        [](dismiss_a, const Dismissal&) {},
    };
  }

 private:
  Streams& streams_;
};

struct FakeListenerState {
  static inline const char* name = "listener";
};

/// Keeps what it hears of its server.
class FakeListener final : public PinnedActor<Listener, FakeListenerState> {
 public:
  FakeListener(caf::actor_config& config, PeersPtr& peers) : PinnedActor(config), peers_(peers) {}
  behavior_type make_behavior() override {
    return {
        [this](meet_a, const PeersPtr& peers) { peers_ = peers; },
        [](drain_a, const Drained& wanted) { return wanted; },
        [](shed_a, std::uint32_t) { return std::uint64_t{0}; },
        [](inquire_a, const ConnectionsWanted&) {
          return std::make_shared<const ConnectionRows>();
        },
        [](more_a) {},
        [](tick_a, std::uint64_t) {},
    };
  }

 private:
  PeersPtr& peers_;
};

}  // namespace

Connection spawn_fake_connection(caf::actor_system& system, Streams& streams) {
  return system.spawn<FakeConnection>(streams);
}

WholeServer::WholeServer(MemoryDisk& disk, const Configure& configure) : store_(disk) {
  if (configure) configure(config);
  const TemporaryDirectory directory;
  const auto words = LastWords::open(directory / "last_words");
  REQUIRE(words.ok());
  auto booted = boot(store_, config.server_id, Beginning{}, 1, **words);
  REQUIRE_MESSAGE(booted.ok(), (booted.ok() ? "" : booted.error().text));
  log_ = std::move(booted->log);
  image_ = std::move(booted->image);
  records_replayed_ = booted->records_replayed;
  context.incarnation = booted->promises.incarnation;
  // Sessions outlive their server, so their numbers are never used again.
  last_client_ = context.incarnation.value * 1000;
  CommitMachine machine(std::move(booted->state), config.server_id, context.incarnation, {}, 2);
  supervisor_ = spawn_supervisor(
      context,
      ServerParts{store_, *log_, *image_, std::move(machine), Quorum(ServerSet{config.server_id}),
                  PeerIdentity{}, -1,
                  take_standing(*booted, config.server_id, Quorum(ServerSet{config.server_id})),
                  [this](ServerContext& server) -> Listener {
                    return server.system.spawn<FakeListener>(peers_);
                  }});
  run();
}

WholeServer::~WholeServer() {
  stop();
  for (auto& [serial, client] : clients_) {
    caf::anon_send_exit(client.actor, caf::exit_reason::user_shutdown);
  }
  run();
}

void WholeServer::stop() {
  if (!supervisor_) return;
  caf::anon_send(*supervisor_, stop_a::value);
  run();
  supervisor_.reset();
  peers_.reset();
}

std::uint64_t WholeServer::connect(std::chrono::milliseconds timeout) {
  const std::uint64_t number = ++last_client_;
  Client& client = clients_[number];
  client.actor = spawn_fake_connection(system, client.streams);
  const ConnectionSerial serial{number};
  caf::anon_send(peers().commit, open_a::value, ConnectionOpened{serial, client.actor});
  auto handshake = std::make_shared<Handshake>();
  handshake->connection = serial;
  handshake->session = SessionId{static_cast<std::int64_t>(number)};
  handshake->body = CreateSession{timeout.count(), {}};
  caf::anon_send(peers().commit, greet_a::value, std::move(handshake));
  run();
  REQUIRE(told(number) == Told{"opened"});
  return number;
}

void WholeServer::send(std::uint64_t connection, std::vector<Operation> operations) {
  auto batch = std::make_shared<RequestBatch>();
  batch->connection = ConnectionSerial{connection};
  batch->received = clock.read().monotonic;
  for (Operation& operation : operations) {
    batch->requests.push_back({++clients_[connection].xid, 0, {}, std::move(operation)});
  }
  caf::anon_send(peers().commit, request_a::value, std::move(batch));
}

std::string WholeServer::ask(std::uint64_t connection, Operation operation) {
  (void)told(connection);
  send(connection, {std::move(operation)});
  run();
  const Told answer = told(connection);
  REQUIRE(answer.size() == 1);
  return answer.front().substr(answer.front().find(' ') + 1);
}

Told WholeServer::told(std::uint64_t connection) {
  Told text;
  for (const auto& stream : std::exchange(clients_[connection].streams, {})) {
    for (const Delivery& delivery : stream) text.push_back(describe(delivery));
  }
  return text;
}

std::uint64_t WholeServer::restarts_of(std::string_view actor) const {
  std::uint64_t restarts = 0;
  for (const ActorSnapshot& snapshot : registry().list_only(actor)) restarts = snapshot.restarts;
  return restarts;
}

Zxid WholeServer::image_zxid() const {
  const auto header = image_->header();
  REQUIRE(header.ok());
  return *header ? (*header)->position.zxid : Zxid{};
}

}  // namespace quorate::test
