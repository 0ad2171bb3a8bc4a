// quorate-bench: load on a server with every reply checked, and the bare limits beside it.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>

#include "bench/commands.h"

namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

int run(int argc, char** argv) {
  using namespace quorate::bench;
  CLI::App app("Measures a Quorate server; every reply is checked.", "quorate-bench");
  app.require_subcommand(1);
  app.fallthrough();
  ReportMode mode = ReportMode::table;
  const std::map<std::string, ReportMode> modes{{"table", ReportMode::table},
                                                {"json", ReportMode::json}};
  app.add_option("-o,--output", mode, "table or json")->transform(CLI::CheckedTransformer(modes));
  Command command;
  add_load_commands(app, command);
  add_bare_commands(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }

  const quorate::Result<Report> report = command.run();
  if (!report) {
    std::cerr << "quorate-bench: " << to_string(report.code()) << ": " << report.error().text
              << "\n";
    return report.code() == quorate::ErrorCode::bad_arguments ? exit_usage : exit_failed;
  }
  if (!report->json().empty()) report->print(mode, std::cout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv); }
