// actors: what a server's actors do, and how long messages wait for them.
#include <algorithm>
#include <array>
#include <chrono>
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
using Clock = std::chrono::steady_clock;

constexpr milliseconds look_every{500};

constexpr std::array<Field, 5> tree_list = {
    Field{"actor", "drawn"},
    Field{"id", "id", Form::count},
    Field{"state", "state", Form::state},
    Field{"wait", "wait_us", Form::us},
    Field{"restarts", "restarts", Form::count},
};

constexpr std::array<Field, 6> kind_list = {
    Field{"message", "message"},         Field{"count", "count", Form::count},
    Field{"per_s", "per_s", Form::rate}, Field{"p50", "p50_us", Form::us},
    Field{"p99", "p99_us", Form::us},    Field{"max", "max_us", Form::us},
};

constexpr std::array<Field, 8> detail_list = {
    Field{"on_death", "on_death"},
    Field{"restartable", "restartable", Form::flag},
    Field{"parent", "parent", Form::count},
    Field{"traced_until", "traced_until_ms", Form::moment},
    Field{"io", "io"},
    Field{"state_dump", "dump"},
    Field{"children", "child_names"},
    Field{"etag", "etag"},
};

struct ListFlags {
  std::string sort = "id";
  std::string search;
  bool connections = false;
  std::string order;
  std::int64_t limit = all_items;
};

struct ActorFlags {
  std::string actor;
  std::string duration = "30s";
  std::string reason;
};

admin::Query query_of(const ListFlags& flags) {
  admin::Query query{{"sort", flags.sort}};
  if (flags.connections) query.emplace_back("connections", "true");
  if (!flags.search.empty()) query.emplace_back("search", flags.search);
  query.emplace_back("order", order_of(flags.sort, flags.order));
  return query;
}

Result<std::string> actor_path(const std::string& actor) {
  const bool digits = !actor.empty() && actor.size() <= 18 &&
                      actor.find_first_not_of("0123456789") == std::string::npos;
  if (digits) return "/actors/" + actor;
  return Error{ErrorCode::bad_arguments,
               "\"" + actor + "\" is no id of an actor; `quorate actors list` shows them"};
}

std::string full_name(const Json& actor) {
  const std::string label = text_of(actor, "label");
  return text_of(actor, "name") + (label.empty() ? "" : " " + label);
}

ExitCode list(Context& context, const ListFlags& flags) {
  const auto answer = ask_server_list(context, "/actors", query_of(flags), flags.limit);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  print_items(context.output(), list_of(*answer, "items"), actor_fields);
  note_rest(context, *answer);
  return ExitCode::ok;
}

ExitCode tree(Context& context, const ListFlags& flags) {
  const auto answer = ask_server_list(context, "/actors", query_of(flags), flags.limit);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  Json rows = as_tree(list_of(*answer, "items"));
  if (!context.output().is_json()) {
    for (Json& row : rows) {
      const auto depth = static_cast<std::size_t>(integer_of(row, "indent").value_or(0));
      row["drawn"] = std::string(2 * std::min<std::size_t>(depth, 32), ' ') + full_name(row);
    }
  }
  print_items(context.output(), rows, tree_list);
  return ExitCode::ok;
}

ExitCode show(Context& context, const ActorFlags& flags) {
  const auto path = actor_path(flags.actor);
  if (!path.ok()) return fail_at_console(context, path.error());
  auto answer = ask_server(context, *path);
  if (!answer.ok()) return fail_at_console(context, answer.error());
  if (context.output().is_json()) {
    context.output().value(*answer, "");
    return ExitCode::ok;
  }
  Json names = Json::array();
  for (const Json& child : list_of(*answer, "children")) names.push_back(full_name(child));
  if (answer->is_object()) (*answer)["child_names"] = std::move(names);
  print_detail(context.output(), *answer, actor_fields);
  print_detail(context.output(), *answer, detail_list);
  if (!list_of(*answer, "kinds").empty()) {
    context.output().out() << '\n';
    print_items(context.output(), list_of(*answer, "kinds"), kind_list);
  }
  return ExitCode::ok;
}

// --- trace ---------------------------------------------------------------------------------------

void print_messages(Context& context, const std::vector<Json>& newest_first) {
  for (auto one = newest_first.rbegin(); one != newest_first.rend(); ++one) {
    const Field took{"", "took_us", Form::us};
    context.output().event(
        *one, printable_cell(to_iso_time(integer_of(*one, "at_ms").value_or(0)) + "  " +
                             text_of(*one, "message") + "  " + cell_of(*one, took, true)));
  }
}

/// Prints messages as they come until the time is over, then the kinds. Returns the last error.
Status follow_trace(Context& context, admin::Api& api, const std::string& path,
                    Clock::time_point end) {
  Json before = Json::array();
  for (;;) {
    const bool last = Clock::now() >= end || interrupted();
    if (interrupted()) return {};
    const auto now = api.get(path);
    if (!now.ok()) return now.error();
    print_messages(context, newer_items(before, list_of(*now, "messages")));
    before = list_of(*now, "messages");
    if (last) {
      if (context.output().is_json()) {
        context.output().event({{"kinds", list_of(*now, "kinds")}}, "");
      } else {
        context.output().out() << '\n';
        print_items(context.output(), list_of(*now, "kinds"), kind_list);
      }
      return {};
    }
    sleep_unless_interrupted(std::min<Clock::duration>(look_every, end - Clock::now()));
  }
}

ExitCode trace(Context& context, const ActorFlags& flags) {
  const auto actor = actor_path(flags.actor);
  if (!actor.ok()) return fail_at_console(context, actor.error());
  const auto duration = parse_duration(flags.duration);
  if (!duration.ok()) return fail_at_console(context, duration.error());
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*duration);
  if (seconds.count() < 1 || seconds.count() > 600)
    return fail_at_console(context, {ErrorCode::bad_arguments, "--for is from 1s to 600s"});
  const auto path = server_path(context, *actor);
  if (!path.ok()) return fail_at_console(context, path.error());
  const auto options = console_options(context);
  if (!options.ok()) return fail_at_console(context, options.error());
  const InterruptScope interrupt;
  admin::Api api(*options);
  const auto begun = api.send("POST", *path + "/trace", {{"seconds", seconds.count()}});
  if (!begun.ok()) return fail_at_console(context, begun.error());
  const Status followed = follow_trace(context, api, *path, Clock::now() + seconds);
  if (interrupted()) {
    // Whoever ends early wants the actor left alone too; by itself it ends later.
    admin::ApiOptions last = *options;
    last.http.cancelled = nullptr;
    const auto ended = admin::Api(last).send("POST", *path + "/trace", {{"seconds", 0}});
    if (!ended.ok()) context.output().note("the trace goes on: " + ended.error().text);
    return ExitCode::interrupted;
  }
  return followed.ok() ? ExitCode::ok : fail_at_console(context, followed.error());
}

ExitCode restart(Context& context, const ActorFlags& flags) {
  const auto path = actor_path(flags.actor);
  if (!path.ok()) return fail_at_console(context, path.error());
  const auto actor = ask_server(context, *path);
  if (!actor.ok()) return fail_at_console(context, actor.error());
  const std::string name = text_of(*actor, "name");
  return destroy(context,
                 {"Restart actor " + flags.actor + ", " + full_name(*actor), name,
                  *path + "/restart", Json::object(), text_of(*actor, "etag")},
                 flags.reason);
}

void add_list_flags(Arguments& arguments, ListFlags& flags) {
  arguments.option("--search", flags.search, "TEXT", "Only those whose name or label contains it")
      .flag("--connections", flags.connections, "Those of clients' connections too")
      .option("--limit", flags.limit, "N", "At most so many (default all)");
}

}  // namespace

void define_actors(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "actors", "The actors of a server (console)");
  {
    auto [flags, arguments] = define_command<ListFlags>(
        group, selection, "tree", "Who supervises whom", "quorate actors tree --server 2", tree);
    add_list_flags(arguments, *flags);
  }
  {
    auto [flags, arguments] =
        define_command<ListFlags>(group, selection, "list", "All, with what waits for them",
                                  "quorate actors list --sort wait", list);
    arguments
        .option("--sort", flags->sort, "BY",
                "id, name, busy, wait, depth, messages, restarts or age (default id)")
        .option("--order", flags->order, "WAY", "up or down (default: names up, numbers down)");
    add_list_flags(arguments, *flags);
  }
  {
    auto [flags, arguments] =
        define_command<ActorFlags>(group, selection, "show", "One, with what it handles and holds",
                                   "quorate actors show 7", show);
    arguments.required("id", flags->actor, "As in the list");
  }
  {
    auto [flags, arguments] = define_command<ActorFlags>(
        group, selection, "trace", "Print every message that one handles, and then a summary",
        "quorate actors trace 7 --for 10s", trace);
    arguments.required("id", flags->actor, "As in the list")
        .option("--for", flags->duration, "DURATION", "How long, at most 600s (default 30s)");
  }
  {
    auto [flags, arguments] = define_command<ActorFlags>(
        group, selection, "restart", "End one, so that its supervisor starts it again",
        "quorate -y actors restart 7 --reason \"stuck since noon\"", restart);
    arguments.required("id", flags->actor, "As in the list")
        .option("--reason", flags->reason, "TEXT", "Why, for the audit log");
  }
}

}  // namespace quorate::cli
