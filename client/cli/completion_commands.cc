// completion bash|zsh: what the shells need to complete commands, flags and nodes.
#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <string>
#include <vector>

#include "client/cli/app.h"
#include "client/cli/command.h"
#include "client/cli/node_completion.h"

namespace quorate::cli {
namespace {

struct NoFlags {};

/// "ls get ... --endpoints": what may follow the words that led to `app`.
std::string words_of(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : app.get_subcommands({})) words += command->get_name() + " ";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_group().empty()) continue;
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    for (const std::string& name : option->get_snames()) words += "-" + name + " ";
  }
  if (!words.empty()) words.pop_back();
  return words;
}

/// One case branch per command and group: its words.
std::string cases_of(const CLI::App& app, const std::string& prefix) {
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string name =
        prefix.empty() ? command->get_name() : prefix + " " + command->get_name();
    cases += "    '" + name + "') words='" + words_of(*command) + "' ;;\n";
    cases += cases_of(*command, name);
  }
  return cases;
}

std::string names_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names += "|" + command->get_name() + names_of(*command);
  }
  return names;
}

std::string script(const CLI::App& app) {
  return R"sh(# Completes commands, flags and nodes of quorate. Load it with: source <(quorate completion bash)
_quorate() {
  local current="${COMP_WORDS[COMP_CWORD]}" command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      )sh" +
         names_of(app).substr(1) + R"sh() command="${command:+$command }${COMP_WORDS[i]}" ;;
    esac
  done
  if [[ $current == /* ]]; then
    COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" --timeout 500ms complete-path "$current" 2>/dev/null)" -- "$current"))
    compopt -o nospace 2>/dev/null
    return
  fi
  case "$command" in
    '') words=')sh" +
         words_of(app) + "' ;;\n" + cases_of(app, "") + R"sh(  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _quorate quorate
)sh";
}

std::string render() {
  Globals globals;
  Selection selection;
  return script(*make_app(globals, selection, true));
}

ExitCode bash(Context& context, const NoFlags&) {
  context.output().out() << render();
  return ExitCode::ok;
}

ExitCode zsh(Context& context, const NoFlags&) {
  context.output().out() << "#compdef quorate\nautoload -U +X bashcompinit && bashcompinit\n"
                         << render();
  return ExitCode::ok;
}

struct PathFlags {
  std::string path;
};

/// The nodes that a path begun may mean; nothing rather than an error.
ExitCode complete_path(Context& context, const PathFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return ExitCode::ok;
  for (const std::string& path : complete_node(**client, flags.path)) {
    context.output().out() << path << '\n';
  }
  return ExitCode::ok;
}

}  // namespace

void define_completion(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "completion", "Print a script that completes in your shell");
  define_command<NoFlags>(group, selection, "bash", "For bash", "source <(quorate completion bash)",
                          bash);
  define_command<NoFlags>(group, selection, "zsh", "For zsh", "source <(quorate completion zsh)",
                          zsh);
  // For the scripts only.
  auto [flags, arguments] =
      define_command<PathFlags>(app, selection, "complete-path", "", "", complete_path);
  arguments.required("path", flags->path, "").hide();
}

}  // namespace quorate::cli
