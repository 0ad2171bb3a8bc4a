// One whole server on real threads and sockets, over a disk in memory.
#pragma once

#include <caf/actor_system.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/actor_system_setup.h"
#include "actors/supervisor.h"
#include "schema/client_messages.h"
#include "storage/memory_store.h"
#include "test/unit/actors/runtime/sockets.h"
#include "test/unit/actors/server_fixture.h"

namespace quorate::test {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] ClockReading read() const override;
};

/// Listens on a free port of the loopback while it lives.
class LiveServer {
 public:
  explicit LiveServer(const std::function<void(Config&)>& configure = {}, IoKind io = IoKind::own);
  ~LiveServer() { stop(); }
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  /// As SIGTERM would; returns when every actor has ended.
  void stop();

  [[nodiscard]] const ServerCounters& counters() const { return context_->counters; }
  [[nodiscard]] ServerContext& context() { return *context_; }
  [[nodiscard]] IoCounters& io() { return *system_config_->io_counters(); }
  [[nodiscard]] caf::actor_system& system() { return *system_; }
  /// REQUIRES: a client was greeted.
  [[nodiscard]] Listener listener();
  std::uint16_t port = 0;

 private:
  Config config_;
  MemoryDisk disk_;
  MemoryStore store_{disk_};
  std::unique_ptr<DurableLog> log_;
  std::unique_ptr<SnapshotStore> image_;
  SteadyClock clock_;
  SystemEntropy entropy_;
  TestEnding ending_;
  std::optional<SystemConfig> system_config_;
  std::optional<caf::actor_system> system_;
  std::unique_ptr<ServerContext> context_;
  std::optional<Supervisor> supervisor_;
  std::mutex mutex_;
  Listener listener_;  ///< Set by the supervisor's thread.
};

/// A client that speaks the protocol over a plain socket.
class WireClient {
 public:
  explicit WireClient(std::uint16_t port) : socket(port) {}

  /// Says hello; whether a Welcome came.
  bool greet(std::int64_t timeout_ms = 10'000);
  void send(const std::vector<Operation>& operations);
  /// The next message; nothing when the stream has ended.
  std::optional<ServerMessage> receive();
  /// The next reply.
  Reply reply();

  Client socket;

 private:
  std::int64_t xid_ = 0;
};

}  // namespace quorate::test
