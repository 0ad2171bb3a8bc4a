// log, loglevel: what a server logged, and what an ensemble wrote.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/cli/console/console.h"
#include "client/cli/console/views.h"
#include "client/cli/interrupt.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using admin::integer_of;
using admin::list_of;
using admin::text_of;
using std::chrono::milliseconds;

constexpr milliseconds look_every{200};
constexpr milliseconds try_again_after{1000};
/// Transactions that `grep` goes through from the newest on, unless --limit says otherwise.
constexpr std::int64_t page_items = 1000;

constexpr std::array<Field, 2> level_list = {Field{"component", "component"},
                                             Field{"level", "level"}};

struct TailFlags {
  bool follow = false;
  std::int64_t lines = 50;
  std::string level = "trace";
  std::string component;
  std::string search;
};

struct TransactionFlags {
  std::string zxid;
  std::string text;
  std::string path;
  std::string session;
  std::int64_t limit = 100;
};

struct LevelFlags {
  std::string component;
  std::string level;
};

admin::Query query_of(const TailFlags& flags, std::int64_t limit) {
  admin::Query query{{"level", flags.level}, {"limit", std::to_string(limit)}};
  if (!flags.component.empty()) query.emplace_back("component", flags.component);
  if (!flags.search.empty()) query.emplace_back("search", flags.search);
  return query;
}

void print_line(Context& context, const Json& line) {
  context.output().event(line, printable_cell(log_text(line)));
}

/// Lines newest first; prints those behind `seen`, oldest first, and moves it.
void print_lines(Context& context, const Json& newest_first, std::int64_t& seen) {
  for (auto line = newest_first.rbegin(); line != newest_first.rend(); ++line) {
    const std::int64_t seq = integer_of(*line, "seq").value_or(0);
    if (seq <= seen) continue;
    seen = seq;
    print_line(context, *line);
  }
}

/// The same server counts on; one that was restarted begins anew.
void forget_if_restarted(const Json& newest_first, std::int64_t& seen) {
  if (newest_first.empty()) return;
  if (integer_of(newest_first.front(), "seq").value_or(0) < seen) seen = -1;
}

/// Follows by a view of the last lines, which any server can be asked for.
ExitCode follow(Context& context, const admin::ApiOptions& options, const std::string& path,
                const TailFlags& flags, std::int64_t seen) {
  const std::string view = admin::target_of(path, query_of(flags, page_items));
  const std::string target = admin::target_of("/events", {{"view", view}});
  bool said = false;
  while (!interrupted()) {
    admin::EventStream stream(options);
    Status status = stream.open(target, "");
    // What will not change by waiting ends it.
    if (!status.ok() && exit_code_of(status.code()) != ExitCode::no_connection &&
        exit_code_of(status.code()) != ExitCode::timeout)
      return fail_at_console(context, status.error());
    while (status.ok() && !interrupted()) {
      said = false;
      const auto event = stream.next(look_every);
      if (!event.ok()) {
        status = event.error();
        break;
      }
      if (!*event || (*event)->name != "view") continue;
      const auto body = admin::parse_json((*event)->data);
      if (!body.ok()) return fail_at_console(context, body.error());
      const Json& lines = list_of(*body, "body.items");
      forget_if_restarted(lines, seen);
      print_lines(context, lines, seen);
    }
    if (interrupted()) break;
    if (!said) context.output().note(status.error().text + "; trying again");
    said = true;
    sleep_unless_interrupted(try_again_after);
  }
  return ExitCode::interrupted;
}

ExitCode tail(Context& context, const TailFlags& flags) {
  const auto path = server_path(context, "/log");
  if (!path.ok()) return fail_at_console(context, path.error());
  const auto options = console_options(context);
  if (!options.ok()) return fail_at_console(context, options.error());
  const InterruptScope interrupt;
  const std::int64_t count = std::clamp<std::int64_t>(flags.lines, 1, page_items);
  const auto answer = admin::Api(*options).get(*path, query_of(flags, count));
  if (!answer.ok()) return fail_at_console(context, answer.error());
  std::int64_t seen = -1;
  if (context.output().mode() == OutputMode::json && !flags.follow) {
    Json lines = Json::array();
    for (const Json& line : list_of(*answer, "items")) lines.insert(lines.begin(), line);
    print_items(context.output(), lines, {});
    return ExitCode::ok;
  }
  print_lines(context, list_of(*answer, "items"), seen);
  return flags.follow ? follow(context, *options, *path, flags, seen) : ExitCode::ok;
}

// --- transactions --------------------------------------------------------------------------------

ExitCode show(Context& context, const TransactionFlags& flags) {
  const auto answer = ask_server(context, "/transactions", {{"zxid", flags.zxid}, {"limit", "1"}});
  if (!answer.ok()) return fail_at_console(context, answer.error());
  const Json& items = list_of(*answer, "items");
  if (items.empty() || text_of(items.front(), "zxid") != flags.zxid) {
    const std::string first = text_of(*answer, "first");
    return fail_at_console(
        context, {ErrorCode::no_node, "the log has no transaction " + flags.zxid +
                                          (first.empty() ? "" : "; it begins at " + first)});
  }
  print_detail(context.output(), items.front(), transaction_fields);
  return ExitCode::ok;
}

bool contains(const Json& transaction, const std::string& text) {
  if (text_of(transaction, "kind").find(text) != std::string::npos) return true;
  if (text_of(transaction, "detail").find(text) != std::string::npos) return true;
  const Json& paths = list_of(transaction, "paths");
  return std::any_of(paths.begin(), paths.end(), [&](const Json& path) {
    return text_of(path, "").find(text) != std::string::npos;
  });
}

/// Page by page, each from the last one of the page before on, until enough were found.
Result<Json> find_transactions(Context& context, const TransactionFlags& flags) {
  const auto path = server_path(context, "/transactions");
  if (!path.ok()) return path.error();
  const auto options = console_options(context);
  if (!options.ok()) return options.error();
  admin::Api api(*options);
  admin::Query query{{"limit", std::to_string(page_items)}, {"zxid", flags.zxid}};
  if (!flags.path.empty()) query.emplace_back("path", flags.path);
  if (!flags.session.empty()) query.emplace_back("session", flags.session);
  Json found = Json::array();
  std::string last;
  for (;;) {
    admin::Query page_query = query;
    if (query[1].second.empty()) page_query.erase(page_query.begin() + 1);
    const auto page = api.get(*path, page_query);
    if (!page.ok()) return page.error();
    const Json& items = list_of(*page, "items");
    const std::string before = last;
    for (const Json& item : items) {
      const std::string zxid = text_of(item, "zxid");
      if (zxid == before) continue;
      last = zxid;
      if (flags.text.empty() || contains(item, flags.text)) found.push_back(item);
      if (static_cast<std::int64_t>(found.size()) >= flags.limit) return found;
    }
    if (!admin::is_true(*page, "more") || last == before) return found;
    query[1].second = last;
  }
}

ExitCode grep(Context& context, const TransactionFlags& flags) {
  if (flags.text.empty() && flags.path.empty() && flags.session.empty())
    return fail_at_console(
        context, {ErrorCode::bad_arguments, "name a text, --path or --session to look for"});
  const InterruptScope interrupt;
  const auto found = find_transactions(context, flags);
  if (!found.ok()) return fail_at_console(context, found.error());
  print_items(context.output(), *found, transaction_fields);
  if (!found->empty()) return ExitCode::ok;
  return ExitCode::not_found;
}

// --- loglevel ------------------------------------------------------------------------------------

ExitCode level(Context& context, const LevelFlags& flags) {
  if (!flags.component.empty() && flags.level.empty())
    return fail_at_console(
        context, {ErrorCode::bad_arguments, "name a level too: trace, debug, info, warn or error"});
  if (!flags.component.empty())
    return change(context, "PUT", "/loglevels/" + admin::percent_encoded(flags.component),
                  {{"level", flags.level}});
  const auto answer = ask_server(context, "/loglevels");
  if (!answer.ok()) return fail_at_console(context, answer.error());
  print_items(context.output(), list_of(*answer, "items"), level_list);
  return ExitCode::ok;
}

}  // namespace

void define_log(CLI::App& app, Selection& selection) {
  CLI::App& group =
      add_group(app, "log", "What a server logged, and the transactions in its log (console)");
  {
    auto [flags, arguments] =
        define_command<TailFlags>(group, selection, "tail", "The last lines that the server logged",
                                  "quorate log tail -f --level warn", tail);
    arguments.flag("-f,--follow", flags->follow, "Go on with new ones until interrupted")
        .option("-n,--lines", flags->lines, "N", "At most so many, up to 1000 (default 50)")
        .option("--level", flags->level, "LEVEL", "trace, debug, info, warn or error, and above")
        .option("--component", flags->component, "NAME", "Only of this component")
        .option("--search", flags->search, "TEXT", "Only those that contain it");
  }
  {
    auto [flags, arguments] = define_command<TransactionFlags>(
        group, selection, "show", "One transaction, without data", "quorate log show 7.1f", show);
    arguments.required("zxid", flags->zxid, "Epoch and counter, in hexadecimal");
  }
  {
    auto [flags, arguments] = define_command<TransactionFlags>(
        group, selection, "grep",
        "Transactions that touched something, newest first; 3 if none did",
        "quorate log grep --path /config --limit 10", grep);
    arguments.positional("text", flags->text, "What kind, paths or description contain")
        .option("--path", flags->path, "PATH", "Only those that touch this node")
        .option("--session", flags->session, "SESSION", "Only those of this session")
        .option("--before", flags->zxid, "ZXID", "Only this one and older ones")
        .option("--limit", flags->limit, "N", "At most so many (default 100)");
  }
}

void define_loglevel(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<LevelFlags>(
      app, selection, "loglevel",
      "The least level that each component of a server logs, or another one until it is restarted "
      "(console)",
      "quorate loglevel zab debug", level);
  arguments.positional("component", flags->component, "Whose to change")
      .positional("level", flags->level, "trace, debug, info, warn or error");
}

}  // namespace quorate::cli
