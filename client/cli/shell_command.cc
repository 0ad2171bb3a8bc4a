// shell: many commands over one session.
#include <CLI/App.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <istream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/app.h"
#include "client/cli/command.h"
#include "client/cli/interrupt.h"
#include "client/cli/line_editor.h"
#include "client/cli/node_completion.h"
#include "client/cli/shell_builtins.h"
#include "client/cli/shell_words.h"

namespace quorate::cli {
namespace {

struct NoFlags {};

constexpr std::chrono::seconds completion_fresh{2};

/// Completes commands, flags and nodes from what was typed before the word.
class ShellCompletion {
 public:
  // The parser refers to the members beside it.
  ShellCompletion(const ShellCompletion&) = delete;
  ShellCompletion& operator=(const ShellCompletion&) = delete;
  explicit ShellCompletion(Context& context)
      : context_(context), app_(make_app(globals_, selection_, true)) {}

  std::vector<std::string> operator()(const std::string& before, const std::string& word) {
    const auto words = split_line(before);
    if (!words.ok()) return {};
    const CLI::App* at = app_.get();
    for (const std::string& name : translate(*words)) {
      if (const CLI::App* below = command_below(*at, name)) at = below;
    }
    if (word.starts_with("-")) return matching(flags_of(*at), word);
    if (!at->get_subcommands({}).empty()) {
      std::vector<std::string> names = commands_of(*at);
      if (at == app_.get()) {
        const auto& builtins = ShellBuiltins::names();
        names.insert(names.end(), builtins.begin(), builtins.end());
        if (!words->empty()) return nodes(word);  // Behind one of the shell's own.
      }
      return matching(names, word);
    }
    return nodes(word);
  }

 private:
  static const CLI::App* command_below(const CLI::App& app, const std::string& name) {
    for (const CLI::App* command : app.get_subcommands({})) {
      if (command->get_name() == name) return command;
    }
    return nullptr;
  }
  static std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
      if (!command->get_group().empty()) names.push_back(command->get_name());
    }
    return names;
  }
  static std::vector<std::string> flags_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  }
  static std::vector<std::string> matching(std::vector<std::string> names,
                                           const std::string& start) {
    std::erase_if(names, [&](const std::string& name) { return !name.starts_with(start); });
    return names;
  }

  /// Nodes, as they are written: absolute or below the working node. Kept for a moment.
  std::vector<std::string> nodes(const std::string& word) {
    const auto now = std::chrono::steady_clock::now();
    if (word == cached_word_ && now - cached_at_ < completion_fresh) return cached_;
    const std::string& working = context_.working_node();
    const std::string prefix = working == "/" ? "/" : working + "/";
    const bool absolute = word.starts_with('/');
    const auto client = context_.client();
    if (!client.ok()) return {};
    cached_ = complete_node(**client, absolute ? word : prefix + word);
    if (!absolute) {
      for (std::string& path : cached_) path.erase(0, prefix.size());
    }
    cached_word_ = word;
    cached_at_ = now;
    return cached_;
  }

  Context& context_;
  Globals globals_;
  Selection selection_;
  std::shared_ptr<CLI::App> app_;
  std::string cached_word_;
  std::vector<std::string> cached_;
  std::chrono::steady_clock::time_point cached_at_;
};

/// Returns the code of the line; ok for an empty one.
ExitCode run_shell_line(Context& context, ShellBuiltins& builtins, const std::string& line) {
  auto words = split_line(line);
  if (!words.ok()) return context.fail(words.error());
  if (words->empty()) return ExitCode::ok;
  if (words->front() == "shell") {
    return context.fail({ErrorCode::bad_arguments, "this is the shell already"});
  }
  if (const auto code = builtins.run(*words)) return *code;
  return run_line(context, translate(std::move(*words)));
}

ExitCode talk(Context& context, ShellBuiltins& builtins) {
  if (const auto client = context.client(); client.ok()) {
    context.output().note("connected to " + context.globals().endpoints +
                          "; `help` lists the commands, Tab completes");
  } else {
    context.fail(client.error());  // The next command tries again.
  }
  ShellCompletion completion(context);
  LineEditor editor(default_history_file(), std::ref(completion));
  while (!builtins.ended()) {
    const auto line = editor.read("quorate " + context.working_node() + "> ");
    if (!line) break;
    if (line->find_first_not_of(" \t") == std::string::npos) continue;
    if (!holds_secret(*line)) editor.remember(*line);
    run_shell_line(context, builtins, *line);
    context.output().out().flush();
  }
  return ExitCode::ok;
}

/// A script ends with the first line that fails, and with its code.
ExitCode follow(Context& context, ShellBuiltins& builtins) {
  std::string line;
  while (!builtins.ended() && std::getline(context.input().in, line)) {
    const ExitCode code = run_shell_line(context, builtins, line);
    context.output().out().flush();
    if (code != ExitCode::ok) return code;
  }
  return ExitCode::ok;
}

ExitCode shell(Context& context, const NoFlags&) {
  context.enter_shell();
  ShellBuiltins builtins(context);
  return context.input().is_terminal ? talk(context, builtins) : follow(context, builtins);
}

}  // namespace

void define_shell(CLI::App& app, Selection& selection) {
  define_command<NoFlags>(app, selection, "shell",
                          "Many commands over one session, with history and completion",
                          "printf 'create -e /lock\\nget /config\\n' | quorate shell", shell);
}

}  // namespace quorate::cli
