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

// read_commands.cc
void define_ls(CLI::App& app, Selection& selection);
void define_get(CLI::App& app, Selection& selection);
void define_stat(CLI::App& app, Selection& selection);
// data_commands.cc
void define_create(CLI::App& app, Selection& selection);
void define_set(CLI::App& app, Selection& selection);
void define_rm(CLI::App& app, Selection& selection);
// acl_commands.cc
void define_acl(CLI::App& app, Selection& selection);
// watch_commands.cc
void define_watch(CLI::App& app, Selection& selection);
void define_wait(CLI::App& app, Selection& selection);
// multi_command.cc
void define_multi(CLI::App& app, Selection& selection);
// search_commands.cc
void define_find(CLI::App& app, Selection& selection);
void define_du(CLI::App& app, Selection& selection);
void define_count(CLI::App& app, Selection& selection);
// tree_commands.cc
void define_tree(CLI::App& app, Selection& selection);
// quota_commands.cc
void define_quota(CLI::App& app, Selection& selection);
// session_commands.cc
void define_sync(CLI::App& app, Selection& selection);
void define_whoami(CLI::App& app, Selection& selection);
void define_session(CLI::App& app, Selection& selection);
void define_version(CLI::App& app, Selection& selection);
// completion_commands.cc
void define_completion(CLI::App& app, Selection& selection);
// shell_command.cc
void define_shell(CLI::App& app, Selection& selection);

}  // namespace quorate::cli
