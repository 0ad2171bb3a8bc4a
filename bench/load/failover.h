// How long writes stop when a server is killed.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/session.h"
#include "bench/measure/usage.h"

namespace quorate::bench {

struct FailoverOptions {
  std::vector<Address> servers;  ///< The clients' first connections are spread over them in turn.
  std::string victim;            ///< One of them, as it was given.
  pid_t victim_pid = 0;          ///< Killed with SIGKILL.
  std::size_t connections = 30;
  std::size_t depth = 16;
  double warmup_s = 1;  ///< From when all write to the kill.
  double patience_s = 30;
  std::string prefix = "/quorate-bench";
  std::size_t value_bytes = 100;
  bool keep = false;
  std::vector<pid_t> server_pids;  ///< Of the servers that stay; only to tell what others used.
};

/// How long a group of clients was without an acknowledged write, from the kill on. Only writes
/// count that were sent after the victim was gone: what it had committed before may be
/// acknowledged late.
struct Outage {
  std::size_t clients = 0;
  Nanoseconds first_ns = 0;  ///< Until the first of them had one.
  Nanoseconds last_ns = 0;   ///< Until each had one.
};

struct FailoverResult {
  Outage survivors;         ///< Clients that were connected to the servers that stay.
  Outage victims;           ///< Clients that were connected to the victim.
  Nanoseconds gone_ns = 0;  ///< From the kill until the process was gone.
  std::uint64_t writes = 0;
  std::uint64_t reconnects = 0;  ///< Attempts, failed ones included.
  double others_cores = 0;       ///< From the kill on.
};

/// Each client writes a node of its own without pause; what breaks after the kill is connected
/// anew, with the same session, to the next server. Judged: every reply, and on every new
/// connection that no acknowledged write is lost and none was executed that was not sent. Errors:
/// bad_arguments; whatever broke before the kill; data_inconsistency; operation_timeout, when not
/// all clients write again.
[[nodiscard]] Result<FailoverResult> run_failover(const FailoverOptions& options);

}  // namespace quorate::bench
