// status, members, health: what servers say of themselves, without a session.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/ensemble_view.h"
#include "client/cli/health.h"
#include "client/inspect.h"

namespace quorate::cli {
namespace {

/// Of what is asked without a session: a health check must end before the next one.
constexpr std::chrono::milliseconds inspection_timeout{2000};

struct NoFlags {};

struct HealthFlags {
  bool live = false;
  bool ready = false;
  bool quorum = false;
};

/// What the servers that were given say.
Result<std::vector<client::Answer>> ask_given(Context& context) {
  const auto endpoints = client::parse_endpoints(context.globals().endpoints);
  if (!endpoints.ok()) return endpoints.error();
  return client::inspect(endpoints->hosts, context.timeout_or(inspection_timeout));
}

// --- status --------------------------------------------------------------------------------------

/// One server was given: goes on with those that it names.
void add_named(Context& context, const Inspection& first, std::vector<StatusRow>& rows) {
  std::vector<ServerId> servers;
  std::vector<client::Host> hosts;
  for (const NamedServer& named : others_named_by(first)) {
    if (named.host) {
      servers.push_back(named.server);
      hosts.push_back(*named.host);
    } else {
      rows.push_back({named.server, "", {}, "its server line has no address for clients"});
    }
  }
  const auto answers = client::inspect(hosts, context.timeout_or(inspection_timeout));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    rows.push_back(row_of(answers[i], {}));
    if (!rows.back().server) rows.back().server = servers[i];
  }
}

/// Who does not answer is looked up by its address in what the first that did says.
std::vector<EnsembleMember> members_of_first(const std::vector<client::Answer>& answers) {
  for (const client::Answer& answer : answers)
    if (answer.inspection.ok()) return answer.inspection->members;
  return {};
}

ExitCode status(Context& context, const NoFlags&) {
  const auto answers = ask_given(context);
  if (!answers.ok()) return context.fail(answers.error());
  const auto members = members_of_first(*answers);
  std::vector<StatusRow> rows;
  for (const client::Answer& answer : *answers) rows.push_back(row_of(answer, members));
  if (answers->size() == 1 && answers->front().inspection.ok())
    add_named(context, *answers->front().inspection, rows);
  const bool serves = is_service(rows);
  print_status(context.output(), std::move(rows));
  return serves ? ExitCode::ok : ExitCode::no_connection;
}

// --- members -------------------------------------------------------------------------------------

ExitCode members(Context& context, const NoFlags&) {
  const auto answers = ask_given(context);
  if (!answers.ok()) return context.fail(answers.error());
  for (const client::Answer& answer : *answers) {
    if (!answer.inspection.ok()) continue;
    print_members(context.output(), answer.inspection->members);
    return ExitCode::ok;
  }
  Error error = answers->front().inspection.error();
  error.text = client::to_string(answers->front().host) + ": " + error.text;
  return context.fail(error);
}

// --- health --------------------------------------------------------------------------------------

HealthCheck check_of(const HealthFlags& flags) {
  if (flags.quorum) return HealthCheck::quorum;
  return flags.live && !flags.ready ? HealthCheck::live : HealthCheck::ready;
}

ExitCode health(Context& context, const HealthFlags& flags) {
  const auto endpoints = client::parse_endpoints(context.globals().endpoints);
  if (!endpoints.ok()) return context.fail(endpoints.error());
  if (endpoints->hosts.size() != 1) {
    return context.fail({ErrorCode::bad_arguments, "health is asked of one server, not of several"},
                        "name one by --endpoints; `quorate status` shows all");
  }
  const auto answers = client::inspect(endpoints->hosts, context.timeout_or(inspection_timeout));
  const HealthCheck check = check_of(flags);
  const Verdict verdict = judge(answers.front(), check);
  context.output().value({{"healthy", verdict.healthy},
                          {"check", to_string(check)},
                          {"endpoint", client::to_string(answers.front().host)},
                          {"text", verdict.text}},
                         verdict.text);
  return verdict.healthy ? ExitCode::ok : ExitCode::other;
}

}  // namespace

void define_status(CLI::App& app, Selection& selection) {
  define_command<NoFlags>(
      app, selection, "status",
      "What every server does: those given, or all that one given names; 0 when a quorum serves, "
      "else 6",
      "quorate status", status);
}

void define_members(CLI::App& app, Selection& selection) {
  define_command<NoFlags>(app, selection, "members",
                          "The members as the server's configuration has them, and who is linked",
                          "quorate -o json members", members);
}

void define_health(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<HealthFlags>(
      app, selection, "health",
      "Whether a server is well: one line, exit code 0 or 1, in 2s unless --timeout says otherwise",
      "quorate health --ready --endpoints 127.0.0.1:2181", health);
  arguments.flag("--live", flags->live, "The process answers")
      .flag("--ready", flags->ready, "It serves clients (default)")
      .flag("--quorum", flags->quorum, "It serves clients, and is linked with a quorum");
}

}  // namespace quorate::cli
