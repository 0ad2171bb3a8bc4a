#include "actors/listener.h"

#include <caf/io/accept_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "actors/connection_actor.h"
#include "actors/log.h"
#include "actors/peers.h"
#include "actors/runtime/io_backend.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"
#include "core/base/flat_map.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_every{500};

using ListenerBroker = Listener::extend_with<caf::io::accept_handler>;

struct ListenerName {
  static inline const char* name = "listener";
};

class ListenerActor final : public BrokerActor<ListenerBroker, ListenerName> {
 public:
  ListenerActor(caf::actor_config& config, ServerContext& context, int socket)
      : BrokerActor(config),
        context_(context),
        socket_(socket),
        shared_(std::make_shared<ConnectionShared>(ConnectionShared{context, {}})),
        ticker_(tick_every) {}

  behavior_type make_behavior() override {
    set_down_handler([this](const caf::down_msg& down) { on_down(down); });
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) { commit_ = peers->commit; },
        [this](serve_a) { begin(); },
        [this](stop_a) { stop(); },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
        [this](const caf::io::new_connection_msg& accepted) { accept(accepted.handle); },
        [this](const caf::io::acceptor_closed_msg&) {
          if (!stopping_) context_.ending.end(ExitCode::broken, "the client port was closed");
        },
    };
  }

 private:
  struct Open {
    std::shared_ptr<ConnectionRecord> record;
    Connection handle;
    std::string remote;
  };

  void begin() {
    if (std::exchange(serving_, true)) return;
    add_doorman(socket_);
  }

  void accept(caf::io::connection_handle handle) {
    const std::string remote = remote_addr(handle);
    if (stopping_ || is_above_caps(remote)) {
      // Refused before configure_read: the stock backend leaks the descriptor otherwise.
      refused_by_cap_ += stopping_ ? 0 : 1;
      close(handle);
      return;
    }
    const ConnectionSerial serial{++last_serial_};
    auto record = std::make_shared<ConnectionRecord>();
    record->serial = serial;
    record->since = context_.clock.read().monotonic;
    auto connection =
        fork_broker<ConnectionActor, caf::monitored>(*this, handle, shared_, record, commit_);
    serials_[connection.id()] = serial;
    ++per_address_[remote];
    open_[serial] = {std::move(record), Connection(connection), remote};
  }

  [[nodiscard]] bool is_above_caps(const std::string& remote) const {
    const Config& config = context_.config;
    if (config.connections_max != 0 && open_.size() >= config.connections_max) return true;
    const auto found = per_address_.find(remote);
    return config.connections_per_ip_max != 0 && found != per_address_.end() &&
           found->second >= config.connections_per_ip_max;
  }

  void on_down(const caf::down_msg& down) {
    const auto serial = serials_.find(down.source.id());
    if (serial == serials_.end()) return;
    const auto found = open_.find(serial->second);
    if (const auto count = per_address_.find(found->second.remote); --count->second == 0) {
      per_address_.erase(count);
    }
    // After everything the connection itself has sent.
    send(commit_, closed_a::value, serial->second);
    open_.erase(found);
    serials_.erase(serial);
  }

  void on_tick() {
    const milliseconds oldest = context_.clock.read().monotonic - context_.config.handshake_timeout;
    for (const auto& [serial, connection] : open_) {
      if (connection.record->session == SessionId{} && connection.record->since < oldest) {
        send(connection.handle, dismiss_a::value,
             Dismissal{ErrorCode::request_timeout, "no Hello came in time"});
      }
    }
    if (const auto refused = std::exchange(refused_by_cap_, 0); refused != 0) {
      context_.log.warn("connections_refused", kv("count", refused), kv("open", open_.size()),
                        kv("do", "raise maxClientCnxns or maxCnxns if these clients are yours"));
    }
    ticker_.rearm(*this);
  }

  void stop() {
    if (std::exchange(stopping_, true)) return;
    for (const auto& [serial, connection] : open_) {
      send(connection.handle, dismiss_a::value,
           Dismissal{ErrorCode::not_serving, "this server stops; try another server"});
    }
  }

  ServerContext& context_;
  int socket_;
  std::shared_ptr<ConnectionShared> shared_;
  Ticker ticker_;
  Commit commit_;
  FlatMap<ConnectionSerial, Open> open_;
  FlatMap<caf::actor_id, ConnectionSerial> serials_;
  TextMap<std::uint32_t> per_address_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t refused_by_cap_ = 0;
  bool serving_ = false;
  bool stopping_ = false;
};

}  // namespace

Listener spawn_listener(ServerContext& context, int socket) {
  return Listener(spawn_broker<ListenerActor>(context.system, context, socket));
}

}  // namespace quorate
