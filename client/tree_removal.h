// Deletes a tree of any size, in steps that the server accepts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "client/client.h"

namespace quorate::client {

/// Told after each step how many nodes are gone; returns whether to go on.
using RemovalProgress = std::function<bool(std::uint64_t removed)>;

/// Deletes `path` and all below it: in one txn when the server allows as many nodes, otherwise
/// branch by branch and leaves by the batch, so that others can see it half done. Returns how many
/// nodes were deleted; nodes that vanish meanwhile are none of ours. Errors: no_node for the root;
/// whatever the server refuses, after which what was deleted stays deleted; operation_timeout when
/// `progress` says stop.
Result<std::uint64_t> remove_tree(Client& client, const std::string& path,
                                  const RemovalProgress& progress = {});

}  // namespace quorate::client
