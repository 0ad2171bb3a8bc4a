// Gives a reconnected client its watches back, and tells what it missed meanwhile.
#pragma once

#include <vector>

#include "core/commit/local_requests.h"
#include "core/tree/state.h"
#include "core/txn/request.h"
#include "core/watch/watch_table.h"

namespace quorate {

/// Arms every watch of `wanted` whose node has not changed since `relative_zxid`, and returns an
/// event, in the order of the lists and without a zxid, for each that has. Persistent watches are
/// armed without looking: what they missed cannot be known. As when a change happens, nothing is
/// told about a node that exists but may not be READ, and its standard watch is used up. Paths
/// that no node can have are passed over.
///
/// Error quota_exceeded, with nothing armed, when the connection would have too many watches.
[[nodiscard]] Result<std::vector<WatchEvent>> restore_watches(const SetWatches& wanted,
                                                              const State& state,
                                                              WatchTable& watches,
                                                              const CommitLimits& limits,
                                                              const Asker& asker);

}  // namespace quorate
