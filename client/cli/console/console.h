// What every command over a server's console does: connect, ask for leave, report.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/admin/api.h"
#include "client/cli/context.h"

namespace quorate::cli {

/// More than any list has, and few enough to hold.
inline constexpr std::int64_t all_items = 1'000'000;

/// What the global options say, checked.
[[nodiscard]] Result<admin::ApiOptions> console_options(const Context& context);

/// The path of something that belongs to the server that --server names: "/servers/2" + `path`.
[[nodiscard]] Result<std::string> server_path(const Context& context, std::string_view path);

/// Reports a failure with what to do about it. Returns the exit code; `interrupted` after Ctrl-C.
ExitCode fail_at_console(Context& context, const Error& error);

/// Asks once and gives the answer.
[[nodiscard]] Result<Json> ask_server(Context& context, std::string_view path,
                                      const admin::Query& query = {});
/// See Api::get_list().
[[nodiscard]] Result<Json> ask_server_list(Context& context, std::string_view path,
                                           const admin::Query& query, std::int64_t limit);

/// "up" for names, and "down" for numbers, of which the highest are wanted, unless `given`.
[[nodiscard]] std::string order_of(std::string_view sort, const std::string& given);

/// Something that is ended, moved or cut off.
struct Destruction {
  std::string act;             ///< "Stop server 2, which leads": a sentence for who is asked.
  std::string confirm;         ///< What the person types, and the server is told.
  std::string path;            ///< Behind the server's.
  Json more = Json::object();  ///< Besides `confirm` and `reason`.
  std::string etag;
};

/// Gets leave: the name typed and a reason given at a terminal, or -y and --reason. Without both,
/// refused rather than left hanging. Returns the reason.
[[nodiscard]] Result<std::string> leave_for(Context& context, const std::string& act,
                                            const std::string& confirm, const std::string& reason);

/// Asks for leave, does it, and says what was done.
ExitCode destroy(Context& context, const Destruction& what, const std::string& reason);

/// A change that is undone as easily: done at once.
ExitCode change(Context& context, std::string_view method, std::string_view path, const Json& body);

/// Where more matched than is shown, a remark on it.
void note_rest(Context& context, const Json& answer);

}  // namespace quorate::cli
