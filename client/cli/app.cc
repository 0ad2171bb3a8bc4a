#include "client/cli/app.h"

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <utility>

#include "client/cli/text.h"

namespace quorate::cli {
namespace {

constexpr std::array all_commands = {
    define_ls,        define_get,     define_stat,       define_create,  define_set,
    define_rm,        define_acl,     define_watch,      define_wait,    define_multi,
    define_find,      define_du,      define_count,      define_tree,    define_quota,
    define_sync,      define_whoami,  define_session,    define_status,  define_members,
    define_leader,    define_health,  define_version,    define_bench,   define_actors,
    define_sessions,  define_watches, define_slow,       define_log,     define_loglevel,
    define_elections, define_console, define_audit,      define_backups, define_server,
    define_top,       define_doctor,  define_completion, define_shell};

constexpr const char* exit_codes =
    "Exit codes: 0 ok, 1 other, 2 usage, 3 not found, 4 conflict, 5 permission, 6 no connection,\n"
    "            7 time-out, 8 check failed, 130 interrupted.\n"
    "`quorate COMMAND --help` explains a command and shows an example.";

std::string take_mode(Globals& globals, const std::string& text) {
  globals.mode = parse_output_mode(text);
  return globals.mode ? "" : "\"" + text + "\" is not one of table, plain, json, jsonl, raw";
}

std::string take_timeout(Globals& globals, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration.ok()) return duration.error().text;
  if (duration->count() == 0) return "a time-out is above 0";
  globals.timeout = *duration;
  return "";
}

std::string take_credentials(Globals& globals, const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return "write scheme:credentials, as in digest:user:password";  // Not what was written: secret.
  }
  globals.credentials.push_back({text.substr(0, colon), text.substr(colon + 1)});
  return "";
}

void define_console_globals(CLI::App& app, ConsoleOptions& console, bool in_shell) {
  constexpr const char* group = "Options of commands that ask a server's console";
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    auto* option = app.add_option(name, value, help);
    return option->type_name(type)->group(group);
  };
  auto* url = add("--console", console.url, "URL", "Where it is (default http://127.0.0.1:8080)");
  add("--server", console.server, "ID", "Which server is meant; any passes it on (default self)");
  auto* token = add("--token-file", console.token_file, "FILE",
                    "A token; or the token itself in the variable QUORATE_TOKEN");
  auto* ca = add("--ca", console.ca_file, "FILE", "Whom https:// trusts (default: as the system)");
  add("--client-cert", console.certificate_file, "FILE", "A certificate to show, as PEM");
  add("--client-key", console.key_file, "FILE", "Its key, where the same file does not have it");
  if (in_shell) return;
  url->envname("QUORATE_CONSOLE");
  token->envname("QUORATE_TOKEN_FILE");
  ca->envname("QUORATE_CA");
}

void define_globals(CLI::App& app, Globals& globals, bool in_shell) {
  auto* endpoints =
      app.add_option("--endpoints", globals.endpoints,
                     "Servers, as host:port,host:port/chroot (default 127.0.0.1:2181)")
          ->type_name("LIST");
  app.add_option_function<std::string>(
         "--timeout", [](const std::string&) {}, "For connecting and for each request (default 5s)")
      ->type_name("DURATION")
      ->check([&globals](const std::string& text) { return take_timeout(globals, text); });
  app.add_option_function<std::string>(
         "-o,--output", [](const std::string&) {},
         "table (default on a terminal), plain (elsewhere), json, jsonl, raw")
      ->type_name("MODE")
      ->check([&globals](const std::string& text) { return take_mode(globals, text); });
  app.add_flag("-y,--yes", globals.yes, "Destroy without asking");
  app.add_flag("--read-only", globals.read_only,
               "Be content with a server without a leader: what it reads may be old");
  auto* auth = app.add_option_function<std::string>(
      "--auth", [](const std::string&) {},
      "Prove an identity, as digest:user:password; may be given several times");
  auth->type_name("SCHEME:CREDENTIALS")
      ->check([&globals](const std::string& text) { return take_credentials(globals, text); })
      ->take_all();
  define_console_globals(app, globals.console, in_shell);
  if (in_shell) return;
  endpoints->envname("QUORATE_ENDPOINTS");
  auth->envname("QUORATE_AUTH");
}

ExitCode usage_error(Context& context, const CLI::ParseError& error, const CLI::App& app) {
  // Help and version requests are errors to the parser.
  if (error.get_exit_code() == 0) {
    std::ostream& out = context.output().out();
    app.exit(error, out, context.output().err());
    out.flush();
    return ExitCode::ok;
  }
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::string command = at == &app ? "quorate" : "quorate " + at->get_name();
  for (const CLI::App* up = at->get_parent(); at != &app && up != &app && up != nullptr;
       up = up->get_parent()) {
    command = "quorate " + up->get_name() + command.substr(std::string("quorate").size());
  }
  context.output().error({ErrorCode::bad_arguments, error.what()}, "see `" + command + " --help`");
  return ExitCode::usage;
}

/// Fills in `selection`; an exit code when there is nothing more to do.
std::optional<ExitCode> parse(Context& context, Globals& globals, Selection& selection,
                              std::vector<std::string> arguments) {
  const auto app = make_app(globals, selection, context.in_shell());
  std::reverse(arguments.begin(), arguments.end());  // As the parser wants them.
  try {
    app->parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (globals.mode) context.set_globals(globals);  // The complaint honours -o as well.
    return usage_error(context, error, *app);
  } catch (const std::exception& error) {
    return context.fail({ErrorCode::bad_arguments, error.what()});
  }
  return {};
}

}  // namespace

std::span<const Define> commands() { return all_commands; }

std::shared_ptr<CLI::App> make_app(Globals& globals, Selection& selection, bool in_shell) {
  auto app = std::make_shared<CLI::App>(
      "Reads, changes and watches the tree of a Quorate ensemble.", "quorate");
  app->require_subcommand(1);
  app->fallthrough();  // Global options may follow the command.
  app->footer(exit_codes);
  app->get_formatter()->column_width(34);
  define_globals(*app, globals, in_shell);
  for (const Define define : commands()) define(*app, selection);
  return app;
}

std::string help_text() {
  Globals globals;
  Selection selection;
  return make_app(globals, selection, true)->help();
}

ExitCode run_line(Context& context, std::vector<std::string> arguments) {
  const Globals before = context.globals();
  Globals globals = before;
  Selection selection;
  if (const auto done = parse(context, globals, selection, std::move(arguments))) {
    context.set_globals(before);
    return *done;
  }
  context.set_globals(std::move(globals));
  const ExitCode code = selection.run ? selection.run(context) : ExitCode::usage;
  context.output().out().flush();
  if (context.in_shell()) context.set_globals(before);
  return code;
}

int run_program(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const Output::Streams streams{std::cout, std::cerr, ::isatty(STDOUT_FILENO) != 0,
                                ::isatty(STDERR_FILENO) != 0};
  Context context({}, streams, {std::cin, ::isatty(STDIN_FILENO) != 0});
  const ExitCode code = run_line(context, std::vector<std::string>(argv + 1, argv + argc));
  context.disconnect();
  std::cout.flush();
  if (!std::cout.good() && code == ExitCode::ok) return static_cast<int>(ExitCode::other);
  return static_cast<int>(code);
}

}  // namespace quorate::cli
