// The commands that show what machine and kernel allow without a coordination service.
#include <iostream>
#include <memory>
#include <string>

#include "bench/bare/append_log.h"
#include "bench/bare/responder.h"
#include "bench/commands.h"
#include "bench/measure/clock.h"
#include "bench/stop.h"

namespace quorate::bench {
namespace {

struct RespondArguments {
  std::string listen = "127.0.0.1:0";
  std::string prefix = "/quorate-bench";
  std::size_t value_bytes = 100;
  BareResponder::Options options;
};

Result<Report> respond(const RespondArguments& arguments) {
  const Result<Address> address = resolve(arguments.listen);
  if (!address) return address.error();
  if (Status status = allow_descriptors(16'384); !status) return status.error();
  const NodeSet nodes(arguments.prefix, 1, arguments.value_bytes);
  Result<BareResponder> responder = BareResponder::make(*address, nodes, arguments.options);
  if (!responder) return responder.error();
  stop_on_signals();
  // Whoever started it learns the port from this line.
  std::cout << "ready port=" << responder->port() << std::endl;
  if (Status status = responder->run(stop_requested()); !status) return status.error();
  return Report{};
}

void add_respond(CLI::App& bare, Command& command) {
  CLI::App* app = bare.add_subcommand(
      "respond", "Answers every frame with a canned one of a server's size, until SIGTERM");
  auto arguments = std::make_shared<RespondArguments>();
  app->add_option("--listen", arguments->listen, "HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  app->add_option("--prefix", arguments->prefix, "as that of the load")->capture_default_str();
  app->add_option("--value-bytes", arguments->value_bytes, "as those of the load")
      ->capture_default_str();
  app->add_flag("--fan-out", arguments->options.fan_out,
                "send an event to whoever has read since the last write");
  app->callback(
      [arguments, &command] { command.run = [arguments] { return respond(*arguments); }; });
}

Result<Report> report_log(const AppendLogOptions& options) {
  const Result<AppendLogResult> result = run_append_log(options);
  if (!result) return result.error();
  Report report;
  report.add("records", result->records);
  report.add("records_per_s", static_cast<double>(result->records) / result->seconds);
  report.add("syncs_per_s", static_cast<double>(result->sync_ns.count()) / result->seconds);
  report.add("cpu_us_per_record", static_cast<double>(result->cpu_ns) / ns_per_us /
                                      static_cast<double>(result->records));
  report.add_latency("sync_us", result->sync_ns);
  return report;
}

void add_log(CLI::App& bare, Command& command) {
  CLI::App* app = bare.add_subcommand("log", "Appends batches to a file, an fdatasync for each");
  auto options = std::make_shared<AppendLogOptions>();
  app->add_option("--directory", options->directory)->capture_default_str();
  app->add_option("--record-bytes", options->record_bytes)
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app->add_option("--batch", options->batch_records, "records per sync")
      ->check(CLI::Range(1, 1 << 16))
      ->capture_default_str();
  app->add_option("--seconds", options->seconds)->capture_default_str();
  app->callback([options, &command] { command.run = [options] { return report_log(*options); }; });
}

}  // namespace

void add_bare_commands(CLI::App& app, Command& command) {
  CLI::App* bare = app.add_subcommand("bare", "What machine and kernel allow");
  bare->require_subcommand(1);
  add_respond(*bare, command);
  add_log(*bare, command);
}

}  // namespace quorate::bench
