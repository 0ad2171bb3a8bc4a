// ls, get, stat: what is there.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/stat_view.h"
#include "client/cli/text.h"
#include "client/tree_walk.h"

namespace quorate::cli {
namespace {

struct LsFlags {
  std::string path = ".";
  bool recursive = false;
  bool stat = false;
  std::uint64_t depth = 0;
};

struct GetFlags {
  std::string path;
  bool raw = false;
  bool stat = false;
};

struct StatFlags {
  std::string path;
};

std::string missing(const std::string& path) {
  return "create it with `quorate create " + path + "`, or list what is there with `quorate ls`";
}

std::vector<Rows::Column> ls_columns(bool stat) {
  if (!stat) return {{"name"}};
  return {{"name"}, {"version", true}, {"size", true}, {"children", true}, {"mtime"}, {"owner"}};
}

std::vector<Json> ls_row(const std::string& name, const Stat& stat, bool with_stat) {
  if (!with_stat) return {name};
  const Json owner =
      stat.ephemeral_owner.value == 0 ? Json() : Json(to_string(stat.ephemeral_owner));
  return {name, stat.version, stat.data_length, stat.num_children, to_iso_time(stat.mtime_ms),
          owner};
}

ExitCode ls_tree(Context& context, client::Client& client, const LsFlags& flags) {
  client::WalkOptions options;
  if (flags.depth > 0) options.depth_max = flags.depth;
  client::TreeWalk walk(client, context.resolve(flags.path), options);
  Rows rows(context.output(), ls_columns(flags.stat));
  while (true) {
    auto node = walk.next();
    if (!node.ok()) return context.fail(node.error());
    if (!*node) break;
    rows.add(ls_row((*node)->path, (*node)->stat, flags.stat));
  }
  if (walk.denied() > 0) {
    context.output().note(std::to_string(walk.denied()) +
                          " nodes may not be read and were left out");
  }
  return ExitCode::ok;
}

ExitCode ls(Context& context, const LsFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  if (flags.recursive || flags.depth > 0) return ls_tree(context, **client, flags);
  const std::string path = context.resolve(flags.path);
  ListChildren request;
  request.path = path;
  request.with_stat = flags.stat;
  client::ChildCursor cursor(**client, std::move(request));
  auto child = cursor.next();
  if (!child.ok()) return context.fail(child.error());
  Rows rows(context.output(), ls_columns(flags.stat));
  while (child.ok() && *child) {
    rows.add(ls_row((*child)->name, (*child)->stat, flags.stat));
    child = cursor.next();
  }
  return child.ok() ? ExitCode::ok : context.fail(child.error());
}

ExitCode get(Context& context, const GetFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  auto read = (*client)->get({.path = path});
  if (!read.ok()) {
    return context.fail(read.error(), read.code() == ErrorCode::no_node ? missing(path) : "");
  }
  const std::string_view data = read->data.text();
  Output& output = context.output();
  if (flags.raw && !output.is_json()) {
    output.out().write(data.data(), static_cast<std::streamsize>(data.size()));
    return ExitCode::ok;
  }
  Json json{{"path", path}, {"data", to_json(read->data)}, {"version", read->stat.version}};
  if (flags.stat) json["stat"] = to_json(read->stat);
  output.data(json, data);
  if (flags.stat && !output.is_json() && output.mode() != OutputMode::raw) {
    output.value(json, to_text(read->stat));
  }
  return ExitCode::ok;
}

ExitCode stat(Context& context, const StatFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  auto found = (*client)->exists({.path = path});
  if (!found.ok()) return context.fail(found.error());
  if (!*found) {
    return context.fail({ErrorCode::no_node, "stat " + path + ": the node does not exist"},
                        missing(path));
  }
  Json json = to_json(**found);
  context.output().value(json, to_text(**found));
  return ExitCode::ok;
}

}  // namespace

void define_ls(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<LsFlags>(app, selection, "ls", "List the children of a node",
                              "quorate ls -R --depth 2 --stat /services", ls);
  arguments.positional("path", flags->path, "The node (default /)")
      .flag("-R,-r,--recursive", flags->recursive, "All below, with full paths")
      .flag("-s,--stat", flags->stat, "With version, size, children, times")
      .option("--depth", flags->depth, "N", "At most so many levels below");
}

void define_get(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<GetFlags>(app, selection, "get", "Print the data of a node",
                               "quorate get --raw /certificate > certificate.der", get);
  arguments.required("path", flags->path, "The node")
      .flag("--raw", flags->raw, "The bytes as they are, without a newline")
      .flag("-s,--stat", flags->stat, "And the stat");
}

void define_stat(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<StatFlags>(app, selection, "stat", "Print what is known of a node",
                                "quorate stat -o json /config", stat);
  arguments.required("path", flags->path, "The node");
}

}  // namespace quorate::cli
