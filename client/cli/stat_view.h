// How a node's stat is shown.
#pragma once

#include <string>

#include "client/cli/output.h"
#include "core/tree/stat.h"

namespace quorate::cli {

/// Zxids as "epoch.counter" in hex, times in ISO 8601, the owner as ZooKeeper's tools show it.
[[nodiscard]] Json to_json(const Stat& stat);

/// One "name  value" line per field.
[[nodiscard]] std::string to_text(const Stat& stat);

}  // namespace quorate::cli
