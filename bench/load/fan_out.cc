#include "bench/load/fan_out.h"

#include <optional>
#include <string>

#include "bench/bare/canned.h"
#include "bench/load/expectation.h"
#include "bench/load/node_set.h"
#include "bench/load/nodes_setup.h"
#include "bench/measure/progress.h"

namespace quorate::bench {
namespace {

constexpr Nanoseconds patience = 10 * ns_per_s;

class FanOut {
 public:
  FanOut(const FanOutOptions& options, Poller poller)
      : options_(options),
        nodes_(options.prefix, 1, options.value_bytes),
        path_(nodes_.path(0)),
        canned_(nodes_),
        poller_(std::move(poller)) {}

  Status open(const Stat& stat) {
    version_ = stat.version;
    stat_ = stat;
    OpenOptions open;
    open.servers = options_.servers;
    open.count = options_.watchers + 1;
    Result<OpenedSessions> opened = open_sessions(poller_, buffer_, open);
    if (!opened) return opened.status();
    sessions_ = std::move(opened->sessions);
    told_.resize(sessions_.size());
    return {};
  }

  Result<FanOutResult> run() {
    ProgressBar progress("fan-out", static_cast<double>(options_.rounds));
    for (std::size_t round = 0; round < options_.rounds; ++round) {
      if (Status status = write_alone(); !status) return status.error();
      if (Status status = arm_all(); !status) return status.error();
      if (Status status = write_watched(); !status) return status.error();
      progress.show(static_cast<double>(round + 1));
    }
    if (Status status = expect_no_more(); !status) return status.error();
    if (Status status = close_sessions(poller_, buffer_, sessions_); !status) {
      return status.error();
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] Session& writer() { return *sessions_.back(); }
  [[nodiscard]] bool is_bare() const { return options_.target == Target::bare; }

  /// Waits until `is_done`, handing each frame to `on_frame(session, frame, at)`.
  template <class Done, class OnFrame>
  Status wait_until(std::string_view what, Done&& is_done, OnFrame&& on_frame) {
    while (!is_done()) {
      const auto ready = poller_.wait(patience);
      if (ready.empty()) {
        return {ErrorCode::operation_timeout, std::string(what) + " did not come within 10 s"};
      }
      for (const epoll_event& event : ready) {
        Session& session = *sessions_[event.data.u64];
        Status status = session.stream.receive(
            buffer_, [&](std::span<const std::byte> frame, Nanoseconds at) -> Status {
              return on_frame(session, frame, at);
            });
        if (status) status = flush(poller_, session);
        if (!status) return status;
      }
    }
    return {};
  }

  Result<Nanoseconds> send_write() {
    xid_ = writer().append(SetData{path_, nodes_.value(0, version_ + 1)});
    const Nanoseconds at = now_ns();
    if (Status status = flush(poller_, writer()); !status) return status.error();
    ++version_;
    return at;
  }

  /// Judges the writer's reply and learns the zxid.
  Status on_written(std::span<const std::byte> frame) {
    if (is_bare()) {
      if (canned_.stat.matches(frame, xid_)) return {};
      return {ErrorCode::data_inconsistency, "expected the canned reply to setData"};
    }
    const Result<Reply> reply = expect_reply(writer().stream.wire(), frame, xid_);
    if (!reply) return reply.status();
    const auto* body = std::get_if<StatReply>(&reply->body);
    if (body == nullptr || body->stat.version != version_ || body->stat.mzxid != reply->zxid) {
      return {ErrorCode::data_inconsistency,
              "expected version " + std::to_string(version_) + ", got " +
                  (body == nullptr ? "another body" : to_text(body->stat))};
    }
    stat_ = body->stat;
    return {};
  }

  Status write_alone() {
    const Result<Nanoseconds> begin = send_write();
    if (!begin) return begin.status();
    bool written = false;
    return wait_until(
        "the reply to setData", [&] { return written; },
        [&](Session& session, std::span<const std::byte> frame, Nanoseconds at) -> Status {
          if (&session != &writer()) return expect_silence(session.stream.wire(), frame);
          written = true;
          result_.reply_alone_ns.record(static_cast<std::uint64_t>(at - *begin));
          return on_written(frame);
        });
  }

  Status on_armed(Session& session, std::span<const std::byte> frame, std::int64_t xid) {
    if (is_bare()) {
      if (canned_.data.matches(frame, xid)) return {};
      return {ErrorCode::data_inconsistency, "expected the canned reply to getData"};
    }
    const Result<Reply> reply = expect_reply(session.stream.wire(), frame, xid);
    if (!reply) return reply.status();
    const auto* body = std::get_if<DataReply>(&reply->body);
    if (body == nullptr || body->stat != stat_ ||
        !nodes_.is_value(body->data.text(), 0, version_)) {
      return {ErrorCode::data_inconsistency, "expected " + to_text(stat_) + ", got " +
                                                 (body ? to_text(body->stat) : "another body")};
    }
    return {};
  }

  Status arm_all() {
    std::vector<std::int64_t> xids(options_.watchers);
    for (std::size_t i = 0; i < options_.watchers; ++i) {
      xids[i] = sessions_[i]->append(GetData{path_, true});
      if (Status status = flush(poller_, *sessions_[i]); !status) return status;
    }
    std::size_t armed = 0;
    return wait_until(
        "the reply to a getData", [&] { return armed == options_.watchers; },
        [&](Session& session, std::span<const std::byte> frame, Nanoseconds) -> Status {
          if (&session == &writer()) return expect_silence(session.stream.wire(), frame);
          ++armed;
          return on_armed(session, frame, xids[session.tag]);
        });
  }

  Status write_watched() {
    UsageMeter meter(options_.server_pids);
    if (Status status = meter.start(); !status) return status;
    told_.assign(sessions_.size(), std::nullopt);
    const Result<Nanoseconds> begin = send_write();
    if (!begin) return begin.status();
    std::size_t told = 0;
    bool written = false;
    Nanoseconds last = 0;
    Status status = wait_until(
        "an event", [&] { return written && told == options_.watchers; },
        [&](Session& session, std::span<const std::byte> frame, Nanoseconds at) -> Status {
          if (&session == &writer()) {
            written = true;
            result_.reply_watched_ns.record(static_cast<std::uint64_t>(at - *begin));
            return on_written(frame);
          }
          ++told;
          last = at;
          result_.event_ns.record(static_cast<std::uint64_t>(at - *begin));
          return on_event(session, frame);
        });
    if (!status) return status;
    result_.last_event_ns.record(static_cast<std::uint64_t>(last - *begin));
    result_.events += told;
    const Result<Usage> usage = meter.stop();
    if (!usage) return usage.status();
    result_.server_cpu_ns += usage->server_cpu_ns;
    result_.cpu_source = usage->cpu_source;
    result_.others_cores += usage->others_cores / static_cast<double>(options_.rounds);
    return check_zxids();
  }

  Status on_event(Session& session, std::span<const std::byte> frame) {
    std::optional<Zxid>& told = told_[session.tag];
    if (told) return expect_silence(session.stream.wire(), frame);
    const Result<WatchEvent> event = expect_data_event(session.stream.wire(), frame, path_);
    if (!event) return event.status();
    told = event->zxid;
    return {};
  }

  /// Events may overtake the writer's reply, so they are compared with it at the end.
  Status check_zxids() const {
    if (is_bare()) return {};
    for (std::size_t i = 0; i < options_.watchers; ++i) {
      // ZooKeeper before 3.9 does not say which.
      if (told_[i] == stat_.mzxid || told_[i] == Zxid{}) continue;
      return {ErrorCode::data_inconsistency, "expected an event of zxid " + to_string(stat_.mzxid) +
                                                 ", got one of " + to_string(*told_[i])};
    }
    return {};
  }

  /// A watch fires once: a write behind the last round is told to nobody.
  Status expect_no_more() { return write_alone(); }

  const FanOutOptions& options_;
  NodeSet nodes_;
  std::string path_;
  CannedFrames canned_;
  Poller poller_;
  ReadBuffer buffer_;
  Sessions sessions_;  ///< The writer is the last.
  std::int32_t version_ = 0;
  Stat stat_;
  std::int64_t xid_ = 0;                   ///< Of the writer's last request.
  std::vector<std::optional<Zxid>> told_;  ///< By watcher, in this round.
  FanOutResult result_;
};

}  // namespace

Result<FanOutResult> run_fan_out(const FanOutOptions& options) {
  if (options.servers.empty() || options.watchers == 0 || options.rounds == 0) {
    return {ErrorCode::bad_arguments, "a server, watchers and rounds are needed"};
  }
  if (Status status = allow_descriptors(options.watchers + 64); !status) return status.error();
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  const NodeSet nodes(options.prefix, 1, options.value_bytes);
  Stat stat;
  if (options.target == Target::quorate) {
    const Result<std::vector<Stat>> made = make_nodes(options.servers, nodes);
    if (!made) return made.error();
    stat = made->front();
  }
  FanOut fan_out(options, std::move(*poller));
  if (Status status = fan_out.open(stat); !status) return status.error();
  Result<FanOutResult> result = fan_out.run();
  if (!result || options.target == Target::bare || options.keep) return result;
  if (Status removed = remove_nodes(options.servers, nodes); !removed) return removed.error();
  return result;
}

}  // namespace quorate::bench
