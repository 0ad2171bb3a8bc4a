// What --print-config shows: every value with its origin.
#pragma once

#include <string>

#include "config/command_line.h"
#include "config/load.h"

namespace quorate {

/// Columns for people, one object for programs, or a file that gives the same configuration when
/// it is loaded (but for secrets, which no format shows). Ends with a line end.
[[nodiscard]] std::string print_config(const LoadedConfig& loaded, PrintFormat format);

/// "default", "file", "zoo_environment", "environment", "flag".
[[nodiscard]] std::string_view to_string(ConfigSource source);

}  // namespace quorate
