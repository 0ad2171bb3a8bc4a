#include "actors/system.h"

#include <unistd.h>

#include <atomic>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "actors/log.h"
#include "actors/peers.h"
#include "actors/recovery.h"
#include "actors/runtime/actor_system_setup.h"
#include "actors/runtime/transport.h"
#include "storage/rocks_image.h"
#include "storage/rocks_log.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What a clean stop may take: goodbyes, then the actors.
constexpr milliseconds goodbyes_max{2000};
constexpr milliseconds stop_max{10000};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] ClockReading read() const override {
    using std::chrono::duration_cast;
    return {
        duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
        duration_cast<milliseconds>(steady_clock::now().time_since_epoch())};
  }
};

class ProcessEnding final : public Ending {
 public:
  explicit ProcessEnding(Log& log) : log_(log) {}

 protected:
  void end_now(ExitCode code, std::string_view reason) override {
    log_.error("server_ends", kv("code", static_cast<int>(code)), kv("reason", reason));
    log_.flush();
    ::_exit(static_cast<int>(code));
  }

 private:
  Log& log_;
};

SystemOptions system_options(const Config& config) {
  SystemOptions options;
  options.io = config.io_backend == IoBackendChoice::own ? IoKind::own : IoKind::stock;
  options.io_options.output_limit_bytes = config.output_bytes_max;
  return options;
}

ConnectionLimits connection_limits(const Config& config) {
  ConnectionLimits limits;
  limits.frame_bytes_max = config.frame_bytes_max;
  limits.requests_in_flight_max = config.requests_in_flight_max;
  limits.bytes_in_flight_max = config.bytes_in_flight_max;
  limits.output_bytes_max = config.output_bytes_max;
  limits.session_timeout_min = config.session_timeout_min;
  limits.session_timeout_max = config.session_timeout_max;
  return limits;
}

CommitLimits commit_limits(const Config& config) {
  CommitLimits limits;
  limits.pending_requests_max = config.requests_in_flight_max * 2;
  limits.watches_max = config.watches_per_connection_max;
  limits.reply_bytes_max = config.frame_bytes_max;
  return limits;
}

/// The stores of a server, opened in the order in which they depend on each other.
struct Stores {
  std::unique_ptr<RocksLog> log;
  std::unique_ptr<SnapshotStore> image;
};

Result<Stores> open_stores(const Config& config) {
  std::error_code failed;
  for (const std::string& directory : {config.data_dir, config.data_log_dir}) {
    std::filesystem::create_directories(directory, failed);
    if (failed) {
      return Error{ErrorCode::io_error, "cannot make the directory " + directory + ": " +
                                            failed.message() + "; check its parent and rights"};
    }
  }
  Stores stores;
  RocksLogSettings settings;
  settings.directory = config.data_log_dir + "/log";
  settings.fence_path = config.data_dir + "/fence";
  auto log = RocksLog::open(std::move(settings));
  if (!log) return log.error();
  stores.log = std::move(*log);
  RocksImageSettings image_settings;
  image_settings.directory = config.data_dir + "/image";
  auto image = std::filesystem::exists(image_settings.directory)
                   ? RocksImage::open(image_settings)
                   : RocksImage::create(image_settings);
  if (!image) return image.error();
  stores.image = std::move(*image);
  return stores;
}

class RunningSystem final : public System {
 public:
  RunningSystem(const Config& config, Log& log, Stores stores, Recovered recovered,
                ListeningSocket socket)
      : stores_(std::move(stores)),
        ending_(log),
        system_config_(system_options(config)),
        system_(std::make_unique<caf::actor_system>(system_config_)),
        context_{*system_, config,  recovered.promises.incarnation, clock_, entropy_,
                 log,      ending_, connection_limits(config),      {}} {
    const ServerId self = config.server_id;
    CommitMachine machine(std::move(recovered.state), self, recovered.promises.incarnation,
                          commit_limits(config), entropy_.number());
    Peers peers;
    peers.journal = spawn_journal(context_, *stores_.log);
    peers.proposal = spawn_proposal(context_, std::move(recovered.standing));
    peers.commit = spawn_commit(context_, std::move(machine));
    peers.session_tracker = spawn_session_tracker(context_);
    peers.snapshotter = spawn_snapshotter(context_, *stores_.image, *stores_.log);
    peers.listener = spawn_listener(context_, socket.fd.release());
    peers_ = std::make_shared<const Peers>(std::move(peers));
    for_each_peer([this](const auto& peer) { caf::anon_send(peer, meet_a::value, peers_); });
  }

  ~RunningSystem() override { stop(); }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    std::thread([] {
      // Whatever hangs has nothing left to lose: all that was acknowledged is on disk.
      std::this_thread::sleep_for(stop_max);
      ::_exit(static_cast<int>(ExitCode::ok));
    }).detach();
    caf::anon_send(peers_->listener, stop_a::value);
    const auto deadline = steady_clock::now() + goodbyes_max;
    const auto& counters = *system_config_.io_counters();
    while (counters.accepted_open.get() > 0 && steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    for_each_peer(
        [](const auto& peer) { caf::anon_send_exit(peer, caf::exit_reason::user_shutdown); });
    peers_.reset();
    system_.reset();
    stores_.image.reset();
    stores_.log.reset();
  }

 private:
  template <class F>
  void for_each_peer(F&& visit) {
    visit(peers_->journal);
    visit(peers_->proposal);
    visit(peers_->commit);
    visit(peers_->session_tracker);
    visit(peers_->snapshotter);
    visit(peers_->listener);
  }

  Stores stores_;
  SystemClock clock_;
  SystemEntropy entropy_;
  ProcessEnding ending_;
  SystemConfig system_config_;
  std::unique_ptr<caf::actor_system> system_;
  ServerContext context_;
  PeersPtr peers_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<System>> start_system(const Config& config, Log& log) {
  auto socket = listen_tcp(config.client_address, config.client_port, "client port");
  if (!socket) return socket.error();
  auto stores = open_stores(config);
  if (!stores) return stores.error();

  SystemEntropy entropy;
  ClusterId new_cluster = entropy.session_password();
  const auto start = steady_clock::now();
  auto recovered =
      recover(*stores->log, *stores->image, config.server_id, new_cluster, entropy.number());
  if (!recovered) return recovered.error();
  log.info("recovered", kv("zxid", recovered->standing.history.zxid),
           kv("image", recovered->image_zxid), kv("records", recovered->records_replayed),
           kv("torn_tail", recovered->torn_tail), kv("znodes", recovered->state.tree().size()),
           kv("ms", std::chrono::duration_cast<milliseconds>(steady_clock::now() - start).count()));
  return {std::make_unique<RunningSystem>(config, log, std::move(*stores), std::move(*recovered),
                                          std::move(*socket))};
}

}  // namespace quorate
