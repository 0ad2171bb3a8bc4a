// The load of changes other than setData: creates, nodes that come and go, multis.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/session.h"
#include "bench/measure/usage.h"
#include "core/base/histogram.h"
#include "core/base/result.h"

namespace quorate::bench {

enum class ChangeKind : std::uint8_t {
  create,  ///< Every operation a new node.
  churn,   ///< A new node, then its deletion; each counts as an operation.
  multi,   ///< So many setData as one.
};

struct ChangeOptions {
  std::vector<Address> servers;
  ChangeKind kind = ChangeKind::create;
  std::size_t connections = 32;
  std::size_t depth = 16;       ///< Unanswered operations per connection.
  std::size_t multi_size = 10;  ///< Operations of a multi.
  std::string prefix = "/quorate-bench";
  std::size_t value_bytes = 100;
  double warmup_s = 1;
  double seconds = 3;
  std::vector<pid_t> server_pids;
};

struct ChangeResult {
  std::uint64_t operations = 0;  ///< Right answers within the window.
  Histogram latency_ns;
  Usage usage;
};

/// A closed loop; every reply is judged (paths, versions, zxids), and the nodes are deleted at the
/// end. Errors: bad_arguments, data_inconsistency, whatever broke a connection.
[[nodiscard]] Result<ChangeResult> run_changes(const ChangeOptions& options);

}  // namespace quorate::bench
