// A server whose connections do what a test tells them, to drive the I/O backend into its corners.
#pragma once

#include <atomic>
#include <caf/actor_system.hpp>
#include <caf/io/typed_broker.hpp>
#include <cstdint>
#include <functional>
#include <optional>

#include "actors/runtime/broker_link.h"
#include "actors/runtime/io_backend.h"
#include "actors/runtime/pinned.h"

namespace quorate::test {

using ProbeConnectionBroker =
    caf::io::connection_handler::extend<caf::reacts_to<caf::io::data_transferred_msg>>;
using ProbeListenerBroker = caf::io::accept_handler::extend_with<caf::io::connection_handler>;

class ProbeConnection;
class ProbeListener;

/// What happens when; all on the I/O thread. By default a connection is forked and echoes.
struct ProbeScript {
  /// Replaces forking.
  std::function<void(ProbeListener&, caf::io::connection_handle)> on_accept = {};
  /// Replaces start().
  std::function<void(ProbeConnection&)> on_open = {};
  /// Replaces echoing.
  std::function<void(ProbeConnection&, const caf::io::new_data_msg&)> on_data = {};
  std::function<void(ProbeConnection&)> on_drained = {};
};

/// Written on the I/O thread.
struct ProbeCounts {
  std::atomic<std::size_t> accepted{0}, chunks{0}, bytes{0}, closed{0}, ended{0};
  std::atomic<std::int64_t> last_handle{0};
  std::atomic<CloseReason> last_reason{CloseReason::none};
};

struct ProbeConnectionState {
  static inline const char* name = "probe";
  std::optional<BrokerLink> link;
};

class ProbeConnection : public BrokerActor<ProbeConnectionBroker, ProbeConnectionState> {
 public:
  ProbeConnection(caf::actor_config& config, caf::io::connection_handle handle,
                  const ProbeScript& script, ProbeCounts& counts);
  ~ProbeConnection() override { ++counts_.ended; }
  behavior_type make_behavior() override;
  BrokerLink& link() { return *state.link; }
  void write(std::size_t bytes, char fill);

 private:
  const ProbeScript& script_;
  ProbeCounts& counts_;
};

struct ProbeListenerState {
  static inline const char* name = "probe-door";
};

class ProbeListener : public BrokerActor<ProbeListenerBroker, ProbeListenerState> {
 public:
  ProbeListener(caf::actor_config& config, int fd, const ProbeScript& script, ProbeCounts& counts);
  behavior_type make_behavior() override;

 private:
  int fd_;
  const ProbeScript& script_;
  ProbeCounts& counts_;
};

/// Listens on a free port while it lives.
class ProbeServer {
 public:
  explicit ProbeServer(SystemOptions options = {}, ProbeScript script = {});
  ~ProbeServer();
  ProbeServer(const ProbeServer&) = delete;
  ProbeServer& operator=(const ProbeServer&) = delete;

  /// Returns when the I/O thread has made at least `turns` whole turns from now on.
  void settle(int turns = 5);
  /// Runs `task` on the I/O thread and waits for it.
  void on_io_thread(const std::function<void()>& task);
  [[nodiscard]] IoCounters& io() { return *config.io_counters(); }

  const ProbeScript script;
  ProbeCounts counts;
  SystemConfig config;
  caf::actor_system system;
  std::uint16_t port = 0;

 private:
  caf::strong_actor_ptr listener_;
};

}  // namespace quorate::test
