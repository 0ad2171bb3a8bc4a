// When does a server serve? Asked without pause, from before it listens.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/session.h"

namespace quorate::bench {

struct ProbeOptions {
  Address server;
  std::string path = "/";
  bool must_exist = false;  ///< `no_node` is no answer: the server has to know the path.
  double patience_s = 60;
};

struct ProbeResult {
  Nanoseconds served_at = 0;  ///< On CLOCK_MONOTONIC: the first read was answered.
  std::uint64_t attempts = 0;
};

/// Connects, opens a session and reads `path`, again and again every millisecond, until the read is
/// answered `ok`, or `no_node` where that will do. Error operation_timeout with the last refusal.
[[nodiscard]] Result<ProbeResult> run_probe(const ProbeOptions& options);

}  // namespace quorate::bench
