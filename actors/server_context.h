// What every actor of a server may use: configuration, clocks, secrets, counters, the way out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/connection_logic.h"
#include "actors/counters.h"
#include "actors/credentials.h"
#include "actors/election_timeline.h"
#include "actors/log.h"
#include "actors/notice_board.h"
#include "actors/slow_requests.h"
#include "actors/stage_clock.h"
#include "config/config.h"
#include "config/load.h"
#include "core/base/ids.h"
#include "core/zab/standing.h"

namespace caf {
class actor_system;
}

namespace quorate {

class Divergences;
class LastWords;
class RoomKeeper;
class SnapshotStore;
class Store;
class TlsCredentials;
class Transport;
class TxnLog;

/// Where time comes from; a port, so that a simulation can hold it.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual ClockReading read() const = 0;
  /// The monotonic clock alone, as exactly as it can be read.
  [[nodiscard]] virtual std::chrono::microseconds fine() const { return read().monotonic; }
};

/// How a process ends, as its exit code says.
enum class ExitCode : int {
  ok = 0,
  refused = 1,     ///< Configuration, port or store: nothing was started.
  durability = 3,  ///< The disk failed: what was not acknowledged may be lost.
  broken = 4,      ///< A part died that cannot be restarted.
};

/// Ends the process; a port, so that in a simulation only one server dies.
class Ending {
 public:
  virtual ~Ending() = default;
  /// Logs the reason and ends at once, without unwinding: what is not on disk is given up.
  [[noreturn]] void end(ExitCode code, std::string_view reason) {
    end_now(code, reason);
    std::abort();
  }

  /// Asks for the server to be stopped in order and started anew from what is on its disk now.
  /// Returns at once; what runs must do no harm until it is stopped.
  virtual void start_over(std::string_view reason) = 0;

  /// Asks for the server to be stopped in order, as by whoever started it. Returns at once.
  virtual void stop(std::string_view reason) = 0;

 protected:
  virtual void end_now(ExitCode code, std::string_view reason) = 0;
};

/// One per server; outlives its actors.
struct ServerContext {
  caf::actor_system& system;
  const Config& config;
  Incarnation incarnation;
  const Clock& clock;
  Entropy& entropy;
  Log log;  ///< Each actor logs as a component of it.
  Ending& ending;
  ConnectionLimits connection_limits;
  ServerCounters counters;
  TlsCredentials* tls = nullptr;    ///< Null: no client can speak TLS.
  bool own_threads = true;          ///< For actors that block; not in simulations and tests.
  LastWords* last_words = nullptr;  ///< Where there is a disk to leave them on.
  // What other servers are sent, and where what they send is kept; null where there are none.
  const TxnLog* txn_log = nullptr;
  const SnapshotStore* image = nullptr;
  Store* store = nullptr;
  Transport* transport = nullptr;  ///< To the other servers; null without any.
  RoomKeeper* room = nullptr;      ///< Likewise; used by the journal alone.
  NoticeBoard board{};             ///< How things stand, for whoever asks.
  ElectionTimeline timeline{};     ///< What became of its role, likewise.
  StageClock stages{};             ///< When writes came how far.
  SlowRequests slow_requests{};    ///< Likewise, for whoever asks.
  /// Has promised nothing to anybody and may still find its ensemble. The journal takes it back.
  std::atomic<bool> is_new = false;
  const Divergences* divergences = nullptr;  ///< Where there is a disk to note them on.
  std::chrono::milliseconds started{0};      ///< On the monotonic clock.
  ConfigOrigins config_origins{};
};

}  // namespace quorate
