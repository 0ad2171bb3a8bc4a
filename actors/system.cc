#include "actors/system.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "actors/boot.h"
#include "actors/console/audit.h"
#include "actors/console/spawn_console.h"
#include "actors/crash_words.h"
#include "actors/held_server.h"
#include "actors/log.h"
#include "actors/long_text.h"
#include "actors/peer_key.h"
#include "actors/room_keeper.h"
#include "actors/runtime/actor_system_setup.h"
#include "actors/runtime/bounded_exit.h"
#include "actors/runtime/tcp_transport.h"
#include "actors/runtime/transport.h"
#include "actors/supervisor.h"
#include "actors/tls/tls_credentials.h"
#include "core/base/ids.h"
#include "storage/divergences.h"
#include "storage/last_words.h"
#include "storage/rocks_store.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How often a server that is held says so.
constexpr milliseconds complain_every{60000};

/// What a clean stop may take.
constexpr milliseconds stop_max{10000};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] ClockReading read() const override {
    using std::chrono::duration_cast;
    return {
        duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
        duration_cast<milliseconds>(steady_clock::now().time_since_epoch())};
  }
  [[nodiscard]] std::chrono::microseconds fine() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        steady_clock::now().time_since_epoch());
  }
};

class ProcessEnding final : public Ending {
 public:
  explicit ProcessEnding(Log log) : log_(std::move(log)) {}

  void start_over(std::string_view reason) override {
    log_.info("starts_over", kv("reason", reason));
    ::kill(::getpid(), start_over_signal);
  }

  void stop(std::string_view reason) override {
    log_.info("stops", kv("reason", reason));
    ::kill(::getpid(), SIGTERM);
  }

 protected:
  void end_now(ExitCode code, std::string_view reason) override {
    log_.error("server_ends", kv("code", static_cast<int>(code)), kv("reason", reason));
    log_.flush();
    ::_exit(static_cast<int>(code));
  }

 private:
  Log log_;
};

SystemOptions system_options(const Config& config) {
  SystemOptions options;
  options.io = config.io_backend == IoBackendChoice::own ? IoKind::own : IoKind::stock;
  options.io_options.output_limit_bytes = config.output_bytes_max;
  return options;
}

FourLetterWords answered_words(const Config& config) {
  FourLetterWords words =
      four_letter_words(config.four_letter_words).value();  // Loading has checked it.
  if (config.read_only_mode) words.add(FourLetterWord::isro);
  return words;
}

ConnectionLimits connection_limits(const Config& config) {
  ConnectionLimits limits;
  limits.frame_bytes_max = config.frame_bytes_max;
  limits.requests_in_flight_max = config.requests_in_flight_max;
  limits.bytes_in_flight_max = config.bytes_in_flight_max;
  limits.output_bytes_max = config.output_bytes_max;
  limits.session_timeout_min = config.session_timeout_min;
  limits.session_timeout_max = config.session_timeout_max;
  if (config.enforce_auth) limits.schemes_required = *auth_schemes(config.enforce_auth_schemes);
  limits.words = answered_words(config);
  return limits;
}

CommitLimits commit_limits(const Config& config) {
  CommitLimits limits;
  limits.pending_requests_max = std::size_t{2} * config.requests_in_flight_max;
  limits.watches_max = config.watches_per_connection_max;
  limits.reply_bytes_max = config.frame_bytes_max;
  limits.unread_bytes_max = config.output_bytes_max;
  return limits;
}

SessionRules session_rules(const Config& config) {
  return {config.local_sessions, config.local_sessions_upgrade, config.tick_time};
}

RoomKeeperSettings room_settings(const Config& config, const RocksStore& store) {
  return {config.data_log_dir,
          config.data_dir,
          store.reserve_path(),
          {config.disk_low_bytes, config.disk_resume_bytes, config.disk_reserve_bytes}};
}

/// Who decides: this server alone, or the voters of the configuration.
Quorum quorum_of(const Config& config) {
  const Membership& membership = config.membership;
  if (membership.members.empty()) return Quorum(ServerSet{config.server_id});
  const auto weight = [&membership](ServerId server) {
    const auto found = membership.weights.find(server);
    return found == membership.weights.end() ? 1U : found->second;
  };
  std::vector<Quorum::Weights> groups(1);
  for (const auto& [number, servers] : membership.groups) {
    for (const ServerId server : servers) groups.back()[server] = weight(server);
    groups.emplace_back();
  }
  for (const auto& [id, member] : membership.members) {
    if (membership.groups.empty() && member.role == MemberRole::participant)
      groups.back()[id] = weight(id);
  }
  return Quorum(groups);
}

/// Loaded at start; its last flush may be slow so that writes beside it are not.
constexpr std::uint64_t image_bytes_per_second = std::uint64_t{64} << 20;

struct Sockets {
  ListeningSocket client;
  std::optional<ListeningSocket> native;  ///< Where Cap'n Proto alone is spoken.
  std::optional<ListeningSocket> peer;    ///< Where other servers connect, if there are any.
};

/// Bound before the store is opened: a port in use is refused before anything starts.
Result<Sockets> bind_sockets(const Config& config) {
  auto client = listen_tcp(config.client_address, config.client_port, "client port");
  if (!client) return client.error();
  Sockets sockets{*std::move(client), std::nullopt, std::nullopt};
  if (config.native_port != 0) {
    auto native = listen_tcp(config.client_address, config.native_port, "native port");
    if (!native) return native.error();
    sockets.native = *std::move(native);
  }
  if (config.membership.members.size() <= 1) return sockets;
  const auto own = config.membership.members.find(config.server_id);
  if (own == config.membership.members.end()) {
    return Error{ErrorCode::bad_arguments, "there are server lines, but none for this server, " +
                                               std::to_string(config.server_id.value)};
  }
  const PeerAddress& address = own->second.addresses.front();
  auto peer = listen_tcp(address.host, address.quorum_port, "peer port");
  if (!peer) return peer.error();
  sockets.peer = *std::move(peer);
  return sockets;
}

/// Null where no certificate is set.
Result<std::unique_ptr<TlsCredentials>> tls_credentials(const Config& config) {
  if (config.tls_certificate_file.empty()) return std::unique_ptr<TlsCredentials>();
  return TlsCredentials::load({config.tls_certificate_file, config.tls_key_file,
                               config.tls_client_ca_file, config.tls_client_auth});
}

/// Of a fresh store: random for a server alone, the same on all servers of an ensemble.
ClusterId new_cluster_id(const Config& config, Entropy& entropy) {
  if (config.membership.members.size() <= 1) return entropy.session_password();
  std::string lines;
  for (const auto& [key, value] : membership_lines(config.membership))
    lines += key + "=" + value + "\n";
  return cluster_id_of(lines);
}

/// Seconds since 2020: more than a server whose disk was lost can have started since then. Ids of
/// sessions hold 24 bits of it, half a year.
Incarnation first_incarnation() {
  constexpr std::chrono::sys_days begin{std::chrono::year{2020} / 1 / 1};
  const auto age = std::chrono::system_clock::now() - begin;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  return Incarnation{static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0))};
}

/// Its cluster id is only what its own configuration suggests, and that of the others may have been
/// another one when they began.
bool is_new(const Config& config, const Boot& boot) {
  const Promises& promises = boot.promises;
  return config.cluster_id.empty() && promises.accepted_epoch == Epoch{} &&
         !promises.recovering_to && boot.outline.ends.back().zxid == Zxid{};
}

class RunningSystem final : public System {
 public:
  RunningSystem(const Config& config, const Log& log, std::unique_ptr<Store> store,
                std::unique_ptr<LastWords> words, std::unique_ptr<RoomKeeper> room, Boot boot,
                Sockets sockets, std::unique_ptr<TlsCredentials> tls, std::string peer_key,
                const ConfigOrigins& origins, bool has_differed)
      : divergences_(config.data_dir, config.data_log_dir),
        store_(std::move(store)),
        words_(std::move(words)),
        room_(std::move(room)),
        txn_log_(std::move(boot.log)),
        image_(std::move(boot.image)),
        tls_(std::move(tls)),
        ending_(log),
        system_config_(system_options(config)),
        system_(std::make_unique<caf::actor_system>(system_config_)),
        context_{*system_,
                 config,
                 boot.promises.incarnation,
                 clock_,
                 entropy_,
                 log,
                 ending_,
                 connection_limits(config),
                 {},
                 tls_.get(),
                 true,
                 words_.get(),
                 txn_log_.get(),
                 image_.get(),
                 store_.get(),
                 &transport_,
                 room_.get()} {
    CommitMachine machine(std::move(boot.state), config.server_id, boot.promises.incarnation,
                          commit_limits(config), entropy_.number(), session_rules(config));
    machine.mark_applies(words_->mark());
    const ClientSockets client_sockets{sockets.client.fd.release(),
                                       sockets.native ? sockets.native->fd.release() : -1};
    const int peer_socket = sockets.peer ? sockets.peer->fd.release() : -1;
    const PeerIdentity identity{boot.promises.cluster, config.server_id, boot.promises.incarnation,
                                std::move(peer_key)};
    context_.is_new = is_new(config, boot);
    context_.divergences = &divergences_;
    context_.started = clock_.read().monotonic;
    context_.config_origins = origins;
    if (has_differed) context_.counters.digests_different.add();
    Standing standing = take_standing(boot, config.server_id, quorum_of(config));
    standing.times.establish = config.tick_time * config.init_limit_ticks;
    supervisor_ = spawn_supervisor(
        context_, ServerParts{*store_, *txn_log_, *image_, std::move(machine), quorum_of(config),
                              identity, peer_socket, std::move(standing),
                              [client_sockets](ServerContext& context) {
                                return spawn_listener(context, client_sockets);
                              },
                              console_of(config)});
  }

  /// Empty: there shall be none.
  std::function<Console(ServerContext&, const Supervisor&)> console_of(const Config& config) {
    if (!config.console_enabled) return {};
    auto audit = AuditLog::open(config.data_dir);
    if (!audit) {
      context_.log.error("console_not_served", kv("reason", audit.error().text),
                         kv("do", "mend the audit log: nothing may be done without a note of it"));
      return {};
    }
    return [log = std::shared_ptr<AuditLog>(*std::move(audit))](ServerContext& context,
                                                                const Supervisor& supervisor) {
      return spawn_console(context, {supervisor, log});
    };
  }

  ~RunningSystem() override {
    stop();
    leave_last_words(nullptr);
  }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    // Whatever hangs has nothing left to lose: all that was acknowledged is on disk.
    const BoundedExit bound(stop_max, static_cast<int>(ExitCode::ok), [this] {
      std::string alive;
      for (const ActorSnapshot& actor : system_config_.registry()->list())
        if (actor.alive) alive += actor.name + " ";
      context_.log.warn("stop_cut_short", kv("after_ms", stop_max), kv("alive", alive));
      context_.log.flush();
    });
    // The handle is kept until then: an actor that nobody refers to ends at once.
    {
      caf::scoped_actor self{*system_};
      self->send(*supervisor_, stop_a::value);
      self->wait_for(*supervisor_);
    }
    supervisor_.reset();
    // Dials under way refer to actors; nobody waits for them any more.
    transport_.close();
    system_.reset();
    image_.reset();
    txn_log_.reset();
    store_.reset();
  }

 private:
  Divergences divergences_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LastWords> words_;
  std::unique_ptr<RoomKeeper> room_;
  std::unique_ptr<DurableLog> txn_log_;
  std::unique_ptr<SnapshotStore> image_;
  std::unique_ptr<TlsCredentials> tls_;
  SystemClock clock_;
  TcpTransport transport_;
  SystemEntropy entropy_;
  ProcessEnding ending_;
  SystemConfig system_config_;
  std::unique_ptr<caf::actor_system> system_;
  ServerContext context_;
  std::optional<Supervisor> supervisor_;
  bool stopped_ = false;
};

/// Up, so that nobody starts it again and again, but serving nobody: before a record that it cannot
/// apply, or with a state that goes wrong again and again.
class HeldSystem final : public System {
 public:
  HeldSystem(std::unique_ptr<Store> store, std::unique_ptr<HeldServer> server)
      : store_(std::move(store)), server_(std::move(server)) {}

  void stop() override { server_.reset(); }

 private:
  std::unique_ptr<Store> store_;  ///< With its lock: nobody else may use the directory.
  std::unique_ptr<HeldServer> server_;
};

Result<std::unique_ptr<System>> hold(const Log& log, std::unique_ptr<Store> store,
                                     const HeldRecord& held, const std::string& words_path,
                                     ListeningSocket socket, const FourLetterWords& answered) {
  auto server = HeldServer::start(
      std::move(socket.fd),
      {"this server waits for its operator before a record that it cannot apply; try another "
       "server",
       answered},
      complain_every, [log, held, words_path] {
        log.error("held_before_record", kv("zxid", held.at.zxid),
                  kv("hash", fmt::format("{:016x}", held.at.chain)), kv("deaths", held.words.times),
                  kv("broke_with", held.words.rule),
                  kv("do",
                     "stop this server and install a version that applies the record; to let it "
                     "try, remove " +
                         words_path));
      });
  if (!server) return server.error();
  return {std::make_unique<HeldSystem>(std::move(store), *std::move(server))};
}

Result<std::unique_ptr<System>> hold(const Log& log, std::unique_ptr<Store> store,
                                     const DivergenceNote& found, const DivergenceNote& before,
                                     const std::string& last_path, ListeningSocket socket,
                                     const FourLetterWords& answered) {
  auto server = HeldServer::start(
      std::move(socket.fd),
      {"this server waits for its operator: its state has gone wrong twice; try another server",
       answered},
      complain_every, [log, found, before, last_path] {
        log.error("held_after_divergence", kv("zxid", found.zxid),
                  kv("digest", fmt::format("{:016x}", found.digest)),
                  kv("expected", fmt::format("{:016x}", found.expected)),
                  kv("before_s", (found.wall_ms - before.wall_ms) / 1000),
                  kv("do",
                     "what it was given anew went wrong again: stop this server, look for a fault "
                     "of its memory or install another version; to let it try, remove " +
                         last_path));
      });
  if (!server) return server.error();
  return {std::make_unique<HeldSystem>(std::move(store), *std::move(server))};
}

/// Puts aside what a server had whose state was found to be wrong; whoever stops in between goes on
/// from there. What is left is the fence, from which the log is made anew, to be repaired by the
/// others.
Status set_aside(const Log& log, const Divergences& divergences, const DivergenceNote& found) {
  const auto steps = divergences.steps(found);
  if (!steps) return steps.error();
  for (const SetAsideStep& step : *steps) {
    if (step.kind == SetAsideStep::Kind::remove)
      log.warn("removes_older_divergence", kv("directory", step.from));
    if (const Status done = carry_out(step); !done) return done;
  }
  log.info("set_aside", kv("zxid", found.zxid), kv("name", found.aside()));
  return {};
}

}  // namespace

Result<std::unique_ptr<System>> start_system(const Config& config, const Log& log,
                                             const ConfigOrigins& origins) {
  auto peer_key = read_peer_key(config.peer_key_file);
  if (!peer_key) return peer_key.error();
  auto tls = tls_credentials(config);
  if (!tls) return tls.error();
  auto sockets = bind_sockets(config);
  if (!sockets) return sockets.error();
  const auto start = steady_clock::now();
  auto store = RocksStore::open({config.data_dir, config.data_log_dir, image_bytes_per_second});
  if (!store) return store.error();

  const Divergences divergences(config.data_dir, config.data_log_dir);
  const auto wrong = divergences.pending();
  if (!wrong) return wrong.error();
  if (*wrong) {
    const auto before = divergences.last();
    if (!before) return before.error();
    if (*before && is_too_soon(**wrong, **before)) {
      return hold(log, *std::move(store), **wrong, **before, divergences.last_path(),
                  std::move(sockets->client), answered_words(config));
    }
    if (const Status done = set_aside(log, divergences, **wrong); !done) return done.error();
  }
  SystemEntropy entropy;
  // Before anything is written: on a full disk the start needs the reserve.
  auto room = std::make_unique<RoomKeeper>(room_settings(config, **store), log.component("room"));
  room->look();
  auto words = LastWords::open((*store)->last_words_path());
  if (!words) return words.error();
  leave_last_words(words->get());
  std::optional<ClusterId> cluster;
  if (!config.cluster_id.empty()) cluster = cluster_id_of(config.cluster_id);
  const bool has_peers = sockets->peer.has_value();
  auto booted =
      boot(**store, config.server_id, {new_cluster_id(config, entropy), first_incarnation()},
           entropy.number(), **words, cluster, {has_peers});
  if (!booted) {
    leave_last_words(nullptr);
    return booted.error();
  }
  for (const std::string& text : booted->warnings) {
    const auto [warning, more] = in_two_values(text);
    if (more.empty()) {
      log.warn("store", kv("warning", warning));
    } else {
      log.warn("store", kv("warning", warning), kv("more", more));
    }
  }
  if (booted->held) {
    leave_last_words(nullptr);
    return hold(log, *std::move(store), *booted->held, (*words)->path(), std::move(sockets->client),
                answered_words(config));
  }
  log.info("recovered", kv("zxid", booted->outline.ends.back().zxid),
           kv("image", booted->image_zxid), kv("records", booted->records_replayed),
           kv("znodes", booted->state.tree().size()),
           kv("ms", std::chrono::duration_cast<milliseconds>(steady_clock::now() - start)));
  return {std::make_unique<RunningSystem>(
      config, log, *std::move(store), *std::move(words), std::move(room), *std::move(booted),
      *std::move(sockets), *std::move(tls), *std::move(peer_key), origins, wrong->has_value())};
}

}  // namespace quorate
