// The commands that put load on a server.
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/commands.h"
#include "bench/load/change_load.h"
#include "bench/load/failover.h"
#include "bench/load/fan_out.h"
#include "bench/load/load.h"
#include "bench/load/node_set.h"
#include "bench/load/nodes_setup.h"
#include "bench/load/probe.h"
#include "bench/load/session_load.h"
#include "bench/stop.h"

namespace quorate::bench {
namespace {

/// What most commands take; `endpoints` and `is_bare` are resolved when the command runs.
template <class Options>
struct Arguments {
  Options options;
  std::string endpoints = "127.0.0.1:2181";
  bool is_bare = false;
  bool is_zookeeper = false;  ///< The protocol, whoever the server is.
};

void add_zookeeper(CLI::App& command, bool& is_zookeeper) {
  command.add_flag("--zookeeper", is_zookeeper,
                   "speak ZooKeeper's protocol; the server may be a ZooKeeper");
}

Protocol protocol_of(bool is_zookeeper) {
  return is_zookeeper ? Protocol::zookeeper : Protocol::quorate;
}

template <class Options>
std::shared_ptr<Arguments<Options>> common(CLI::App& command) {
  auto arguments = std::make_shared<Arguments<Options>>();
  add_zookeeper(command, arguments->is_zookeeper);
  command.add_option("-e,--endpoints", arguments->endpoints, "HOST:PORT, several with commas")
      ->capture_default_str();
  command.add_option("--server-pid", arguments->options.server_pids,
                     "processes whose CPU and memory to report");
  return arguments;
}

template <class Options>
void add_bare(CLI::App& command, Arguments<Options>& arguments) {
  command.add_flag("--bare", arguments.is_bare, "the other side is `bare respond`, not a server");
}

/// Options with resolved servers.
template <class Options>
Result<Options> resolved(const Arguments<Options>& arguments) {
  Options options = arguments.options;
  Result<std::vector<Address>> servers = resolve_all(arguments.endpoints);
  if (!servers) return servers.error();
  options.servers = std::move(*servers);
  for (Address& server : options.servers) server.protocol = protocol_of(arguments.is_zookeeper);
  if (arguments.is_zookeeper && arguments.is_bare) {
    return {ErrorCode::bad_arguments, "a bare responder speaks only our own protocol"};
  }
  if constexpr (requires { options.target; }) {
    options.target = arguments.is_bare ? Target::bare : Target::quorate;
  }
  return options;
}

void add_usage(Report& report, const Usage& usage, std::uint64_t operations, bool has_server) {
  if (has_server && operations > 0) {
    report.add("server_cpu_us", static_cast<double>(usage.server_cpu_ns) / ns_per_us /
                                    static_cast<double>(operations));
    report.add("server_cores", static_cast<double>(usage.server_cpu_ns) / ns_per_s / usage.seconds);
    report.add("cpu_source", usage.cpu_source);
    report.add("resident_bytes", usage.resident_bytes);
    report.add("resident_peak_bytes", usage.resident_peak_bytes);
  }
  report.add("bench_cores", static_cast<double>(usage.own_cpu_ns) / ns_per_s / usage.seconds);
  report.add("others_cores", usage.others_cores);
  report.add("stolen_cores", usage.stolen_cores);
}

/// Tells whoever started this program, and waits for the line, that it is the moment.
void announce(std::string_view line) { std::cout << line << std::endl; }

Result<Report> report_load(LoadOptions options, bool announces) {
  options.stop = &stop_requested();
  // Before the window there is nothing to tell: a signal ends the process.
  options.on_window = [announces] {
    stop_on_signals();
    if (announces) announce("measuring");
  };
  const Result<LoadResult> result = run_load(options);
  if (!result) return result.error();
  Report report;
  report.add("replies", result->replies());
  report.add("seconds", result->usage.seconds);
  report.add("replies_per_s", result->per_second());
  add_usage(report, result->usage, result->replies(), !options.server_pids.empty());
  report.add_latency("read_us", result->read_ns);
  report.add_latency("write_us", result->write_ns);
  return report;
}

void add_load(CLI::App& app, Command& command) {
  CLI::App* load = app.add_subcommand("load", "Reads and writes; every reply is checked");
  auto arguments = common<LoadOptions>(*load);
  add_bare(*load, *arguments);
  LoadOptions& options = arguments->options;
  load->add_option("-c,--connections", options.connections)->capture_default_str();
  load->add_option("-d,--depth", options.depth, "unanswered requests per connection")
      ->capture_default_str();
  load->add_option("--threads", options.threads, "of this program")->capture_default_str();
  load->add_option("--rate", options.rate,
                   "requests per second at even intervals (open loop); 0: as fast as answered")
      ->capture_default_str();
  load->add_option("--read-share", options.read_share, "0: only writes, 1: only reads")
      ->capture_default_str();
  load->add_option("--prefix", options.prefix, "where the nodes are")->capture_default_str();
  load->add_option("--nodes", options.nodes)->capture_default_str();
  load->add_option("--value-bytes", options.value_bytes)->capture_default_str();
  load->add_option("--warmup", options.warmup_s, "seconds")->capture_default_str();
  load->add_option("--seconds", options.seconds, "of the window")->capture_default_str();
  load->add_option("--seed", options.seed)->capture_default_str();
  load->add_flag("--keep", options.keep, "leave the nodes in place");
  auto announces = std::make_shared<bool>(false);
  load->add_flag("--announce", *announces, "print `measuring` when the window begins");
  load->footer("SIGINT or SIGTERM ends the window early: what was measured until then is printed.");
  load->callback([arguments, announces, &command] {
    command.run = [arguments, announces]() -> Result<Report> {
      const Result<LoadOptions> options_resolved = resolved(*arguments);
      if (!options_resolved) return options_resolved.error();
      return report_load(*options_resolved, *announces);
    };
  });
}

Result<Report> report_changes(const ChangeOptions& options) {
  const Result<ChangeResult> result = run_changes(options);
  if (!result) return result.error();
  Report report;
  report.add("operations", result->operations);
  report.add("seconds", result->usage.seconds);
  report.add("operations_per_s", static_cast<double>(result->operations) / result->usage.seconds);
  add_usage(report, result->usage, result->operations, !options.server_pids.empty());
  report.add_latency("latency_us", result->latency_ns);
  return report;
}

void add_changes(CLI::App& app, Command& command) {
  CLI::App* changes = app.add_subcommand(
      "change", "Creates, nodes that come and go, multis; every reply is checked");
  auto arguments = common<ChangeOptions>(*changes);
  ChangeOptions& options = arguments->options;
  const std::map<std::string, ChangeKind> kinds{
      {"create", ChangeKind::create}, {"churn", ChangeKind::churn}, {"multi", ChangeKind::multi}};
  changes->add_option("--kind", options.kind, "create; churn: create, then delete; multi")
      ->transform(CLI::CheckedTransformer(kinds))
      ->required();
  changes->add_option("-c,--connections", options.connections)->capture_default_str();
  changes->add_option("-d,--depth", options.depth, "unanswered operations per connection")
      ->capture_default_str();
  changes->add_option("--multi-size", options.multi_size, "setData in a multi")
      ->capture_default_str();
  changes->add_option("--prefix", options.prefix)->capture_default_str();
  changes->add_option("--value-bytes", options.value_bytes)->capture_default_str();
  changes->add_option("--warmup", options.warmup_s, "seconds")->capture_default_str();
  changes->add_option("--seconds", options.seconds, "of the window")->capture_default_str();
  changes->callback([arguments, &command] {
    command.run = [arguments]() -> Result<Report> {
      const Result<ChangeOptions> options_resolved = resolved(*arguments);
      if (!options_resolved) return options_resolved.error();
      return report_changes(*options_resolved);
    };
  });
}

/// What fill and check work on.
struct NodesOptions {
  std::vector<Address> servers;
  std::string prefix = "/quorate-bench";
  std::uint32_t nodes = 10'000;
  std::size_t value_bytes = 100;
  std::vector<pid_t> server_pids;
};

Result<Report> report_nodes(const NodesOptions& options, bool make) {
  const NodeSet nodes(options.prefix, options.nodes, options.value_bytes);
  UsageMeter meter(options.server_pids);
  if (Status status = meter.start(); !status) return status.error();
  const Status done =
      make ? make_nodes(options.servers, nodes).status() : check_nodes(options.servers, nodes);
  if (!done) return done.error();
  const Result<Usage> usage = meter.stop();
  if (!usage) return usage.error();
  Report report;
  report.add("nodes", options.nodes);
  report.add("seconds", usage->seconds);
  add_usage(report, *usage, options.nodes, !options.server_pids.empty());
  return report;
}

void add_nodes_command(CLI::App& app, Command& command, const char* name, const char* text,
                       bool make) {
  CLI::App* nodes = app.add_subcommand(name, text);
  auto arguments = common<NodesOptions>(*nodes);
  nodes->add_option("--prefix", arguments->options.prefix)->capture_default_str();
  nodes->add_option("--nodes", arguments->options.nodes)
      ->check(CLI::Range(1U, NodeSet::count_max))
      ->capture_default_str();
  nodes->add_option("--value-bytes", arguments->options.value_bytes)->capture_default_str();
  nodes->callback([arguments, make, &command] {
    command.run = [arguments, make]() -> Result<Report> {
      const Result<NodesOptions> options = resolved(*arguments);
      if (!options) return options.error();
      return report_nodes(*options, make);
    };
  });
}

Result<Report> report_fan_out(const FanOutOptions& options) {
  const Result<FanOutResult> result = run_fan_out(options);
  if (!result) return result.error();
  Report report;
  report.add("watchers", options.watchers);
  report.add("rounds", options.rounds);
  report.add_latency("reply_alone_us", result->reply_alone_ns);
  report.add_latency("reply_watched_us", result->reply_watched_ns);
  report.add_latency("event_us", result->event_ns);
  report.add_latency("last_event_us", result->last_event_ns);
  if (!options.server_pids.empty()) {
    report.add("server_cpu_us_per_event", static_cast<double>(result->server_cpu_ns) / ns_per_us /
                                              static_cast<double>(result->events));
    report.add("cpu_source", result->cpu_source);
  }
  report.add("others_cores", result->others_cores);
  return report;
}

void add_fan_out(CLI::App& app, Command& command) {
  CLI::App* fan_out = app.add_subcommand("fanout", "Many sessions watch one node");
  auto arguments = common<FanOutOptions>(*fan_out);
  add_bare(*fan_out, *arguments);
  FanOutOptions& options = arguments->options;
  fan_out->add_option("-w,--watchers", options.watchers)->capture_default_str();
  fan_out->add_option("--rounds", options.rounds)->capture_default_str();
  fan_out->add_option("--value-bytes", options.value_bytes)->capture_default_str();
  fan_out->add_option("--prefix", options.prefix)->capture_default_str();
  fan_out->add_flag("--keep", options.keep, "leave the node in place");
  fan_out->callback([arguments, &command] {
    command.run = [arguments]() -> Result<Report> {
      const Result<FanOutOptions> options_resolved = resolved(*arguments);
      if (!options_resolved) return options_resolved.error();
      return report_fan_out(*options_resolved);
    };
  });
}

Result<Report> report_idle(const IdleOptions& options) {
  const Result<IdleResult> result = run_idle(options);
  if (!result) return result.error();
  Report report;
  report.add("sessions", result->sessions);
  report.add("opened_per_s", result->opened_per_second());
  report.add_latency("welcome_us", result->welcome_ns);
  report.add_latency("ping_us", result->ping_ns);
  if (!options.server_pids.empty()) {
    const auto sessions = static_cast<double>(result->sessions);
    report.add("server_cpu_us_per_session",
               static_cast<double>(result->opening_cpu_ns) / ns_per_us / sessions);
    const auto before = static_cast<std::int64_t>(result->resident_before_bytes);
    const auto after = static_cast<std::int64_t>(result->resident_after_bytes);
    report.add("resident_growth_bytes", after - before);
    report.add("bytes_per_session", static_cast<double>(after - before) / sessions);
  }
  report.add("others_cores", result->others_cores);
  return report;
}

void add_idle(CLI::App& app, Command& command) {
  CLI::App* idle = app.add_subcommand("idle", "Opens sessions as fast as it can and holds them");
  auto arguments = common<IdleOptions>(*idle);
  IdleOptions& options = arguments->options;
  idle->add_option("-n,--sessions", options.count)->capture_default_str();
  idle->add_option("--concurrency", options.under_way_max, "being opened at one time")
      ->capture_default_str();
  idle->add_option("--hold", options.hold_s, "seconds")->capture_default_str();
  idle->add_option("--ping-interval", options.ping_interval_s, "seconds between a session's pings")
      ->capture_default_str();
  idle->add_flag_callback(
      "--announce", [&options] { options.on_held = [] { announce("holding"); }; },
      "print `holding` when all are open");
  idle->callback([arguments, &command] {
    command.run = [arguments]() -> Result<Report> {
      const Result<IdleOptions> options_resolved = resolved(*arguments);
      if (!options_resolved) return options_resolved.error();
      return report_idle(*options_resolved);
    };
  });
}

Result<Report> report_storm(const StormOptions& options) {
  const Result<StormResult> result = run_storm(options);
  if (!result) return result.error();
  Report report;
  report.add("sessions", result->sessions);
  report.add("sessions_per_s", static_cast<double>(result->sessions) / result->usage.seconds);
  report.add_latency("life_us", result->life_ns);
  add_usage(report, result->usage, result->sessions, !options.server_pids.empty());
  return report;
}

void add_storm(CLI::App& app, Command& command) {
  CLI::App* storm = app.add_subcommand("storm", "Opens and ends sessions without pause");
  auto arguments = common<StormOptions>(*storm);
  StormOptions& options = arguments->options;
  storm->add_option("--concurrency", options.concurrency)->capture_default_str();
  storm->add_option("--seconds", options.seconds)->capture_default_str();
  storm->add_flag("--ephemeral", options.ephemeral, "each session creates an ephemeral node");
  storm->add_option("--prefix", options.prefix, "where the ephemerals are")->capture_default_str();
  storm->callback([arguments, &command] {
    command.run = [arguments]() -> Result<Report> {
      const Result<StormOptions> options_resolved = resolved(*arguments);
      if (!options_resolved) return options_resolved.error();
      return report_storm(*options_resolved);
    };
  });
}

void add_outage(Report& report, const std::string& whose, const Outage& outage) {
  report.add(whose + "_clients", outage.clients);
  report.add(whose + "_first_us", static_cast<double>(outage.first_ns) / ns_per_us);
  report.add(whose + "_last_us", static_cast<double>(outage.last_ns) / ns_per_us);
}

Result<Report> report_failover(const FailoverOptions& options) {
  const Result<FailoverResult> result = run_failover(options);
  if (!result) return result.error();
  Report report;
  add_outage(report, "survivors", result->survivors);
  add_outage(report, "victims", result->victims);
  report.add("gone_us", static_cast<double>(result->gone_ns) / ns_per_us);
  report.add("writes", result->writes);
  report.add("reconnects", result->reconnects);
  report.add("others_cores", result->others_cores);
  return report;
}

void add_failover(CLI::App& app, Command& command) {
  CLI::App* failover =
      app.add_subcommand("failover",
                         "Kills a server and tells how long its clients and those of "
                         "the others are without a write");
  auto arguments = common<FailoverOptions>(*failover);
  FailoverOptions& options = arguments->options;
  failover->add_option("--victim", options.victim, "HOST:PORT, one of the endpoints")->required();
  failover->add_option("--victim-pid", options.victim_pid, "its process, which is killed")
      ->required();
  failover->add_option("-c,--connections", options.connections)->capture_default_str();
  failover->add_option("-d,--depth", options.depth, "unanswered writes per connection")
      ->capture_default_str();
  failover->add_option("--warmup", options.warmup_s, "seconds of writes before the kill")
      ->capture_default_str();
  failover->add_option("--patience", options.patience_s, "seconds")->capture_default_str();
  failover->add_option("--prefix", options.prefix, "where the nodes are")->capture_default_str();
  failover->add_option("--value-bytes", options.value_bytes)->capture_default_str();
  failover->add_flag("--keep", options.keep, "leave the nodes in place");
  failover->callback([arguments, &command] {
    command.run = [arguments]() -> Result<Report> {
      const Result<FailoverOptions> options_resolved = resolved(*arguments);
      if (!options_resolved) return options_resolved.error();
      return report_failover(*options_resolved);
    };
  });
}

void add_probe(CLI::App& app, Command& command) {
  struct ProbeArguments {
    std::string endpoint = "127.0.0.1:2181";
    bool is_zookeeper = false;
    ProbeOptions options;
  };
  CLI::App* probe = app.add_subcommand("probe", "Waits until a server serves, and says when");
  auto arguments = std::make_shared<ProbeArguments>();
  probe->add_option("-e,--endpoints", arguments->endpoint)->capture_default_str();
  add_zookeeper(*probe, arguments->is_zookeeper);
  probe->add_option("--path", arguments->options.path, "what is read")->capture_default_str();
  probe->add_flag("--must-exist", arguments->options.must_exist, "until the path is there");
  probe->add_option("--patience", arguments->options.patience_s, "seconds")->capture_default_str();
  probe->callback([arguments, &command] {
    command.run = [arguments]() -> Result<Report> {
      Result<Address> server = resolve(arguments->endpoint);
      if (!server) return server.error();
      ProbeOptions options = arguments->options;
      options.server = std::move(*server);
      options.server.protocol = protocol_of(arguments->is_zookeeper);
      const Result<ProbeResult> result = run_probe(options);
      if (!result) return result.error();
      Report report;
      report.add("served_at_monotonic_ns", result->served_at);
      report.add("attempts", result->attempts);
      return report;
    };
  });
}

}  // namespace

void add_load_commands(CLI::App& app, Command& command) {
  add_load(app, command);
  add_changes(app, command);
  add_nodes_command(app, command, "fill", "Creates nodes, each with the value of its version",
                    true);
  add_nodes_command(app, command, "check", "Reads nodes and compares value and version", false);
  add_fan_out(app, command);
  add_idle(app, command);
  add_storm(app, command);
  add_failover(app, command);
  add_probe(app, command);
}

}  // namespace quorate::bench
