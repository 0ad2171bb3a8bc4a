// One whole server in virtual time: its real actors, supervised, between fake clients and a disk in
// memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "actors/boot.h"
#include "actors/supervisor.h"
#include "storage/memory_store.h"
#include "test/unit/actors/server_fixture.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate::test {

/// What commit sent to one connection: a vector per message.
using Streams = std::vector<std::vector<Delivery>>;

/// A connection that keeps what it is given.
[[nodiscard]] Connection spawn_fake_connection(caf::actor_system& system, Streams& streams);

/// Starts as a process would; ends with its scope. The disk stays.
class WholeServer : public TestSystem {
 public:
  using Configure = std::function<void(Config&)>;

  explicit WholeServer(MemoryDisk& disk, const Configure& configure = {});
  ~WholeServer();

  /// As SIGTERM would.
  void stop();

  /// Opens a connection and a session of it, both of the number that is returned.
  std::uint64_t connect(std::chrono::milliseconds timeout);
  /// One batch, with xids that count from 1.
  void send(std::uint64_t connection, std::vector<Operation> operations);
  /// Sends one operation and runs until it is answered: "1 ok v3".
  std::string ask(std::uint64_t connection, Operation operation);
  /// What was delivered since the last call.
  Told told(std::uint64_t connection);
  [[nodiscard]] Streams& streams(std::uint64_t connection) { return clients_[connection].streams; }

  /// The handles as the actors have them at the moment.
  [[nodiscard]] const Peers& peers() const { return *peers_; }
  [[nodiscard]] bool is_serving() const { return context.board.read().serving; }
  /// The actor dies of this when its turn comes, behind what it has been sent so far.
  template <class Handle>
  void kill(const Handle& handle) {
    caf::anon_send_exit(handle, caf::exit_reason::unhandled_exception);
  }
  [[nodiscard]] std::uint64_t restarts_of(std::string_view actor) const;

  [[nodiscard]] DurableLog& log() { return *log_; }
  [[nodiscard]] SnapshotStore& image() { return *image_; }
  [[nodiscard]] Zxid image_zxid() const;
  [[nodiscard]] std::uint64_t records_replayed() const { return records_replayed_; }

 private:
  struct Client {
    Connection actor;
    Streams streams;
    std::int64_t xid = 0;
  };

  MemoryStore store_;
  std::unique_ptr<DurableLog> log_;
  std::unique_ptr<SnapshotStore> image_;
  std::uint64_t records_replayed_ = 0;
  PeersPtr peers_;
  std::map<std::uint64_t, Client> clients_;  ///< Addresses of streams stay.
  std::uint64_t last_client_;
  std::optional<Supervisor> supervisor_;
};

}  // namespace quorate::test
