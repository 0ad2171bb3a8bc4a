// Which figures the console keeps for an hour.
#pragma once

#include <vector>

#include "actors/console/metrics_history.h"
#include "actors/console/process_facts.h"
#include "actors/runtime/io_options.h"
#include "actors/server_context.h"

namespace quorate {

[[nodiscard]] std::vector<Series> metrics_series();

/// A value for each of them, as they are now.
[[nodiscard]] MetricsHistory::Values metrics_now(const ServerContext& context, const IoCounters& io,
                                                 const ProcessFacts& process);

}  // namespace quorate
