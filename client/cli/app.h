// From arguments to a command that ran: parsing, help, errors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/context.h"

namespace quorate::cli {

/// The parser with all commands; `globals` and `selection` are filled in by parsing and must
/// outlive it. In the shell, environment variables are not read again.
[[nodiscard]] std::shared_ptr<CLI::App> make_app(Globals& globals, Selection& selection,
                                                 bool in_shell);

/// What `quorate --help` prints.
[[nodiscard]] std::string help_text();

/// Runs one command line without the program's name. Usage errors and help are printed; the exit
/// code says how it ended.
ExitCode run_line(Context& context, std::vector<std::string> arguments);

/// The program.
int run_program(int argc, char** argv);

}  // namespace quorate::cli
