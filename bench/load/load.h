// The load: reads and writes over many connections, closed loop or open loop, every reply judged.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/load/session.h"
#include "bench/measure/usage.h"
#include "core/base/histogram.h"
#include "core/base/result.h"

namespace quorate::bench {

struct LoadOptions {
  std::vector<Address> servers;
  Target target = Target::quorate;
  std::size_t connections = 32;
  std::size_t depth = 16;  ///< Unanswered requests per connection, at most.
  std::size_t threads = 1;
  /// Requests per second over all connections, at even intervals (open loop); 0: as fast as they
  /// are answered (closed loop). In an open loop a request's latency begins when it should have
  /// been sent, so that a server that stalls cannot hide the requests that had to wait.
  double rate = 0;
  double read_share = 1;  ///< 0: only setData, 1: only getData.
  std::string prefix = "/quorate-bench";
  std::uint32_t nodes = 10'000;
  std::size_t value_bytes = 100;
  double warmup_s = 1;
  double seconds = 3;
  double patience_s = 10;  ///< For what is unanswered at the end; longer fails the run.
  bool keep = false;       ///< Leave the nodes for the next run.
  std::uint64_t seed = 1;
  std::vector<pid_t> server_pids;   ///< Whose CPU and memory to report.
  std::function<void()> on_window;  ///< Called when the window begins, in the caller's thread.
  /// Once true, the window ends within 0.1 s, and what was counted until then is the result.
  const std::atomic<bool>* stop = nullptr;
};

struct LoadResult {
  std::uint64_t reads = 0;  ///< Right answers within the window.
  std::uint64_t writes = 0;
  Histogram read_ns;
  Histogram write_ns;
  Usage usage;  ///< Over the same window.

  [[nodiscard]] std::uint64_t replies() const { return reads + writes; }
  [[nodiscard]] double per_second() const;
  /// Server CPU per reply; 0 when no process was named.
  [[nodiscard]] double server_cpu_us() const;
};

/// Makes the nodes, opens the sessions, warms up, measures, waits for what is unanswered, ends the
/// sessions and deletes the nodes. Errors: bad_arguments; data_inconsistency with the request,
/// what was expected and what came; whatever broke a connection. A run with a wrong reply has no
/// result.
[[nodiscard]] Result<LoadResult> run_load(const LoadOptions& options);

}  // namespace quorate::bench
