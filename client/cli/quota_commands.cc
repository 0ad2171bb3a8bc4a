// quota get, set, rm: how much may lie below a node.
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/multi_builder.h"
#include "core/tree/quota.h"

namespace quorate::cli {
namespace {

constexpr const char* quota_root = "/zookeeper/quota";

struct PathFlags {
  std::string path;
};

struct SetFlags {
  std::string path;
  QuotaLimits limits;
};

Status check_path(Context& context, const std::string& path) {
  if (context.globals().endpoints.find('/') != std::string::npos) {
    return {ErrorCode::bad_arguments,
            "quotas lie outside of a chroot; use --endpoints without one"};
  }
  if (path == "/" || path == "/zookeeper" || path.starts_with("/zookeeper/")) {
    return {ErrorCode::bad_arguments, path + " cannot have a quota"};
  }
  return {};
}

std::string limits_path(const std::string& path) { return quota_root + path + "/zookeeper_limits"; }
std::string stats_path(const std::string& path) { return quota_root + path + "/zookeeper_stats"; }

Json limit_json(std::int64_t limit) { return limit < 0 ? Json() : Json(limit); }

ExitCode get(Context& context, const PathFlags& flags) {
  const std::string path = context.resolve(flags.path);
  if (Status valid = check_path(context, path); !valid.ok()) return context.fail(valid.error());
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const auto limits_read = (*client)->get({limits_path(path)});
  if (limits_read.code() == ErrorCode::no_node) {
    return context.fail({ErrorCode::no_node, path + " has no quota"},
                        "give it one with `quorate quota set " + path + " --count N`");
  }
  if (!limits_read.ok()) return context.fail(limits_read.error());
  const QuotaLimits limits = parse_quota(limits_read->data.text());
  QuotaLimits usage;  // The same text form.
  const auto stats_read = (*client)->get({stats_path(path)});
  if (stats_read.ok()) usage = parse_quota(stats_read->data.text());
  Rows rows(context.output(), {{"of"}, {"used", true}, {"soft", true}, {"hard", true}});
  rows.add(
      {"nodes", limit_json(usage.count), limit_json(limits.count), limit_json(limits.count_hard)});
  rows.add(
      {"bytes", limit_json(usage.bytes), limit_json(limits.bytes), limit_json(limits.bytes_hard)});
  return ExitCode::ok;
}

/// The nodes above the limits, with their names.
Status create_parents(client::Client& client, const std::string& limits) {
  const std::size_t start = std::string(quota_root).size() + 1;
  for (std::size_t slash = limits.find('/', start); slash != std::string::npos;
       slash = limits.find('/', slash + 1)) {
    Create parent;
    parent.path = limits.substr(0, slash);
    parent.if_absent = true;
    const auto created = client.create(std::move(parent));
    if (!created.ok()) return created.error();
  }
  return {};
}

Status store(client::Client& client, const std::string& path, const QuotaLimits& limits) {
  const std::string at = limits_path(path);
  if (Status made = create_parents(client, at); !made.ok()) return made;
  Create create;
  create.path = at;
  create.data = Blob(to_string(limits));
  create.if_absent = true;
  const auto created = client.create(std::move(create));
  if (!created.ok()) return created.error();
  if (!created->created) {
    const auto set = client.set({at, Blob(to_string(limits)), any_version});
    if (!set.ok()) return set.error();
  }
  Create stats;
  stats.path = stats_path(path);
  stats.if_absent = true;
  return client.create(std::move(stats)).status();
}

ExitCode set(Context& context, const SetFlags& flags) {
  const std::string path = context.resolve(flags.path);
  if (Status valid = check_path(context, path); !valid.ok()) return context.fail(valid.error());
  if (flags.limits == QuotaLimits{}) {
    return context.fail({ErrorCode::bad_arguments, "quota set: no limit is given"},
                        "see `quorate quota set --help`");
  }
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const auto node = (*client)->exists({path});
  if (!node.ok()) return context.fail(node.error());
  if (!*node) return context.fail({ErrorCode::no_node, "no node " + path});
  if (Status stored = store(**client, path, flags.limits); !stored.ok()) {
    return context.fail(stored.error());
  }
  if (context.output().is_json()) context.output().value({{"path", path}}, "");
  return ExitCode::ok;
}

ExitCode rm(Context& context, const PathFlags& flags) {
  const std::string path = context.resolve(flags.path);
  if (Status valid = check_path(context, path); !valid.ok()) return context.fail(valid.error());
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const auto limits = (*client)->remove({limits_path(path), any_version});
  if (limits.code() == ErrorCode::no_node) {
    return context.fail({ErrorCode::no_node, path + " has no quota"});
  }
  if (!limits.ok()) return context.fail(limits.error());
  // What is left is empty unless quotas below need it.
  (void)(*client)->remove({stats_path(path), any_version});
  for (std::string at = quota_root + path; at != quota_root; at.erase(at.rfind('/'))) {
    if (!(*client)->remove({at, any_version}).ok()) break;
  }
  if (context.output().is_json()) context.output().value({{"path", path}}, "");
  return ExitCode::ok;
}

}  // namespace

void define_quota(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "quota", "Limit how much lies at and below a node");
  auto show = define_command<PathFlags>(group, selection, "get", "Print limits and usage",
                                        "quorate quota get /tenants/one", get);
  show.arguments.required("path", show.flags->path, "The node");

  auto [flags, arguments] = define_command<SetFlags>(
      group, selection, "set", "Set limits; those not given are none",
      "quorate quota set /tenants/one --count 1000 --bytes-hard 10000000", set);
  arguments.required("path", flags->path, "The node")
      .option("-n,--count", flags->limits.count, "N",
              "Nodes, itself included; exceeding is only reported")
      .option("-b,--bytes", flags->limits.bytes, "N", "Bytes of data; exceeding is only reported")
      .option("-N,--count-hard", flags->limits.count_hard, "N", "Nodes; exceeding is refused")
      .option("-B,--bytes-hard", flags->limits.bytes_hard, "N",
              "Bytes of data; exceeding is refused");

  auto removal = define_command<PathFlags>(group, selection, "rm", "Remove all limits",
                                           "quorate quota rm /tenants/one", rm);
  removal.arguments.required("path", removal.flags->path, "The node");
}

}  // namespace quorate::cli
