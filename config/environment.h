// Variables as settings: QUORATE_* for every key, ZOO_* as the official ZooKeeper image knows them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.h"

namespace quorate {

struct EnvironmentSettings {
  std::vector<ConfigSetting> zoo;
  std::vector<ConfigSetting> own;
  std::vector<std::string> notices;
  std::vector<std::string> problems;  ///< Lines for the error: unknown variables and the like.
};

/// Picks the settings out of all variables of a process. Pure. An empty value counts as unset,
/// since compose files can hardly unset a variable.
/// QUORATE_X: X is a key of the file in capitals (QUORATE_TICK_TIME_MS, QUORATE_TICK_TIME,
/// QUORATE_SERVER_1); any other is refused, but for the variables of our other programs and those
/// Kubernetes injects for a service (QUORATE_PORT=tcp://...), which get a notice.
/// ZOO_X: as the image documents; others get a notice, since the prefix is not ours.
[[nodiscard]] EnvironmentSettings read_environment(
    const std::vector<std::pair<std::string, std::string>>& variables);

/// "QUORATE_TICK_TIME_MS" for "tick_time_ms".
[[nodiscard]] std::string variable_of(std::string_view key);

/// The variables of the official image that are read, with the key each sets (for documentation).
[[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& zoo_variables();

}  // namespace quorate
