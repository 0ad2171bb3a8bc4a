// Judges what servers and machines say of themselves. Decides only; asks nobody.
#pragma once

#include <vector>

#include "client/cli/doctor/finding.h"

namespace quorate::cli {

/// Quorum, leader, links, versions, configurations side by side.
[[nodiscard]] std::vector<Finding> check_ensemble(const Facts& facts);
/// One server: reach, state, clock, disk, sync, descriptors, memory, checkpoints, actors.
[[nodiscard]] std::vector<Finding> check_server(const Facts& facts, const ServerFacts& server);
/// This machine, and the certificates on the way.
[[nodiscard]] std::vector<Finding> check_machine(const Facts& facts);

/// All of them, the worst first.
[[nodiscard]] std::vector<Finding> check_all(const Facts& facts);

}  // namespace quorate::cli
