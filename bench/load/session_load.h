// What sessions cost: opening many, holding many, and opening and ending them without pause.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/load/session.h"
#include "bench/measure/usage.h"
#include "core/base/histogram.h"

namespace quorate::bench {

struct IdleOptions {
  std::vector<Address> servers;
  std::size_t count = 1'000;
  std::size_t under_way_max = 64;
  double hold_s = 2;  ///< Held for at least so long; the server's memory is read at the end.
  /// Each session is pinged once in so many seconds, one after the other at even intervals.
  double ping_interval_s = 10;
  std::function<void()> on_held;  ///< Called when all are open.
  std::vector<pid_t> server_pids;
};

struct IdleResult {
  std::size_t sessions = 0;
  Nanoseconds opening_ns = 0;      ///< For all of them.
  Histogram welcome_ns;            ///< Of each, from its connect to `welcome`.
  Nanoseconds opening_cpu_ns = 0;  ///< Of the server.
  std::uint64_t resident_before_bytes = 0;
  std::uint64_t resident_after_bytes = 0;  ///< While all are held.
  Histogram ping_ns;  ///< From when a ping was due to its reply: a late one is not flattered.
  double others_cores = 0;

  [[nodiscard]] double opened_per_second() const;
};

/// Opens `count` sessions as fast as the servers let, holds them (pings keep them alive), ends
/// them. Error operation_timeout when a ping is unanswered for ten seconds at the end.
[[nodiscard]] Result<IdleResult> run_idle(const IdleOptions& options);

struct StormOptions {
  std::vector<Address> servers;
  std::size_t concurrency = 64;  ///< Sessions being opened or ended at one time.
  double seconds = 3;
  /// Each session creates an ephemeral below the prefix, which goes with it: the next one of the
  /// same place creates it anew, and would fail if it were still there.
  bool ephemeral = false;
  std::string prefix = "/quorate-bench";
  std::vector<pid_t> server_pids;
};

struct StormResult {
  std::uint64_t sessions = 0;  ///< Opened, ended, and closed by the server, within the window.
  Histogram life_ns;           ///< From the connect to the end of the connection.
  Usage usage;
};

/// Connect, hello, welcome, with ephemerals create and reply, closeSession, reply, end of the
/// connection; then the next.
[[nodiscard]] Result<StormResult> run_storm(const StormOptions& options);

}  // namespace quorate::bench
