// What depends on more than one option: derived defaults and contradictions.
#pragma once

#include <string>
#include <vector>

#include "config/load.h"

namespace quorate {

/// Fills in what is derived from other values where nobody set it: the log directory, session
/// time-outs in ticks, byte limits that must hold a frame. Records how in `loaded.origins`.
void derive_defaults(LoadedConfig& loaded);

/// Where the address of the console came by ZooKeeper's name, and lets others in without what that
/// needs, serves the console on this machine alone and says so in `loaded.notices`: ZooKeeper's
/// files say 0.0.0.0, and shall not keep the server from starting. After derive_defaults().
void keep_console_local(LoadedConfig& loaded);

/// Contradictions between values, each a line naming both with their origins. Empty: none.
[[nodiscard]] std::vector<std::string> contradictions(const LoadedConfig& loaded);

}  // namespace quorate
