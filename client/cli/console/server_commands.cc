// server, elections, audit, backups: one server as a whole.
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/cli/console/console.h"
#include "client/cli/console/views.h"

namespace quorate::cli {
namespace {

using admin::field;
using admin::integer_of;
using admin::list_of;
using admin::text_of;

struct NoFlags {};

struct ReasonFlags {
  std::string reason;
};

struct ListFlags {
  std::string search;
  std::int64_t limit = 100;
};

admin::Query query_of(const ListFlags& flags) {
  admin::Query query{{"limit", std::to_string(flags.limit)}};
  if (!flags.search.empty()) query.emplace_back("search", flags.search);
  return query;
}

ExitCode show_list(Context& context, const char* path, const admin::Query& query, Fields fields) {
  const auto answer = ask_server(context, path, query);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  print_items(context.output(), list_of(*answer, "items"), fields);
  return ExitCode::ok;
}

ExitCode elections(Context& context, const ListFlags& flags) {
  return show_list(context, "/elections", query_of(flags), election_fields);
}

ExitCode audit(Context& context, const ListFlags& flags) {
  return show_list(context, "/audit", query_of(flags), audit_fields);
}

ExitCode config(Context& context, const NoFlags&) {
  return show_list(context, "/config", {}, config_fields);
}

ExitCode show(Context& context, const NoFlags&) {
  const auto status = ask_server(context, "/status");
  if (!status.ok()) return fail_at_console(context, status.error());
  print_detail(context.output(), *status, status_fields);
  return ExitCode::ok;
}

// --- backups -------------------------------------------------------------------------------------

ExitCode backups(Context& context, const NoFlags&) {
  const auto answer = ask_server(context, "/backups");
  if (!answer.ok()) return fail_at_console(context, answer.error());
  if (context.output().is_json()) {
    context.output().value(*answer, "");
    return ExitCode::ok;
  }
  // The image and the log are no checkpoints, but belong into the same lines for who looks.
  Json rows = Json::array();
  Json image = field(*answer, "image");
  if (image.is_object()) {
    image["name"] = "(image)";
    image["at_ms"] = field(image, "saved_at_ms");
    rows.push_back(std::move(image));
  }
  for (const Json& checkpoint : list_of(*answer, "checkpoints")) rows.push_back(checkpoint);
  Json log = Json::object();
  log["name"] = "(log)";
  log["zxid"] = text_of(*answer, "log.first") + "..." + text_of(*answer, "log.last");
  log["bytes"] = field(*answer, "log.bytes");
  rows.push_back(std::move(log));
  print_items(context.output(), rows, checkpoint_fields);
  return ExitCode::ok;
}

/// What destroys nothing: only the reason is asked for.
ExitCode change_with_reason(Context& context, const std::string& what, const std::string& path,
                            const std::string& given) {
  std::string reason = given;
  if (reason.empty()) {
    const auto asked = leave_for(context, what, "", "");
    if (!asked.ok()) return context.fail(asked.error());
    reason = *asked;
  }
  return change(context, "POST", path, {{"reason", reason}});
}

ExitCode take(Context& context, const ReasonFlags& flags) {
  return change_with_reason(context, "Taking a checkpoint", "/backups", flags.reason);
}

struct VerifyFlags : ReasonFlags {
  std::string name;
};

ExitCode verify(Context& context, const VerifyFlags& flags) {
  return change_with_reason(context, "Reading a checkpoint back",
                            "/backups/" + flags.name + "/verify", flags.reason);
}

// --- drain, undrain, stop ------------------------------------------------------------------------

/// Asks how the server is doing, so that who is asked for leave knows, and nothing is done to a
/// server whose role has changed in between.
ExitCode act_on_server(Context& context, const std::string& verb, const char* path, Json more,
                       const std::string& reason) {
  const auto status = ask_server(context, "/status");
  if (!status.ok()) return fail_at_console(context, status.error());
  const auto server = integer_of(*status, "server");
  if (!server) {
    return fail_at_console(context,
                           {ErrorCode::marshalling_error, "the console does not say whose it is"});
  }
  const std::string id = std::to_string(*server);
  const std::string act = verb + " server " + id + " (" + text_of(*status, "role") + ", " +
                          std::to_string(integer_of(*status, "connections").value_or(0)) +
                          " connections)";
  return destroy(context, {act, id, path, std::move(more), text_of(*status, "etag")}, reason);
}

ExitCode drain(Context& context, const ReasonFlags& flags) {
  return act_on_server(context, "Drain", "/drain", {{"drain", true}}, flags.reason);
}

ExitCode undrain(Context& context, const ReasonFlags& flags) {
  return act_on_server(context, "Let clients back onto", "/drain", {{"drain", false}},
                       flags.reason);
}

ExitCode stop(Context& context, const ReasonFlags& flags) {
  return act_on_server(context, "Stop", "/stop", Json::object(), flags.reason);
}

void define_act(CLI::App& group, Selection& selection, const char* name, const char* summary,
                const char* example, ExitCode (*run)(Context&, const ReasonFlags&)) {
  auto [flags, arguments] =
      define_command<ReasonFlags>(group, selection, name, summary, example, run);
  arguments.option("--reason", flags->reason, "TEXT", "Why, for the audit log");
}

}  // namespace

void define_elections(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<ListFlags>(app, selection, "elections",
                                "What became of a server's role, and why, newest first (console)",
                                "quorate elections --server 2 --limit 10", elections);
  arguments.option("--limit", flags->limit, "N", "At most so many, up to 1000 (default 100)");
}

void define_audit(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<ListFlags>(
      app, selection, "audit",
      "Who changed what through a server's console, newest first (console)",
      "quorate audit --search restartActor", audit);
  arguments.option("--search", flags->search, "TEXT", "Only those that contain it")
      .option("--limit", flags->limit, "N", "At most so many, up to 1000 (default 100)");
}

void define_backups(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "backups", "The checkpoints of a server (console)");
  define_command<NoFlags>(group, selection, "list", "The image, its checkpoints and the log",
                          "quorate backups list", backups);
  define_act(group, selection, "take", "Take a checkpoint now",
             "quorate backups take --reason \"before the upgrade\"", take);
  auto [flags, arguments] = define_command<VerifyFlags>(
      group, selection, "verify", "Read a checkpoint back and compare it with its digest",
      "quorate backups verify 0000000100000005 --reason \"a yearly look\"", verify);
  arguments.required("name", flags->name, "As `backups list` has it")
      .option("--reason", flags->reason, "TEXT", "Why, for the audit log");
}

void define_server(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "server", "One server: how it is doing, and its end (console)");
  define_command<NoFlags>(group, selection, "show", "How it is doing",
                          "quorate server show --server 2", show);
  define_command<NoFlags>(group, selection, "config", "Its effective configuration",
                          "quorate server config --server 2", config);
  define_act(group, selection, "drain",
             "Send its clients to other servers and take no new ones; it goes on to vote and log",
             "quorate -y server drain --server 2 --reason \"maintenance\"", drain);
  define_act(group, selection, "undrain", "Take clients again",
             "quorate -y server undrain --server 2 --reason \"maintenance is over\"", undrain);
  define_act(group, selection, "stop", "Stop it in order",
             "quorate -y server stop --server 2 --reason \"its host is replaced\"", stop);
}

}  // namespace quorate::cli
