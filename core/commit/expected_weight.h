// How much a reply would hold.
#pragma once

#include <cstddef>

#include "core/commit/commit_limits.h"
#include "core/tree/tree.h"
#include "core/txn/request.h"

namespace quorate {

/// What the reply to a read would weigh (reply_weight.h) if it ran now; a guess where names count.
/// Costs a look into the tree for each path.
[[nodiscard]] std::size_t expected_weight(const Operation& operation, const Tree& tree,
                                          const CommitLimits& limits);

}  // namespace quorate
