#include "client/cli/console/console.h"

#include <algorithm>
#include <cstdlib>
#include <istream>
#include <ostream>
#include <utility>

#include "client/cli/interrupt.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

constexpr std::chrono::milliseconds timeout_default{5000};
constexpr std::size_t reason_bytes_max = 500;

std::string hint_at_console(const Error& error) {
  switch (error.code) {
    case ErrorCode::connection_loss:
      return "check that the server runs and that --console or QUORATE_CONSOLE names its console";
    case ErrorCode::operation_timeout:
      return "allow more with --timeout";
    case ErrorCode::auth_failed:
      return "--token-file or QUORATE_TOKEN gives a token, --client-cert a certificate";
    default:
      return {};
  }
}

std::string ask_line(Context& context, const std::string& question) {
  context.output().out().flush();
  context.output().err() << printable_cell(question) << " " << std::flush;
  std::string answer;
  std::getline(context.input().in, answer);
  return answer;
}

ExitCode done(Context& context, const Result<Json>& answer) {
  if (!answer.ok()) return fail_at_console(context, answer.error());
  const std::string text = admin::text_of(*answer, "text");
  context.output().value(*answer, printable_cell(text.empty() ? "done" : text));
  return ExitCode::ok;
}

}  // namespace

Result<admin::ApiOptions> console_options(const Context& context) {
  const ConsoleOptions& given = context.globals().console;
  admin::ApiOptions options;
  const auto url = admin::parse_console_url(given.url);
  if (!url.ok()) return url.error();
  options.http = {*url, given.ca_file, given.certificate_file, given.key_file, interrupted};
  options.timeout = context.timeout_or(timeout_default);
  if (!given.token_file.empty()) {
    const auto token = admin::read_token(given.token_file);
    if (!token.ok()) return token.error();
    options.token = *token;
  } else if (const char* token = std::getenv("QUORATE_TOKEN"); token != nullptr) {
    options.token = token;
  }
  if (const Status fit = admin::check_token(options.token, *url); !fit.ok()) return fit.error();
  return options;
}

Result<std::string> server_path(const Context& context, std::string_view path) {
  const std::string& server = context.globals().console.server;
  const bool is_id =
      !server.empty() && server.size() <= 3 &&
      std::all_of(server.begin(), server.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (server != "self" && !is_id) {
    return Error{ErrorCode::bad_arguments,
                 "\"" + server + "\" is no server; --server takes an id or self"};
  }
  return "/servers/" + server + std::string(path);
}

ExitCode fail_at_console(Context& context, const Error& error) {
  if (interrupted()) return ExitCode::interrupted;
  context.output().error(error, hint_at_console(error));
  return exit_code_of(error.code);
}

Result<Json> ask_server(Context& context, std::string_view path, const admin::Query& query) {
  const auto whole = server_path(context, path);
  if (!whole.ok()) return whole.error();
  const auto options = console_options(context);
  if (!options.ok()) return options.error();
  return admin::Api(*options).get(*whole, query);
}

Result<Json> ask_server_list(Context& context, std::string_view path, const admin::Query& query,
                             std::int64_t limit) {
  const auto whole = server_path(context, path);
  if (!whole.ok()) return whole.error();
  const auto options = console_options(context);
  if (!options.ok()) return options.error();
  if (limit < 1) return Error{ErrorCode::bad_arguments, "--limit is at least 1"};
  return admin::Api(*options).get_list(*whole, query,
                                       static_cast<std::size_t>(std::min(limit, all_items)));
}

std::string order_of(std::string_view sort, const std::string& given) {
  if (!given.empty()) return given;
  const bool is_name = sort == "id" || sort == "name" || sort == "session" || sort == "address";
  return is_name ? "up" : "down";
}

Result<std::string> leave_for(Context& context, const std::string& act, const std::string& confirm,
                              const std::string& reason) {
  if (reason.size() > reason_bytes_max)
    return Error{ErrorCode::bad_arguments, "a reason has at most 500 bytes"};
  const bool can_ask = context.input().is_terminal && context.output().err_is_terminal();
  const bool yes = context.globals().yes;
  if (!can_ask && !yes)
    return Error{ErrorCode::bad_arguments,
                 act + " needs -y and --reason when no terminal can be asked"};
  if (reason.empty() && (yes || !can_ask))
    return Error{ErrorCode::bad_arguments, act + " needs --reason: it goes to the audit log"};
  if (!yes && !confirm.empty()) {
    const std::string typed = ask_line(context, act + "? Type " + confirm + " to go on:");
    if (typed != confirm)
      return Error{ErrorCode::bad_arguments, "not confirmed, nothing was changed"};
  }
  if (!reason.empty()) return reason;
  std::string given = ask_line(context, "Reason, for the audit log:");
  if (given.empty() || given.size() > reason_bytes_max)
    return Error{ErrorCode::bad_arguments, "without a reason nothing was changed"};
  return given;
}

ExitCode destroy(Context& context, const Destruction& what, const std::string& reason) {
  const auto path = server_path(context, what.path);
  if (!path.ok()) return fail_at_console(context, path.error());
  const auto options = console_options(context);
  if (!options.ok()) return fail_at_console(context, options.error());
  const auto leave = leave_for(context, what.act, what.confirm, reason);
  if (!leave.ok()) return context.fail(leave.error());
  Json body = what.more;
  body["confirm"] = what.confirm;
  body["reason"] = *leave;
  return done(context, admin::Api(*options).send("POST", *path, body, what.etag));
}

ExitCode change(Context& context, std::string_view method, std::string_view path,
                const Json& body) {
  const auto whole = server_path(context, path);
  if (!whole.ok()) return fail_at_console(context, whole.error());
  const auto options = console_options(context);
  if (!options.ok()) return fail_at_console(context, options.error());
  return done(context, admin::Api(*options).send(method, *whole, body));
}

void note_rest(Context& context, const Json& answer) {
  const auto total = admin::integer_of(answer, "total");
  const std::size_t shown = admin::list_of(answer, "items").size();
  if (total && *total > static_cast<std::int64_t>(shown))
    context.output().note(std::to_string(shown) + " of " + std::to_string(*total) +
                          " are shown; --limit shows more, --search fewer");
}

}  // namespace quorate::cli
