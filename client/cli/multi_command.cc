// multi: writes that happen together or not at all.
#include <array>
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/cli/input_data.h"
#include "client/cli/multi_text.h"
#include "client/cli/stat_view.h"

namespace quorate::cli {
namespace {

struct MultiFlags {
  std::string file;
};

std::string_view op_name(const MultiOp& op) {
  constexpr std::array<std::string_view, 5> names = {"create", "delete", "set", "check", "refused"};
  return names[op.index()];
}

std::string path_of(const MultiOp& op) {
  return std::visit(
      []<class Part>(const Part& part) -> std::string {
        if constexpr (requires { part.path; }) return part.path;
        return {};
      },
      op);
}

ExitCode multi(Context& context, const MultiFlags& flags) {
  const auto text = read_file(context, flags.file);
  if (!text.ok()) return context.fail(text.error());
  auto parsed =
      parse_multi(*text, [&context](std::string_view path) { return context.resolve(path); });
  if (!parsed.ok()) {
    return context.fail({parsed.code(), flags.file + ": " + parsed.error().text},
                        "see `quorate multi --help`");
  }
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const Multi request = *parsed;
  const auto reply = (*client)->multi(std::move(*parsed));
  if (!reply.ok()) return context.fail(reply.error());
  Rows rows(context.output(), {{"op"}, {"path"}, {"version"}});
  for (std::size_t i = 0; i < request.ops.size() && i < reply->results.size(); ++i) {
    const MultiResult& result = reply->results[i];
    std::string path = path_of(request.ops[i]);
    Json version;
    if (const auto* created = std::get_if<CreateReply>(&result.body)) {
      path = created->path;
      version = created->stat.version;
    } else if (const auto* set = std::get_if<StatReply>(&result.body)) {
      version = set->stat.version;
    }
    rows.add({std::string(op_name(request.ops[i])), path, version});
  }
  return ExitCode::ok;
}

}  // namespace

void define_multi(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<MultiFlags>(
      app, selection, "multi", "Execute several writes, all of them or none",
      "quorate multi --file - <<'END'\n"
      "  {\"op\": \"check\", \"path\": \"/config\", \"version\": 3}\n"
      "  {\"op\": \"set\", \"path\": \"/config\", \"data\": \"new\"}\n"
      "  {\"op\": \"create\", \"path\": \"/changes/c-\", \"mode\": \"persistent_sequential\"}\n"
      "  {\"op\": \"delete\", \"path\": \"/draft\"}\n"
      "  END",
      multi);
  arguments.required_option(
      "-f,--file", flags->file, "FILE",
      "Operations as a JSON array or one JSON object per line; - is standard input");
}

}  // namespace quorate::cli
