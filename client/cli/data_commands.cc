// create, set, rm: change what is there.
#include <optional>
#include <string>
#include <utility>

#include "client/cli/acl_text.h"
#include "client/cli/command.h"
#include "client/cli/input_data.h"
#include "client/cli/interrupt.h"
#include "client/cli/progress.h"
#include "client/cli/stat_view.h"
#include "client/cli/text.h"
#include "client/tree_removal.h"
#include "core/tree/path.h"

namespace quorate::cli {
namespace {

struct CreateFlags {
  std::string path;
  std::optional<std::string> data;
  std::string zk_acl;  ///< zkCli gives the ACL as a third argument.
  std::string file;
  std::string acl;
  std::string ttl;
  bool ephemeral = false;
  bool sequential = false;
  bool container = false;
  bool parents = false;
  bool if_absent = false;
  bool hold = false;
};

struct SetFlags {
  std::string path;
  std::optional<std::string> data;
  std::string file;
  std::int32_t if_version = any_version;
  bool stat = false;
};

struct RmFlags {
  std::string path;
  std::int32_t if_version = any_version;
  bool recursive = false;
};

Result<CreateMode> mode_of(const CreateFlags& flags) {
  const bool ttl = !flags.ttl.empty();
  if (flags.container && (flags.ephemeral || flags.sequential || ttl)) {
    return Error{ErrorCode::bad_arguments, "--container goes with neither -e, -s nor --ttl"};
  }
  if (ttl && flags.ephemeral) {
    return Error{ErrorCode::bad_arguments,
                 "--ttl does not go with -e: an ephemeral node ends with its session"};
  }
  if (flags.sequential && flags.if_absent) {
    return Error{ErrorCode::bad_arguments,
                 "--if-absent does not go with -s: a sequential node is always a new one"};
  }
  if (flags.container) return CreateMode::container;
  if (ttl) return flags.sequential ? CreateMode::ttl_sequential : CreateMode::ttl;
  if (flags.ephemeral) {
    return flags.sequential ? CreateMode::ephemeral_sequential : CreateMode::ephemeral;
  }
  return flags.sequential ? CreateMode::persistent_sequential : CreateMode::persistent;
}

Result<Create> request_of(Context& context, const CreateFlags& flags) {
  Create request;
  request.path = context.resolve(flags.path);
  // A sequential node may have nothing but its number for a name.
  if (flags.sequential && flags.path.ends_with('/') && request.path != "/") request.path += '/';
  auto mode = mode_of(flags);
  if (!mode.ok()) return mode.error();
  request.mode = *mode;
  request.if_absent = flags.if_absent;
  if (!flags.ttl.empty()) {
    const auto ttl = parse_duration(flags.ttl);
    if (!ttl.ok()) return ttl.error();
    request.ttl_ms = ttl->count();
  }
  const std::string& acl_text = flags.acl.empty() ? flags.zk_acl : flags.acl;
  if (!acl_text.empty()) {
    auto acl = parse_acl(acl_text);
    if (!acl.ok()) return acl.error();
    request.acl = std::move(*acl);
  }
  auto data = data_from(context, flags.data, flags.file);
  if (!data.ok()) return data.error();
  request.data = Blob(*data);
  return request;
}

/// Creates what is missing above `path`, with the open ACL.
Status create_parents(client::Client& client, const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (slash + 1 == path.size()) break;
    Create parent;
    parent.path = path.substr(0, slash);
    parent.if_absent = true;
    const auto created = client.create(std::move(parent));
    if (!created.ok()) return created.error();
  }
  return {};
}

std::string hint_for_create(ErrorCode code, const std::string& path) {
  if (code == ErrorCode::node_exists) {
    return "change its data with `quorate set " + path + "`, or leave it with --if-absent";
  }
  if (code == ErrorCode::no_node && path.size() > 1) {
    const std::string parent(path::parent(path));
    return "there is no node " + parent + ": create it with `quorate create " + parent +
           "`, or all of them with --parents";
  }
  return {};
}

/// An ephemeral node lives no longer than this command, unless it is told to stay.
void settle_ephemeral(Context& context, const CreateFlags& flags) {
  if (!flags.ephemeral || context.in_shell()) return;
  if (!flags.hold) {
    context.output().note("the node goes with this command's session; --hold keeps it");
    return;
  }
  context.output().out().flush();
  const InterruptScope scope;
  wait_for_interrupt();
}

ExitCode create(Context& context, const CreateFlags& flags) {
  auto request = request_of(context, flags);
  if (!request.ok()) return context.fail(request.error());
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = request->path;
  if (flags.parents) {
    const Status made = create_parents(**client, path);
    if (!made.ok()) return context.fail(made.error());
  }
  auto created = (*client)->create(std::move(*request));
  if (!created.ok()) return context.fail(created.error(), hint_for_create(created.code(), path));
  Json json{{"path", created->path}, {"created", created->created}};
  json["stat"] = to_json(created->stat);
  context.output().value(json, created->path);
  settle_ephemeral(context, flags);
  return ExitCode::ok;
}

ExitCode set(Context& context, const SetFlags& flags) {
  if (!flags.data && flags.file.empty()) {
    return context.fail({ErrorCode::bad_arguments, "set " + flags.path + ": no data"},
                        "give it as an argument, or a file with --file (- is standard input)");
  }
  auto data = data_from(context, flags.data, flags.file);
  if (!data.ok()) return context.fail(data.error());
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  auto stat = (*client)->set({path, Blob(*data), flags.if_version});
  if (!stat.ok()) {
    std::string hint;
    if (stat.code() == ErrorCode::no_node) hint = "create it with `quorate create " + path + "`";
    if (stat.code() == ErrorCode::bad_version)
      hint = "read it again with `quorate get -s " + path + "`";
    return context.fail(stat.error(), hint);
  }
  const Json json{{"path", path}, {"stat", to_json(*stat)}};
  if (flags.stat || context.output().is_json()) context.output().value(json, to_text(*stat));
  return ExitCode::ok;
}

ExitCode remove_recursively(Context& context, client::Client& client, const std::string& path) {
  const Status confirmed = context.confirm("Delete " + path + " and everything below it");
  if (!confirmed.ok()) return context.fail(confirmed.error());
  const InterruptScope scope;
  Progress progress(context.output(), "deleted");
  auto removed = client::remove_tree(client, path, [&](std::uint64_t count) {
    progress.update(count);
    return !interrupted();
  });
  progress.finish();
  if (interrupted()) return ExitCode::interrupted;
  if (!removed.ok()) return context.fail(removed.error());
  if (context.output().is_json()) {
    context.output().value({{"path", path}, {"deleted", *removed}}, "");
  }
  return ExitCode::ok;
}

ExitCode rm(Context& context, const RmFlags& flags) {
  const std::string path = context.resolve(flags.path);
  if (flags.recursive && flags.if_version != any_version) {
    return context.fail({ErrorCode::bad_arguments, "--if-version does not go with -r"});
  }
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  if (flags.recursive) return remove_recursively(context, **client, path);
  const auto removed = (*client)->remove({path, flags.if_version});
  if (!removed.ok()) return context.fail(removed.error());
  if (context.output().is_json()) context.output().value({{"path", path}, {"deleted", 1}}, "");
  return ExitCode::ok;
}

}  // namespace

void define_create(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<CreateFlags>(
      app, selection, "create", "Create a node and print its path",
      "quorate create --parents --acl world:anyone:r /services/web/leader 10.0.0.7:80", create);
  arguments.required("path", flags->path, "The node; with -s, the path before the number")
      .positional("data", flags->data, "Its data (default empty)")
      .hidden("zk-acl", flags->zk_acl)
      .flag("-e,--ephemeral", flags->ephemeral, "Ends with the session")
      .flag("-s,--sequential", flags->sequential, "Append a number that always grows")
      .flag("-c,--container", flags->container, "Goes some time after its last child")
      .option("-t,--ttl", flags->ttl, "DURATION", "Goes when childless and not set for so long")
      .flag("-p,--parents", flags->parents, "Create what is missing above")
      .option("--acl", flags->acl, "SCHEME:ID:PERMS,...",
              "Who may do what (default world:anyone:cdrwa)")
      .flag("--if-absent", flags->if_absent, "Succeed when the node exists already")
      .option("-f,--file", flags->file, "FILE", "Data from a file; - is standard input")
      .flag("--hold", flags->hold, "With -e: keep the session until interrupted");
}

void define_set(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<SetFlags>(app, selection, "set", "Replace the data of a node",
                               "quorate set --if-version 3 --file config.json /config", set);
  arguments.required("path", flags->path, "The node")
      .positional("data", flags->data, "Its new data")
      .option("-f,--file", flags->file, "FILE", "Data from a file; - is standard input")
      .option("-v,--if-version", flags->if_version, "N", "Only when it has this version")
      .flag("-s,--stat", flags->stat, "Print the new stat");
}

void define_rm(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<RmFlags>(app, selection, "rm", "Delete a node",
                                                    "quorate rm -r -y /services/retired", rm);
  arguments.required("path", flags->path, "The node")
      .option("-v,--if-version", flags->if_version, "N", "Only when it has this version")
      .flag("-r,-R,--recursive", flags->recursive, "And everything below it");
}

}  // namespace quorate::cli
