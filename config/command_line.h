// The command line of the server: flags for every option, and a few of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace quorate {

enum class PrintFormat : std::uint8_t { table, json, properties };

struct CommandLine {
  std::optional<std::string> file;   ///< --config FILE, or FILE alone.
  std::vector<ConfigSetting> flags;  ///< For ConfigSources::flags.
  std::optional<PrintFormat> print_config;
  bool check_config = false;
  bool help = false;
  bool version = false;
};

/// Pure. `arguments` without the program's name.
/// An option is `--tick-time-ms VALUE`, `--tick-time-ms=VALUE`, with underscores, or by a key of
/// ZooKeeper (`--tickTime`, `--server.1=...`); switches may stand without a value and then are
/// true. The others are --config, --print-config[=table|json|properties], --check-config, --help,
/// --version. Errors: bad_arguments, with a suggestion for a flag that does not exist.
[[nodiscard]] Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

/// What --help prints.
[[nodiscard]] std::string help_text();

}  // namespace quorate
