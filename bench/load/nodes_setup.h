// Making, checking and removing the znodes of a run.
#pragma once

#include <string>
#include <vector>

#include "bench/load/control.h"
#include "bench/load/node_set.h"
#include "core/tree/stat.h"

namespace quorate::bench {

/// Creates what is missing of the prefix and what is above it.
Status make_parents(Control& control, const std::string& prefix);

/// Creates what is missing, the prefix and its parents included, and sets what holds anything but
/// the value of its version; what is right is only read. Returns every node's stat.
[[nodiscard]] Result<std::vector<Stat>> make_nodes(Control& control, const NodeSet& nodes);

/// Reads every node and compares its data with the value of its version: what a crash or a restart
/// must not change. Error data_inconsistency names the first that differs.
Status check_nodes(Control& control, const NodeSet& nodes);

/// Deletes the nodes and the prefix; what isn't there is no error.
Status remove_nodes(Control& control, const NodeSet& nodes);

/// The same, in a session of their own with the first of the servers.
[[nodiscard]] Result<std::vector<Stat>> make_nodes(const std::vector<Address>& servers,
                                                   const NodeSet& nodes);
Status check_nodes(const std::vector<Address>& servers, const NodeSet& nodes);
Status remove_nodes(const std::vector<Address>& servers, const NodeSet& nodes);

}  // namespace quorate::bench
