// tree export, tree import: a branch as a file.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "client/cli/byte_file.h"
#include "client/cli/command.h"
#include "client/cli/interrupt.h"
#include "client/cli/node_line.h"
#include "client/cli/progress.h"
#include "client/tree_walk.h"

namespace quorate::cli {
namespace {

/// Requests on their way at a time.
constexpr std::size_t window_max = 256;
constexpr std::size_t window_bytes_max = std::size_t{8} << 20;

struct ExportFlags {
  std::string path = ".";
  std::string file = "-";
  bool zstd = false;
  bool ephemerals = false;
};

struct ImportFlags {
  std::string file = "-";
  std::string under = "/";
  bool overwrite = false;
  bool skip = false;
};

/// A bounded number of asynchronous requests, the answers taken in their order.
template <class Item>
class Window {
 public:
  /// `slot` may be filled by any thread, through done().
  struct Slot {
    Item item;
    std::optional<client::Outcome> outcome;
    std::size_t bytes = 0;
  };

  Slot& add(Item item, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ += bytes;
    return slots_.emplace_back(Slot{std::move(item), {}, bytes});
  }
  void done(Slot& slot, client::Outcome&& outcome) {
    const std::lock_guard lock(mutex_);
    slot.outcome = std::move(outcome);
    filled_.notify_one();
  }
  [[nodiscard]] bool full() const {
    return slots_.size() >= window_max || bytes_ >= window_bytes_max;
  }
  [[nodiscard]] bool empty() const { return slots_.empty(); }
  /// Waits for the oldest. REQUIRES: not empty().
  Slot take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return slots_.front().outcome.has_value(); });
    Slot slot = std::move(slots_.front());
    slots_.pop_front();  // References to the others stay valid.
    bytes_ -= slot.bytes;
    return slot;
  }
  /// Waits for all; nothing of this may be referred to afterwards.
  void drain() {
    while (!empty()) take();
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Slot> slots_;
  std::size_t bytes_ = 0;
};

/// Reads a branch and writes it, asking for the ACLs while the walk goes on.
class Export {
 public:
  Export(Context& context, client::Client& client, const ExportFlags& flags, LineWriter& writer)
      : client_(client),
        flags_(flags),
        writer_(writer),
        root_(context.resolve(flags.path)),
        progress_(context.output(), "nodes exported") {}
  ~Export() { window_.drain(); }
  Export(const Export&) = delete;
  Export& operator=(const Export&) = delete;

  Status run() {
    if (Status written = writer_.write(header_line(root_)); !written.ok()) return written;
    client::WalkOptions options;
    options.with_data = true;
    client::TreeWalk walk(client_, root_, options);
    while (!interrupted()) {
      auto node = walk.next();
      if (!node.ok()) return node.error();
      if (!*node) break;
      if (Status taken = take_node(std::move(**node), walk); !taken.ok()) return taken;
    }
    denied_ += walk.denied();
    while (!window_.empty()) {
      if (Status written = write_next(); !written.ok()) return written;
    }
    progress_.finish();
    return {};
  }

  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t denied() const { return denied_; }
  [[nodiscard]] std::uint64_t ephemerals() const { return ephemerals_; }
  [[nodiscard]] std::uint64_t masked() const { return masked_; }

 private:
  Status take_node(client::WalkedNode node, client::TreeWalk& walk) {
    // What the server keeps for itself, and what dies with its session.
    if (node.path == "/zookeeper") {
      walk.skip_below();
      return {};
    }
    if (node.stat.ephemeral_owner.value != 0 && !flags_.ephemerals) {
      ++ephemerals_;
      return {};
    }
    if (!node.readable) {
      ++denied_;
      return {};
    }
    if (window_.full()) {
      if (Status written = write_next(); !written.ok()) return written;
    }
    const std::string path = node.path;
    const std::size_t bytes = node.data.size() + path.size();
    auto& slot = window_.add({relative(path), std::move(node.data), {}}, bytes);
    client_.submit(GetAcl{path}, {}, [this, &slot](client::Outcome&& outcome) {
      window_.done(slot, std::move(outcome));
    });
    return {};
  }

  [[nodiscard]] std::string relative(const std::string& path) const {
    if (root_ == "/") return path;
    return path == root_ ? "/" : path.substr(root_.size());
  }

  Status write_next() {
    auto slot = window_.take();
    const Error& error = slot.outcome->error;
    if (error.code == ErrorCode::no_node) return {};  // Deleted meanwhile.
    if (error.code != ErrorCode::ok) return error;
    if (auto* body = std::get_if<AclReply>(&slot.outcome->reply.body)) {
      slot.item.acl = std::move(body->acl);
    }
    for (const AclEntry& entry : slot.item.acl) {
      if (entry.scheme == "digest" && entry.id.ends_with(":x")) ++masked_;
    }
    progress_.update(++written_);
    return writer_.write(to_line(slot.item));
  }

  client::Client& client_;
  const ExportFlags& flags_;
  LineWriter& writer_;
  std::string root_;
  Progress progress_;
  Window<NodeLine> window_;
  std::uint64_t written_ = 0;
  std::uint64_t denied_ = 0;
  std::uint64_t ephemerals_ = 0;
  std::uint64_t masked_ = 0;
};

ExitCode export_tree(Context& context, const ExportFlags& flags) {
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  context.output().out().flush();
  auto writer = LineWriter::open(flags.file, flags.zstd || flags.file.ends_with(".zst"));
  if (!writer.ok()) return context.fail(writer.error());
  const InterruptScope scope;
  Export run(context, **client, flags, **writer);
  if (Status done = run.run(); !done.ok()) return context.fail(done.error());
  if (interrupted()) return ExitCode::interrupted;
  if (Status closed = (*writer)->close(); !closed.ok()) return context.fail(closed.error());
  Output& output = context.output();
  if (run.ephemerals() > 0) {
    output.note(std::to_string(run.ephemerals()) + " ephemeral nodes were left out");
  }
  if (run.denied() > 0) {
    output.note(std::to_string(run.denied()) + " nodes may not be read and were left out");
  }
  if (run.masked() > 0) {
    output.note(std::to_string(run.masked()) +
                " ACL entries may be hidden (user:x): export with an identity that has ADMIN");
  }
  if (flags.file != "-") {
    output.value({{"file", flags.file}, {"nodes", run.written()}},
                 std::to_string(run.written()) + " nodes in " + flags.file);
  }
  return ExitCode::ok;
}

/// Creates nodes in the order of the file, many at a time.
class Import {
 public:
  Import(Context& context, client::Client& client, const ImportFlags& flags, LineReader& reader)
      : client_(client),
        flags_(flags),
        reader_(reader),
        under_(context.resolve(flags.under)),
        progress_(context.output(), "bytes imported", reader.size()) {}
  ~Import() { window_.drain(); }
  Import(const Import&) = delete;
  Import& operator=(const Import&) = delete;

  Status run() {
    std::uint64_t number = 0;
    while (!interrupted()) {
      auto line = reader_.next();
      if (!line.ok()) return line.error();
      if (!*line) break;
      ++number;
      if (Status taken = take_line(**line); !taken.ok()) {
        return {taken.code(), "line " + std::to_string(number) + ": " + taken.error().text};
      }
      progress_.update(reader_.position());
    }
    while (!window_.empty()) {
      if (Status settled = settle_next(); !settled.ok()) return settled;
    }
    progress_.finish();
    return {};
  }

  [[nodiscard]] std::uint64_t created() const { return created_; }
  [[nodiscard]] std::uint64_t present() const { return present_; }

 private:
  Status take_line(const std::string& line) {
    if (line.empty()) return {};
    if (std::exchange(first_, false)) {
      const auto header = is_header(line);
      if (!header.ok()) return header.error();
      if (*header) return {};
    }
    auto node = parse_line(line);
    if (!node.ok()) return node.error();
    if (under_ != "/") node->path = node->path == "/" ? under_ : under_ + node->path;
    if (node->path == "/") return {};  // Always there.
    while (window_.full()) {
      if (Status settled = settle_next(); !settled.ok()) return settled;
    }
    Create create{node->path, node->data, node->acl, CreateMode::persistent, 0, false};
    const std::size_t bytes = node->data.size() + node->path.size();
    auto& slot = window_.add(std::move(*node), bytes);
    client_.submit(std::move(create), {}, [this, &slot](client::Outcome&& outcome) {
      window_.done(slot, std::move(outcome));
    });
    return {};
  }

  Status settle_next() {
    auto slot = window_.take();
    const Error& error = slot.outcome->error;
    if (error.code == ErrorCode::ok) {
      ++created_;
      return {};
    }
    if (error.code != ErrorCode::node_exists || !(flags_.skip || flags_.overwrite)) return error;
    ++present_;
    if (flags_.skip) return {};
    const auto set = client_.set({slot.item.path, slot.item.data, any_version});
    if (!set.ok()) return set.error();
    return client_.set_acl({slot.item.path, slot.item.acl, any_version}).status();
  }

  client::Client& client_;
  const ImportFlags& flags_;
  LineReader& reader_;
  std::string under_;
  Progress progress_;
  Window<NodeLine> window_;
  bool first_ = true;
  std::uint64_t created_ = 0;
  std::uint64_t present_ = 0;
};

ExitCode import_tree(Context& context, const ImportFlags& flags) {
  if (flags.overwrite && flags.skip) {
    return context.fail({ErrorCode::bad_arguments, "--overwrite does not go with --skip"});
  }
  auto reader = LineReader::open(flags.file);
  if (!reader.ok()) return context.fail(reader.error());
  auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  if (flags.overwrite) {
    const Status confirmed = context.confirm("Overwrite nodes that exist");
    if (!confirmed.ok()) return context.fail(confirmed.error());
  }
  const InterruptScope scope;
  Import run(context, **client, flags, **reader);
  const Status done = run.run();
  if (!done.ok()) {
    const std::string so_far = std::to_string(run.created()) + " nodes were created before it";
    const bool exists = done.code() == ErrorCode::node_exists;
    return context.fail(done.error(), exists ? "use --skip or --overwrite; " + so_far : so_far);
  }
  if (interrupted()) return ExitCode::interrupted;
  const char* fate = flags.overwrite ? "overwritten" : "left as they were";
  context.output().value(
      {{"created", run.created()}, {"existed", run.present()}},
      std::to_string(run.created()) + " nodes created" +
          (run.present() > 0 ? ", " + std::to_string(run.present()) + " " + fate : ""));
  return ExitCode::ok;
}

}  // namespace

void define_tree(CLI::App& app, Selection& selection) {
  CLI::App& group = add_group(app, "tree", "Write a branch to a file, or create it from one");
  auto out = define_command<ExportFlags>(
      group, selection, "export", "Write a node and all below it, one JSON object per line",
      "quorate tree export /services --file services.jsonl.zst", export_tree);
  out.arguments.positional("path", out.flags->path, "The node (default /)")
      .option("-f,--file", out.flags->file, "FILE",
              "Where to (default standard output); compressed when it ends in .zst")
      .flag("--zstd", out.flags->zstd, "Compress")
      .flag("--ephemerals", out.flags->ephemerals,
            "Include ephemeral nodes; imported they are persistent");

  auto in = define_command<ImportFlags>(
      group, selection, "import",
      "Create what an export holds; containers and nodes with a time to live become persistent",
      "quorate tree import --file services.jsonl.zst --under /copy", import_tree);
  in.arguments
      .option("-f,--file", in.flags->file, "FILE",
              "Where from (default standard input); zstd is recognised")
      .option("--under", in.flags->under, "PATH",
              "The node that takes the place of the exported one (default /)")
      .flag("--overwrite", in.flags->overwrite, "Replace data and ACL of nodes that exist")
      .flag("--skip", in.flags->skip, "Leave nodes that exist as they are");
}

}  // namespace quorate::cli
