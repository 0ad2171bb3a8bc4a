// find, du, count: what is below.
#include <fnmatch.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/interrupt.h"
#include "client/cli/progress.h"
#include "client/cli/text.h"
#include "client/tree_walk.h"

namespace quorate::cli {
namespace {

struct FindFlags {
  std::string path = ".";
  std::string name;
  std::string contains;
  std::string newer;
  std::uint64_t depth = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t size_min = 0;
  bool ephemeral = false;
  bool persistent = false;
  bool leaf = false;
};

struct DuFlags {
  std::string path = ".";
  std::uint64_t depth = 1;
  std::uint64_t top = 0;
};

struct CountFlags {
  std::string path = ".";
};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Calls `use` for every node; ends early when it is interrupted.
template <class Use>
ExitCode walk_all(Context& context, const std::string& root, client::WalkOptions options,
                  const Use& use) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const InterruptScope scope;
  Progress progress(context.output(), "nodes read");
  client::TreeWalk walk(**client, root, options);
  std::uint64_t count = 0;
  while (!interrupted()) {
    auto node = walk.next();
    if (!node.ok()) return context.fail(node.error());
    if (!*node) break;
    progress.update(++count);
    use(**node, progress);
  }
  progress.finish();
  if (walk.denied() > 0) {
    context.output().note(std::to_string(walk.denied()) +
                          " nodes may not be read and were left out");
  }
  return interrupted() ? ExitCode::interrupted : ExitCode::ok;
}

bool matches(const client::WalkedNode& node, const FindFlags& flags, std::int64_t newer_than_ms) {
  const Stat& stat = node.stat;
  const bool ephemeral = stat.ephemeral_owner.value != 0;
  if ((flags.ephemeral && !ephemeral) || (flags.persistent && ephemeral)) return false;
  if (flags.leaf && stat.num_children > 0) return false;
  if (stat.data_length < flags.size_min || stat.mtime_ms < newer_than_ms) return false;
  const std::string name = node.path.substr(node.path.rfind('/') + 1);
  if (!flags.name.empty() && ::fnmatch(flags.name.c_str(), name.c_str(), 0) != 0) return false;
  return flags.contains.empty() || node.data.text().find(flags.contains) != std::string_view::npos;
}

ExitCode find(Context& context, const FindFlags& flags) {
  if (flags.ephemeral && flags.persistent) {
    return context.fail({ErrorCode::bad_arguments, "--ephemeral does not go with --persistent"});
  }
  std::int64_t newer_than_ms = 0;
  if (!flags.newer.empty()) {
    const auto age = parse_duration(flags.newer);
    if (!age.ok()) return context.fail(age.error());
    newer_than_ms = now_ms() - age->count();
  }
  client::WalkOptions options;
  options.depth_max = flags.depth;
  options.with_data = !flags.contains.empty();
  Rows rows(context.output(), {{"path"}});
  return walk_all(context, context.resolve(flags.path), options,
                  [&](const client::WalkedNode& node, Progress& progress) {
                    if (!matches(node, flags, newer_than_ms)) return;
                    if (context.output().out_is_terminal()) progress.finish();
                    rows.add({node.path});
                  });
}

struct Usage {
  std::uint64_t nodes = 0;
  std::uint64_t bytes = 0;
};

/// The path of the ancestor of `path` at most `depth` levels below `root`.
std::string ancestor_at(const std::string& path, const std::string& root, std::size_t depth) {
  std::size_t end = root == "/" ? 0 : root.size();
  for (std::size_t level = 0; level < depth && end < path.size(); ++level) {
    const std::size_t slash = path.find('/', end + 1);
    end = slash == std::string::npos ? path.size() : slash;
  }
  return end == 0 ? "/" : path.substr(0, end);
}

ExitCode du(Context& context, const DuFlags& flags) {
  const std::string root = context.resolve(flags.path);
  std::map<std::string, Usage> usages;
  const ExitCode code = walk_all(context, root, {}, [&](const client::WalkedNode& node, Progress&) {
    const std::size_t levels = std::min(flags.depth, node.depth);
    for (std::size_t depth = 0; depth <= levels; ++depth) {
      Usage& usage = usages[ancestor_at(node.path, root, depth)];
      ++usage.nodes;
      usage.bytes += node.stat.data_length;
    }
  });
  if (code != ExitCode::ok) return code;
  std::vector<std::pair<std::string, Usage>> sorted(usages.begin(), usages.end());
  if (flags.top > 0) {
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    sorted.resize(std::min(sorted.size(), flags.top));
  }
  Rows rows(context.output(), {{"nodes", true}, {"bytes", true}, {"path"}});
  const bool for_people = context.output().mode() == OutputMode::table;
  for (const auto& [path, usage] : sorted) {
    rows.add({usage.nodes, for_people ? Json(to_size(usage.bytes)) : Json(usage.bytes), path});
  }
  return ExitCode::ok;
}

ExitCode count(Context& context, const CountFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const std::string path = context.resolve(flags.path);
  const auto counted = (*client)->count_descendants({path});
  if (!counted.ok()) return context.fail(counted.error());
  context.output().value({{"path", path}, {"descendants", *counted}}, std::to_string(*counted));
  return ExitCode::ok;
}

}  // namespace

void define_find(CLI::App& app, Selection& selection) {
  auto [flags, arguments] = define_command<FindFlags>(
      app, selection, "find", "Print the paths below a node that match",
      "quorate find /services --name 'host-*' --ephemeral --newer 1h", find);
  arguments.positional("path", flags->path, "Where to start (default /)")
      .option("--name", flags->name, "PATTERN", "The last segment matches this pattern (*, ?, [])")
      .option("--contains", flags->contains, "TEXT", "The data contains this")
      .option("--newer", flags->newer, "DURATION", "Set within this time")
      .option("--min-size", flags->size_min, "N", "At least so many bytes of data")
      .option("--depth", flags->depth, "N", "At most so many levels below")
      .flag("--ephemeral", flags->ephemeral, "Ephemeral ones only")
      .flag("--persistent", flags->persistent, "Others only")
      .flag("--leaf", flags->leaf, "Those without children only");
}

void define_du(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<DuFlags>(app, selection, "du", "Count nodes and bytes by branch",
                              "quorate du / --depth 2 --top 10", du);
  arguments.positional("path", flags->path, "Where to start (default /)")
      .option("--depth", flags->depth, "N", "Branches so many levels below (default 1)")
      .option("--top", flags->top, "N", "The N largest only");
}

void define_count(CLI::App& app, Selection& selection) {
  auto [flags, arguments] =
      define_command<CountFlags>(app, selection, "count", "Print the number of nodes below a node",
                                 "quorate count /services", count);
  arguments.positional("path", flags->path, "The node (default /)");
}

}  // namespace quorate::cli
