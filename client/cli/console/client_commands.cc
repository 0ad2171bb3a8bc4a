// sessions, watches, slow: what a server's clients do there.
#include <array>
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/cli/console/console.h"
#include "client/cli/console/views.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using admin::integer_of;
using admin::list_of;
using admin::text_of;

constexpr std::array<Field, 2> path_lists = {
    Field{"ephemeral_paths", "ephemeral_paths"},
    Field{"watched_paths", "watched"},
};

struct ListFlags {
  std::string sort;
  std::string order;
  std::string search;
  std::string by = "path";
  bool here = false;
  std::int64_t limit = all_items;
};

struct SessionFlags {
  std::string session;
  std::int64_t percent = -1;
  std::string reason;
};

struct SlowFlags {
  bool sampled = false;
  std::int64_t limit = 100;
  std::string threshold;
};

admin::Query query_of(const ListFlags& flags) {
  admin::Query query{{"sort", flags.sort}, {"order", order_of(flags.sort, flags.order)}};
  if (!flags.search.empty()) query.emplace_back("search", flags.search);
  return query;
}

Result<std::string> session_path(const std::string& session) {
  const std::string digits = session.starts_with("0x") ? session.substr(2) : session;
  const bool hexadecimal = !digits.empty() && digits.size() <= 16 &&
                           digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (hexadecimal) return "/sessions/0x" + digits;
  return Error{ErrorCode::bad_arguments,
               "\"" + session + "\" is no session; write it as in 0x100000001"};
}

// --- sessions ------------------------------------------------------------------------------------

ExitCode list(Context& context, const ListFlags& flags) {
  admin::Query query = query_of(flags);
  if (flags.here) query.emplace_back("here", "true");
  const auto answer = ask_server_list(context, "/sessions", query, flags.limit);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  print_items(context.output(), list_of(*answer, "items"), session_fields);
  note_rest(context, *answer);
  return ExitCode::ok;
}

ExitCode show(Context& context, const SessionFlags& flags) {
  const auto path = session_path(flags.session);
  if (!path.ok()) return fail_at_console(context, path.error());
  auto answer = ask_server(context, *path);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  if (context.output().is_json()) {
    context.output().value(*answer, "");
    return ExitCode::ok;
  }
  Json watched = Json::array();
  for (const Json& watch : list_of(*answer, "watched_paths"))
    watched.push_back(text_of(watch, "path") + " (" + text_of(watch, "kind") + ")");
  if (answer->is_object()) (*answer)["watched"] = std::move(watched);
  print_detail(context.output(), *answer, session_fields);
  print_detail(context.output(), *answer, path_lists);
  return ExitCode::ok;
}

/// What is done to one session; `text` is how the question begins.
ExitCode end_something(Context& context, const SessionFlags& flags, const char* what,
                       const char* text) {
  const auto path = session_path(flags.session);
  if (!path.ok()) return fail_at_console(context, path.error());
  const auto session = ask_server(context, *path);
  if (!session.ok()) return fail_at_console(context, session.error());
  const std::string id = path->substr(std::string("/sessions/").size());
  const std::string address = text_of(*session, "address");
  const std::string act =
      text + id + (address.empty() ? "" : " of " + address) + " with " +
      counted(integer_of(*session, "ephemerals").value_or(0), "ephemeral node", "ephemeral nodes") +
      " and " + counted(integer_of(*session, "watches").value_or(0), "watch", "watches");
  return destroy(context, {act, id, *path + what, Json::object(), text_of(*session, "etag")},
                 flags.reason);
}

ExitCode close(Context& context, const SessionFlags& flags) {
  return end_something(context, flags, "/close", "Close session ");
}

ExitCode forget_watches(Context& context, const SessionFlags& flags) {
  return end_something(context, flags, "/remove-watches", "Remove all watches of session ");
}

ExitCode shed(Context& context, const SessionFlags& flags) {
  if (flags.percent < 1 || flags.percent > 100)
    return fail_at_console(context, {ErrorCode::bad_arguments, "--percent is from 1 to 100"});
  const auto status = ask_server(context, "/status");
  if (!status.ok()) return fail_at_console(context, status.error());
  const std::string id = std::to_string(integer_of(*status, "server").value_or(0));
  return destroy(context,
                 {"Close " + std::to_string(flags.percent) + " % of the " +
                      std::to_string(integer_of(*status, "connections").value_or(0)) +
                      " connections of server " + id,
                  id,
                  "/shed",
                  {{"percent", flags.percent}},
                  ""},
                 flags.reason);
}

// --- watches, slow -------------------------------------------------------------------------------

ExitCode watches(Context& context, const ListFlags& flags) {
  admin::Query query = query_of(flags);
  query.emplace_back("by", flags.by);
  const auto answer = ask_server_list(context, "/watches", query, flags.limit);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  print_items(context.output(), list_of(*answer, "items"), watch_fields);
  note_rest(context, *answer);
  return ExitCode::ok;
}

ExitCode set_threshold(Context& context, const SlowFlags& flags) {
  // The contract counts milliseconds; a bare number is one of them.
  const bool bare = flags.threshold.find_first_not_of("0123456789") == std::string::npos;
  const auto threshold = parse_duration(flags.threshold + (bare ? "ms" : ""));
  if (!threshold.ok()) return fail_at_console(context, threshold.error());
  return change(context, "PUT", "/slow/threshold", {{"threshold_ms", threshold->count()}});
}

ExitCode slow(Context& context, const SlowFlags& flags) {
  if (!flags.threshold.empty()) return set_threshold(context, flags);
  const auto answer = ask_server(
      context, "/slow",
      {{"which", flags.sampled ? "sampled" : "slowest"}, {"limit", std::to_string(flags.limit)}});
  if (!answer.ok()) return fail_at_console(context, answer.error());
  const Json& items = list_of(*answer, "items");
  Output& output = context.output();
  print_items(output,
              output.is_json() ? items : with_stages(items, output.mode() == OutputMode::table),
              slow_fields);
  return ExitCode::ok;
}

void add_list_flags(Arguments& arguments, ListFlags& flags, const char* search) {
  arguments.option("--order", flags.order, "WAY", "up or down (default: names up, numbers down)")
      .option("--search", flags.search, "TEXT", search)
      .option("--limit", flags.limit, "N", "At most so many (default all)");
}

void define_close(CLI::App& group, Selection& selection) {
  auto [flags, arguments] = define_command<SessionFlags>(
      group, selection, "close", "End one, and with it its ephemeral nodes",
      "quorate -y sessions close 0x100000001 --reason \"its host is gone\"", close);
  arguments.required("session", flags->session, "As in the list")
      .option("--reason", flags->reason, "TEXT", "Why, for the audit log");
}

void define_remove_watches(CLI::App& group, Selection& selection) {
  auto [flags, arguments] = define_command<SessionFlags>(
      group, selection, "remove-watches", "Forget what one watches; its client is not told",
      "quorate -y sessions remove-watches 0x100000001 --reason \"too many\"", forget_watches);
  arguments.required("session", flags->session, "As in the list")
      .option("--reason", flags->reason, "TEXT", "Why, for the audit log");
}

void define_shed(CLI::App& group, Selection& selection) {
  auto [flags, arguments] = define_command<SessionFlags>(
      group, selection, "shed", "Have some clients connect elsewhere; their sessions go on",
      "quorate -y sessions shed --percent 30 --reason \"uneven after the restart\"", shed);
  arguments.option("--percent", flags->percent, "N", "How many of a hundred, chosen by chance")
      .option("--reason", flags->reason, "TEXT", "Why, for the audit log");
}

}  // namespace

void define_sessions(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "sessions", "The sessions of all clients (console)");
  {
    auto [flags, arguments] = define_command<ListFlags>(
        group, selection, "list", "All of the ensemble, and the local ones of the server",
        "quorate sessions list --sort ephemerals --limit 20", list);
    flags->sort = "session";
    arguments
        .option("--sort", flags->sort, "BY",
                "session, address, heard, ephemerals, watches, received or sent (default session)")
        .flag("--here", flags->here, "Only those connected to this server");
    add_list_flags(arguments, *flags, "Only those with it in session, address or identities");
  }
  {
    auto [flags, arguments] = define_command<SessionFlags>(
        group, selection, "show", "One, with its ephemeral nodes and watches",
        "quorate sessions show 0x100000001", show);
    arguments.required("session", flags->session, "As in the list");
  }
  define_close(group, selection);
  define_remove_watches(group, selection);
  define_shed(group, selection);
}

void define_watches(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<ListFlags>(
      app, selection, "watches", "What clients of a server watch, the most watched first (console)",
      "quorate watches --by session --limit 10", watches);
  flags->sort = "watches";
  arguments.option("--by", flags->by, "WHAT", "path or session (default path)")
      .option("--sort", flags->sort, "BY", "name or watches (default watches)");
  add_list_flags(arguments, *flags, "Only those whose name contains it");
}

void define_slow(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<SlowFlags>(
      app, selection, "slow", "The slowest requests of late, and where their time went (console)",
      "quorate slow --limit 10", slow);
  arguments.flag("--sampled", flags->sampled, "Some of all requests instead")
      .option("--limit", flags->limit, "N", "At most so many, up to 1000 (default 100)")
      .option("--threshold", flags->threshold, "MS",
              "Instead of listing, set from how long on a request is slow, until a restart");
}

}  // namespace quorate::cli
