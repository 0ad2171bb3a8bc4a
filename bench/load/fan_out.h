// Fan-out: many sessions watch one node, one session writes it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "bench/load/session.h"
#include "bench/measure/usage.h"
#include "core/base/histogram.h"

namespace quorate::bench {

struct FanOutOptions {
  std::vector<Address> servers;
  Target target = Target::quorate;
  std::size_t watchers = 1'000;
  std::size_t rounds = 7;
  std::size_t value_bytes = 100;
  std::string prefix = "/quorate-bench";
  bool keep = false;
  std::vector<pid_t> server_pids;
};

/// Times are counted from the moment the writer sends.
struct FanOutResult {
  Histogram reply_alone_ns;    ///< The writer's reply when nobody watches.
  Histogram reply_watched_ns;  ///< The writer's reply when all watch.
  Histogram event_ns;          ///< Each event.
  Histogram last_event_ns;     ///< The last event of each round.
  std::uint64_t events = 0;
  Nanoseconds server_cpu_ns = 0;  ///< From the watched writes to their last events.
  std::string_view cpu_source;
  double others_cores = 0;
};

/// Each round: one write that nobody watches, then every watcher arms a watch that fires once, then
/// one write and as many events. Judged: every reply, that each watcher is told exactly once, of
/// the right node and the right zxid.
[[nodiscard]] Result<FanOutResult> run_fan_out(const FanOutOptions& options);

}  // namespace quorate::bench
