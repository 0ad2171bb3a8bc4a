// acl get, acl set: who may do what.
#include <string>
#include <utility>
#include <vector>

#include "client/cli/acl_text.h"
#include "client/cli/command.h"
#include "client/cli/interrupt.h"
#include "client/cli/progress.h"
#include "client/cli/stat_view.h"
#include "client/tree_walk.h"

namespace quorate::cli {
namespace {

struct GetFlags {
  std::string path;
};

struct SetFlags {
  std::string path;
  std::string acl;
  std::int32_t if_version = any_version;
  bool recursive = false;
};

ExitCode get(Context& context, const GetFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  const auto read = (*client)->get_acl({path});
  if (!read.ok()) return context.fail(read.error());
  Rows rows(context.output(), {{"scheme"}, {"id"}, {"permissions"}});
  for (const AclEntry& entry : read->acl) {
    rows.add({entry.scheme, entry.id, permission_letters(entry.perms)});
  }
  return ExitCode::ok;
}

ExitCode set_below(Context& context, client::Client& client, const std::string& path,
                   const Acl& acl) {
  const InterruptScope scope;
  Progress progress(context.output(), "nodes");
  client::TreeWalk walk(client, path, {});
  std::uint64_t done = 0;
  while (!interrupted()) {
    auto node = walk.next();
    if (!node.ok()) return context.fail(node.error());
    if (!*node) break;
    const auto set = client.set_acl({(*node)->path, acl, any_version});
    if (!set.ok() && set.code() != ErrorCode::no_node) {
      progress.finish();
      return context.fail(set.error(), std::to_string(done) + " nodes before it have the new ACL");
    }
    progress.update(++done);
  }
  progress.finish();
  if (interrupted()) return ExitCode::interrupted;
  if (context.output().is_json()) context.output().value({{"path", path}, {"nodes", done}}, "");
  return ExitCode::ok;
}

ExitCode set(Context& context, const SetFlags& flags) {
  const auto acl = parse_acl(flags.acl);
  if (!acl.ok()) return context.fail(acl.error());
  if (flags.recursive && flags.if_version != any_version) {
    return context.fail({ErrorCode::bad_arguments, "--if-version does not go with -r"});
  }
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  if (flags.recursive) {
    const Status confirmed =
        context.confirm("Replace the ACL of " + path + " and everything below it");
    if (!confirmed.ok()) return context.fail(confirmed.error());
    return set_below(context, **client, path, *acl);
  }
  const auto stat = (*client)->set_acl({path, *acl, flags.if_version});
  if (!stat.ok()) return context.fail(stat.error());
  if (context.output().is_json()) {
    context.output().value({{"path", path}, {"stat", to_json(*stat)}}, "");
  }
  return ExitCode::ok;
}

}  // namespace

void define_acl(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "acl", "Show or replace who may do what");
  auto show = define_command<GetFlags>(group, selection, "get", "Print the ACL of a node",
                                       "quorate acl get /config", get);
  show.arguments.required("path", show.flags->path, "The node");

  auto [flags, arguments] = define_command<SetFlags>(
      group, selection, "set", "Replace the ACL of a node",
      "quorate --auth digest:ann:secret acl set /config auth::cdrwa,world:anyone:r", set);
  arguments.required("path", flags->path, "The node")
      .required("acl", flags->acl, "scheme:id:permissions,...; permissions of cdrwa")
      .option("-v,--if-version", flags->if_version, "N", "Only when its aversion is this")
      .flag("-r,-R,--recursive", flags->recursive, "And of everything below it");
}

}  // namespace quorate::cli
