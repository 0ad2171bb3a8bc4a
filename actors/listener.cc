#include "actors/listener.h"

#include <algorithm>
#include <caf/io/accept_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/connection_actor.h"
#include "actors/peers.h"
#include "actors/runtime/io_backend.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/runtime/unique_fd.h"
#include "actors/server_context.h"
#include "actors/tls/tls_credentials.h"
#include "core/base/flat_map.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_every{500};
/// Certificates change once in weeks.
constexpr std::uint64_t ticks_per_reload = 4;
/// How long goodbyes may take when the server stops, beside what may take who leaves.
constexpr milliseconds goodbyes_max{2000};
/// Connections that one slice tells of, and questions that are answered at a time.
constexpr std::size_t rows_per_slice = 200;
constexpr std::size_t inquiries_max = 16;

using ListenerBroker = Listener::extend_with<caf::io::accept_handler>;

struct OpenConnection {
  std::shared_ptr<ConnectionRecord> record;
  Connection handle;
};

/// What the console is going to be told of all connections.
struct Gathering {
  using Promise = caf::typed_response_promise<ConnectionRowsPtr>;
  std::vector<Promise> asked;  ///< Nobody: nothing is gathered.
  std::shared_ptr<ConnectionRows> rows;
  ConnectionSerial last;
};

struct Port {
  UniqueFd socket;           ///< Until it is accepted from; none: there is no such port.
  std::uint16_t number = 0;  ///< From then on.
};

using DrainPromise = caf::typed_response_promise<Drained>;

struct ListenerState {
  static inline const char* name = "listener";
  PeersPtr peers;
  std::map<ConnectionSerial, OpenConnection> open;
  Gathering gathering;
  bool drained = false;
  std::set<ConnectionSerial> leaving;  ///< Those that a drain has sent away.
  std::vector<DrainPromise> drains;    ///< Answered when these have left.
};

class ListenerActor final : public BrokerActor<ListenerBroker, ListenerState> {
 public:
  ListenerActor(caf::actor_config& config, ServerContext& context, const ClientSockets& sockets)
      : BrokerActor(config),
        context_(context),
        log_(context.log.component(ListenerState::name)),
        client_{UniqueFd(sockets.client), 0},
        native_{UniqueFd(sockets.native), 0},
        shared_(std::make_shared<ConnectionShared>(ConnectionShared{
            context,
            {context.config.outstanding_requests_max, context.config.outstanding_bytes_max},
            {}})),
        ticker_(tick_every) {}

  behavior_type make_behavior() override {
    shared_->each_connection = [this](const auto& visit) { visit_connections(visit); };
    set_down_handler([this](const caf::down_msg& down) { on_down(down); });
    set_exit_handler([this](const caf::exit_msg&) { stop(); });
    ticker_.start(*this);
    return {
        [this](meet_a, const PeersPtr& peers) {
          state.peers = peers;
          shared_->peers = peers;
          begin();
        },
        [this](inquire_a, const ConnectionsWanted&) { return gather(); },
        [this](more_a) { gather_some(); },
        [this](drain_a, const Drained& wanted) { return drain(wanted); },
        [this](shed_a, std::uint32_t percent) { return shed(percent); },
        [this](tick_a, std::uint64_t generation) {
          if (ticker_.is_current(generation)) on_tick();
        },
        [this](const caf::io::new_connection_msg& accepted) {
          accept(accepted.handle, spoken_at(local_port(accepted.source)));
        },
        [this](const caf::io::acceptor_closed_msg&) {
          if (!stopping_) context_.ending.end(ExitCode::broken, "the client port was closed");
        },
    };
  }

 private:
  void begin() {
    if (std::exchange(accepting_, true)) return;
    shared_->since = context_.clock.read().monotonic;
    open(client_);
    open(native_);
  }

  void open(Port& port) {
    if (!port.socket.valid()) return;
    port.number = local_port(add_doorman(port.socket.release()));
    if (auto* io = IoBackend::of(system()); io != nullptr) {
      // Before anything is made for a connection: a flood costs an accept and a reset each.
      io->set_admission(port.number, [this](const std::string& remote) { return admit(remote); });
    }
  }

  [[nodiscard]] ClientProtocols spoken_at(std::uint16_t port) const {
    if (native_.number == 0) return ClientProtocols::all;
    return port == native_.number ? ClientProtocols::native : ClientProtocols::zookeeper;
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    for (Port* port : {&client_, &native_}) {
      auto* io = IoBackend::of(system());
      if (io != nullptr && port->number != 0) io->set_admission(port->number, {});
      port->socket.reset();  // If accepting never began.
    }
    shared_->each_connection = {};
    shared_->peers.reset();
    return BrokerActor::cleanup(std::move(reason), host);
  }

  void accept(caf::io::connection_handle handle, ClientProtocols spoken) {
    const std::string remote = remote_addr(handle);
    // The stock backend has not asked. Before configure_read: it leaks the descriptor otherwise.
    if (IoBackend::of(system()) == nullptr && !admit(remote)) {
      close(handle);
      return;
    }
    const ConnectionSerial serial{++last_serial_};
    auto record = std::make_shared<ConnectionRecord>();
    record->serial = serial;
    record->remote = remote;
    record->spoken = spoken;
    record->since = context_.clock.read().monotonic;
    auto connection =
        fork_broker<ConnectionActor, caf::monitored>(*this, handle, shared_, record, *state.peers);
    serials_[connection.id()] = serial;
    ++per_address_[remote];
    state.open[serial] = {std::move(record), Connection(connection)};
    shared_->open = state.open.size();
  }

  void visit_connections(const std::function<void(ConnectionRecord&)>& visit) {
    for (const auto& [serial, connection] : state.open) visit(*connection.record);
  }

  caf::result<ConnectionRowsPtr> gather() {
    Gathering& gathering = state.gathering;
    if (gathering.asked.size() >= inquiries_max) return caf::sec::runtime_error;
    auto promise = make_response_promise<Gathering::Promise>();
    gathering.asked.push_back(promise);
    if (gathering.asked.size() > 1) return promise;
    gathering.rows = std::make_shared<ConnectionRows>();
    gathering.last = {};
    send(this, more_a::value);
    return promise;
  }

  void gather_some() {
    Gathering& gathering = state.gathering;
    if (gathering.asked.empty()) return;
    const ClockReading now = context_.clock.read();
    auto next = state.open.upper_bound(gathering.last);
    for (std::size_t i = 0; i < rows_per_slice && next != state.open.end(); ++i, ++next) {
      gathering.last = next->first;
      if (next->second.record->logic != nullptr)
        gathering.rows->rows.push_back(row_of(next->second, now));
    }
    if (next != state.open.end()) return send(this, more_a::value);
    const ConnectionRowsPtr all = std::exchange(gathering.rows, nullptr);
    for (Gathering::Promise& asked : std::exchange(gathering.asked, {})) asked.deliver(all);
  }

  static ConnectionRow row_of(const OpenConnection& connection, const ClockReading& now) {
    const ConnectionRecord& record = *connection.record;
    ConnectionRow row = record.logic->row(now.monotonic);
    row.serial = record.serial;
    row.actor = connection.handle.id();
    row.is_tls = record.is_tls;
    row.connected_at_ms = now.wall_ms - (now.monotonic - record.since).count();
    return row;
  }

  /// The one place where connections are refused, and counted.
  bool admit(const std::string& remote) {
    if (stopping_) return false;
    const Config& config = context_.config;
    if (config.connections_max != 0 && state.open.size() >= config.connections_max) {
      context_.counters.refused_in_total.add();
      return false;
    }
    const auto found = per_address_.find(remote);
    if (config.connections_per_ip_max != 0 && found != per_address_.end() &&
        found->second >= config.connections_per_ip_max) {
      context_.counters.refused_per_address.add();
      return false;
    }
    return true;
  }

  void on_down(const caf::down_msg& down) {
    const auto serial = serials_.find(down.source.id());
    if (serial == serials_.end()) return;
    const auto found = state.open.find(serial->second);
    if (const auto count = per_address_.find(found->second.record->remote); --count->second == 0) {
      per_address_.erase(count);
    }
    // After everything the connection itself has sent.
    send(state.peers->commit, closed_a::value, serial->second);
    state.open.erase(found);
    shared_->open = state.open.size();
    if (state.leaving.erase(serial->second) > 0) tell_if_left();
    serials_.erase(serial);
    if (stopping_ && state.open.empty()) quit(caf::exit_reason::user_shutdown);
  }

  std::uint64_t shed(std::uint32_t percent) {
    std::uint64_t count = 0;
    for (const auto& [serial, connection] : state.open) {
      const bool has_session = connection.record->session != SessionId{};
      if (!has_session || context_.entropy.number() % 100 >= percent) continue;
      send(connection.handle, dismiss_a::value,
           Dismissal{ErrorCode::not_serving, "this server sheds load; try another server"});
      ++count;
    }
    return count;
  }

  /// First nobody is let in, then those go who are there.
  caf::result<Drained> drain(const Drained& wanted) {
    if (!state.peers) return caf::sec::runtime_error;
    auto promise = make_response_promise<DrainPromise>();
    request(state.peers->commit, caf::infinite, drain_a::value, wanted)
        .then(
            [this, promise](const Drained& now) mutable {
              state.drained = now.drained;
              state.drains.push_back(promise);
              if (now.drained) send_clients_away();
              tell_if_left();
            },
            [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
    return promise;
  }

  void send_clients_away() {
    for (const auto& [serial, connection] : state.open) {
      if (connection.record->session == SessionId{} || !state.leaving.insert(serial).second)
        continue;
      send(connection.handle, dismiss_a::value,
           Dismissal{ErrorCode::not_serving, "this server takes no clients; try another server"});
    }
  }

  void tell_if_left() {
    if (state.drained && !state.leaving.empty()) return;
    for (DrainPromise& asked : std::exchange(state.drains, {}))
      asked.deliver(Drained{state.drained});
  }

  void on_tick() {
    context_.counters.connections_open.set(state.open.size());
    context_.counters.outstanding.set(shared_->outstanding.requests());
    const milliseconds oldest = context_.clock.read().monotonic - context_.config.handshake_timeout;
    for (const auto& [serial, connection] : state.open) {
      if (connection.record->session == SessionId{} && connection.record->since < oldest) {
        send(connection.handle, dismiss_a::value,
             Dismissal{ErrorCode::request_timeout, "no Hello came in time"});
      }
    }
    if (state.drained) send_clients_away();  // Whose session was on its way to them.
    reload_certificates();
    const std::uint64_t refused =
        context_.counters.refused_in_total.get() + context_.counters.refused_per_address.get();
    if (const auto told = std::exchange(refused_told_, refused); told != refused) {
      log_.warn("connections_refused", kv("count", refused - told), kv("open", state.open.size()),
                kv("do", "raise maxClientCnxns or maxCnxns if these clients are yours"));
    }
    if (stopping_ && context_.clock.read().monotonic > goodbyes_until_) cut_off();
    ticker_.rearm(*this);
  }

  void reload_certificates() {
    if (context_.tls == nullptr || ++ticks_ % ticks_per_reload != 0) return;
    const auto reloaded = context_.tls->reload();
    if (!reloaded) {
      log_.error("certificates_not_reloaded", kv("why", reloaded.error().text),
                 kv("do", "mend the file; until then the former certificates are used"));
    } else if (*reloaded == TlsCredentials::Reload::done) {
      log_.info("certificates_reloaded", kv("file", context_.config.tls_certificate_file));
    }
  }

  void stop() {
    if (std::exchange(stopping_, true)) return;
    goodbyes_until_ =
        context_.clock.read().monotonic + goodbyes_max + context_.connection_limits.leaving_max;
    if (state.open.empty()) quit(caf::exit_reason::user_shutdown);
    for (const auto& [serial, connection] : state.open) {
      send(connection.handle, dismiss_a::value,
           Dismissal{ErrorCode::not_serving, "this server stops; try another server"});
    }
  }

  /// Who has not ended by now does not listen to goodbyes.
  void cut_off() {
    for (const auto& [serial, connection] : state.open) {
      send_exit(connection.handle, caf::exit_reason::kill);
    }
    quit(caf::exit_reason::user_shutdown);
  }

  void describe(StateDump& dump) const override {
    dump.add("port", client_.number);
    if (native_.number != 0) dump.add("native_port", native_.number);
    dump.add("accepting", accepting_ && !stopping_);
    dump.add("drained", state.drained);
    dump.add("connections", state.open.size());
    dump.add("addresses", per_address_.size());
    dump.add("leaving", state.leaving.size());
    dump.add("accepted", last_serial_);
    dump.add("refused", context_.counters.refused_in_total.get() +
                            context_.counters.refused_per_address.get());
    dump.add("requests_outstanding", shared_->outstanding.requests());
    dump.add("bytes_outstanding", shared_->outstanding.bytes());
  }

  ServerContext& context_;
  Log log_;
  Port client_;
  Port native_;
  std::shared_ptr<ConnectionShared> shared_;
  Ticker ticker_;
  FlatMap<caf::actor_id, ConnectionSerial> serials_;
  TextMap<std::uint32_t> per_address_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t refused_told_ = 0;
  std::uint64_t ticks_ = 0;
  bool accepting_ = false;
  bool stopping_ = false;
  milliseconds goodbyes_until_{0};
};

}  // namespace

Listener spawn_listener(ServerContext& context, const ClientSockets& sockets) {
  return Listener(spawn_broker<ListenerActor>(context.system, context, sockets));
}

}  // namespace quorate
