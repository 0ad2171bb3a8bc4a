// The commands of quorate-bench.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "bench/report.h"
#include "core/base/result.h"

namespace quorate::bench {

/// What a command line asks for.
struct Command {
  /// Runs it; the figures, or why there are none. Empty: no command was given.
  std::function<Result<Report>()> run;
};

/// load, fill, check, fanout, idle, storm, failover, probe. Parsing sets `command.run`.
void add_load_commands(CLI::App& app, Command& command);

/// bare respond, bare log.
void add_bare_commands(CLI::App& app, Command& command);

}  // namespace quorate::bench
