#include "bench/load/change_load.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <variant>

#include "bench/load/expectation.h"
#include "bench/load/node_set.h"
#include "bench/load/nodes_setup.h"
#include "bench/measure/progress.h"
#include "core/tree/acl.h"

namespace quorate::bench {
namespace {

constexpr Nanoseconds patience = 10 * ns_per_s;

/// An operation that is unanswered.
struct Change {
  std::int64_t xid = 0;
  std::uint32_t node = 0;    ///< The one created or deleted, or the first of a multi.
  std::int32_t version = 0;  ///< That a multi makes.
  bool is_delete = false;
  Nanoseconds sent_ns = 0;
};

/// What one connection does.
struct Lane {
  std::size_t number = 0;
  std::deque<Change> unanswered;
  std::int32_t version = 0;  ///< Of its nodes in multis, with all that was sent.
  bool deletes_next = false;
  std::uint32_t last_node = 0;
};

class ChangeLoad {
 public:
  ChangeLoad(const ChangeOptions& options, const NodeSet& nodes, Poller poller)
      : options_(options), nodes_(nodes), poller_(std::move(poller)) {}

  Status open() {
    OpenOptions open;
    open.servers = options_.servers;
    open.count = options_.connections;
    Result<OpenedSessions> opened = open_sessions(poller_, buffer_, open);
    if (!opened) return opened.status();
    sessions_ = std::move(opened->sessions);
    lanes_.resize(sessions_.size());
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i].number = i;
    return {};
  }

  Result<ChangeResult> run() {
    const auto after = [](double seconds) {
      return now_ns() + static_cast<Nanoseconds>(seconds * ns_per_s);
    };
    issuing_ = true;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (Status status = refill(i); !status) return status.error();
    }
    if (Status status = go_on_until(after(options_.warmup_s)); !status) return status.error();
    UsageMeter meter(options_.server_pids);
    if (Status status = meter.start(); !status) return status.error();
    result_ = {};
    if (Status status = go_on_until(after(options_.seconds)); !status) return status.error();
    const Result<Usage> usage = meter.stop();
    if (!usage) return usage.error();
    ChangeResult result = std::move(result_);
    result.usage = *usage;
    issuing_ = false;
    while (unanswered_ > 0) {
      if (Status status = step(patience); !status) return status.error();
    }
    if (Status status = close_sessions(poller_, buffer_, sessions_); !status) {
      return status.error();
    }
    return result;
  }

  /// Numbers below it may have been created.
  [[nodiscard]] std::uint32_t created() const { return next_node_; }

 private:
  Status go_on_until(Nanoseconds end) {
    while (now_ns() < end) {
      if (Status status = step(end - now_ns()); !status) return status;
    }
    return {};
  }

  Status step(Nanoseconds wait) {
    const auto ready = poller_.wait(std::clamp<Nanoseconds>(wait, 0, patience));
    if (ready.empty() && wait >= patience) {
      return {ErrorCode::operation_timeout, "no answer within 10 s"};
    }
    for (const epoll_event& event : ready) {
      const std::size_t at = event.data.u64;
      Session& session = *sessions_[at];
      Status status =
          session.stream.receive(buffer_, [&](std::span<const std::byte> frame, Nanoseconds now) {
            return on_frame(lanes_[at], session, frame, now);
          });
      if (status) status = refill(at);
      if (!status) return status;
    }
    return {};
  }

  Status refill(std::size_t at) {
    Lane& lane = lanes_[at];
    Session& session = *sessions_[at];
    while (issuing_ && lane.unanswered.size() < options_.depth) {
      Change change;
      Operation operation = next(lane, change);
      change.xid = session.append(std::move(operation));
      change.sent_ns = now_ns();
      lane.unanswered.push_back(change);
      ++unanswered_;
    }
    return flush(poller_, session);
  }

  Operation next(Lane& lane, Change& change) {
    if (options_.kind == ChangeKind::multi) return next_multi(lane, change);
    if (options_.kind == ChangeKind::churn && std::exchange(lane.deletes_next, false)) {
      change.node = lane.last_node;
      change.is_delete = true;
      return Delete{nodes_.path(change.node)};
    }
    lane.deletes_next = true;
    change.node = lane.last_node = next_node_++;
    Create create;
    create.path = nodes_.path(change.node);
    create.data = nodes_.value(change.node, 0);
    create.acl = {{perms::all, "world", "anyone"}};
    return create;
  }

  Operation next_multi(Lane& lane, Change& change) {
    change.node = static_cast<std::uint32_t>(lane.number * options_.multi_size);
    change.version = ++lane.version;
    Multi multi;
    for (std::uint32_t i = 0; i < options_.multi_size; ++i) {
      const std::uint32_t node = change.node + i;
      multi.ops.emplace_back(SetData{nodes_.path(node), nodes_.value(node, change.version)});
    }
    return multi;
  }

  Status on_frame(Lane& lane, Session& session, std::span<const std::byte> frame, Nanoseconds now) {
    if (lane.unanswered.empty()) return expect_silence(session.stream.wire(), frame);
    const Change change = lane.unanswered.front();
    lane.unanswered.pop_front();
    --unanswered_;
    const Result<Reply> reply = expect_reply(session.stream.wire(), frame, change.xid);
    if (!reply) return reply.status();
    if (!is_right(*reply, change) || reply->zxid <= session.zxid) {
      return {ErrorCode::data_inconsistency,
              "the reply to the change of " + nodes_.path(change.node) + " is wrong"};
    }
    session.zxid = reply->zxid;
    ++result_.operations;
    result_.latency_ns.record(static_cast<std::uint64_t>(now - change.sent_ns));
    return {};
  }

  [[nodiscard]] bool is_right(const Reply& reply, const Change& change) const {
    if (change.is_delete) return std::holds_alternative<std::monostate>(reply.body);
    if (const auto* created = std::get_if<CreateReply>(&reply.body)) {
      return options_.kind != ChangeKind::multi && created->path == nodes_.path(change.node) &&
             created->stat.czxid == reply.zxid;
    }
    const auto* multi = std::get_if<MultiReply>(&reply.body);
    if (multi == nullptr || multi->results.size() != options_.multi_size) return false;
    return std::all_of(multi->results.begin(), multi->results.end(), [&](const MultiResult& one) {
      const auto* set = std::get_if<StatReply>(&one.body);
      return set != nullptr && set->stat.version == change.version && set->stat.mzxid == reply.zxid;
    });
  }

  const ChangeOptions& options_;
  const NodeSet& nodes_;
  Poller poller_;
  ReadBuffer buffer_;
  Sessions sessions_;
  std::vector<Lane> lanes_;
  std::uint32_t next_node_ = 0;
  std::size_t unanswered_ = 0;
  bool issuing_ = false;
  ChangeResult result_;
};

/// Deletes what is there from an earlier run, and makes what is needed now.
Status set_up(const ChangeOptions& options, const NodeSet& multi_nodes) {
  Result<Control> control = Control::open(options.servers);
  if (!control) return control.status();
  Status status = remove_nodes(*control, multi_nodes);
  if (status) status = make_parents(*control, options.prefix);
  if (status && options.kind == ChangeKind::multi) {
    status = make_nodes(*control, multi_nodes).status();
  }
  return status ? control->close() : status;
}

}  // namespace

Result<ChangeResult> run_changes(const ChangeOptions& options) {
  if (options.servers.empty() || options.connections == 0 || options.depth == 0 ||
      options.seconds <= 0 || options.multi_size == 0) {
    return {ErrorCode::bad_arguments, "a server, connections, a depth and a time are needed"};
  }
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  const auto of_multis = static_cast<std::uint32_t>(options.connections * options.multi_size);
  const NodeSet multi_nodes(options.prefix, of_multis, options.value_bytes);
  if (Status status = set_up(options, multi_nodes); !status) return status.error();
  const NodeSet nodes(options.prefix, NodeSet::count_max, options.value_bytes);
  ChangeLoad load(options, nodes, std::move(*poller));
  if (Status status = load.open(); !status) return status.error();
  Result<ChangeResult> result = load.run();
  if (!result) return result;
  const NodeSet left(options.prefix, std::max(of_multis, load.created()), options.value_bytes);
  if (Status removed = remove_nodes(options.servers, left); !removed) return removed.error();
  return result;
}

}  // namespace quorate::bench
