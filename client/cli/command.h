// The commands of the command line, each defined in the file of its group.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/cli/context.h"
#include "client/cli/exit_code.h"

// The parser's headers cost seconds per file that includes them: only app.cc, command.cc and what
// walks over all commands do.
namespace CLI {
class App;
}

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

/// Declares what one command takes. Names are as in help: "-r,-R,--recursive"; `value` names what
/// an option takes: "N". What is not given keeps its value.
class Arguments {
 public:
  explicit Arguments(CLI::App* app) : app_(app) {}

  Arguments& required(const char* name, std::string& value, const char* help);
  Arguments& positional(const char* name, std::string& value, const char* help);
  Arguments& positional(const char* name, std::optional<std::string>& value, const char* help);
  Arguments& flag(const char* names, bool& value, const char* help);
  Arguments& option(const char* names, std::string& value, const char* type, const char* help);
  Arguments& required_option(const char* names, std::string& value, const char* type,
                             const char* help);
  Arguments& option(const char* names, std::int32_t& value, const char* type, const char* help);
  Arguments& option(const char* names, std::uint64_t& value, const char* type, const char* help);
  /// Not negative.
  Arguments& option(const char* names, std::int64_t& value, const char* type, const char* help);
  /// Accepted, but not shown in help.
  Arguments& hidden(const char* name, std::string& value);
  /// All that follows the command, options too, is left as it stands.
  Arguments& rest(std::vector<std::string>& words);
  /// The whole command is not shown in help.
  Arguments& hide();

 private:
  CLI::App* app_;
};

/// A group of commands: `acl get`, `acl set`.
[[nodiscard]] CLI::App& add_group(CLI::App& parent, const char* name, const char* summary);

/// A command whose help ends with `example`; `chosen` is called when the arguments name it.
[[nodiscard]] Arguments add_command(CLI::App& parent, const char* name, const char* summary,
                                    const char* example, std::function<void()> chosen);

/// A command with flags: `arguments` declares them, `run` gets them filled in.
template <class Flags>
struct Definition {
  std::shared_ptr<Flags> flags;
  Arguments arguments;
};

template <class Flags>
Definition<Flags> define_command(CLI::App& parent, Selection& selection, const char* name,
                                 const char* summary, const char* example,
                                 ExitCode (*run)(Context&, const Flags&)) {
  auto flags = std::make_shared<Flags>();
  return {flags, add_command(parent, name, summary, example, [flags, run, &selection] {
            selection.run = [flags, run](Context& context) { return run(context, *flags); };
          })};
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
// ensemble_commands.cc
void define_status(CLI::App& app, Selection& selection);
void define_members(CLI::App& app, Selection& selection);
void define_health(CLI::App& app, Selection& selection);
// leader_commands.cc
void define_leader(CLI::App& app, Selection& selection);
// console_commands.cc
void define_console(CLI::App& app, Selection& selection);
// bench_command.cc
void define_bench(CLI::App& app, Selection& selection);
// console/actor_commands.cc
void define_actors(CLI::App& app, Selection& selection);
// console/client_commands.cc
void define_sessions(CLI::App& app, Selection& selection);
void define_watches(CLI::App& app, Selection& selection);
void define_slow(CLI::App& app, Selection& selection);
// console/log_commands.cc
void define_log(CLI::App& app, Selection& selection);
void define_loglevel(CLI::App& app, Selection& selection);
// console/server_commands.cc
void define_elections(CLI::App& app, Selection& selection);
void define_audit(CLI::App& app, Selection& selection);
void define_backups(CLI::App& app, Selection& selection);
void define_server(CLI::App& app, Selection& selection);
// top/top_command.cc
void define_top(CLI::App& app, Selection& selection);
// doctor/doctor_command.cc
void define_doctor(CLI::App& app, Selection& selection);
// completion_commands.cc
void define_completion(CLI::App& app, Selection& selection);
// shell_command.cc
void define_shell(CLI::App& app, Selection& selection);

}  // namespace quorate::cli
