// The commands of the command line, each defined in the file of its group.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "client/cli/context.h"
#include "client/cli/exit_code.h"

namespace quorate::cli {

using Run = std::function<ExitCode(Context&)>;

/// What the parser fills in: the command that the arguments chose.
struct Selection {
  Run run;
};

/// Adds a command, or a group of them, to the parser.
using Define = void (*)(CLI::App& app, Selection& selection);

/// All commands, in the order of the help.
[[nodiscard]] std::span<const Define> commands();

/// Adds `name` with help and an example. `run` gets the flags that the parser filled in.
template <class Flags>
struct Definition {
  CLI::App* app = nullptr;
  std::shared_ptr<Flags> flags = std::make_shared<Flags>();
};

template <class Flags>
Definition<Flags> define_command(CLI::App& parent, Selection& selection, const std::string& name,
                                 const std::string& summary, const std::string& example,
                                 ExitCode (*run)(Context&, const Flags&)) {
  Definition<Flags> definition;
  definition.app = parent.add_subcommand(name, summary);
  definition.app->footer("Example:\n  " + example);
  definition.app->callback([flags = definition.flags, run, &selection] {
    selection.run = [flags, run](Context& context) { return run(context, *flags); };
  });
  return definition;
}

// data_commands.cc
void define_ls(CLI::App& app, Selection& selection);
void define_get(CLI::App& app, Selection& selection);
void define_set(CLI::App& app, Selection& selection);
void define_create(CLI::App& app, Selection& selection);
void define_rm(CLI::App& app, Selection& selection);
void define_stat(CLI::App& app, Selection& selection);

}  // namespace quorate::cli
