#include "bench/load/session_load.h"

#include <algorithm>
#include <memory>
#include <string>

#include "bench/load/expectation.h"
#include "bench/load/nodes_setup.h"
#include "bench/measure/progress.h"

namespace quorate::bench {
namespace {

constexpr Nanoseconds patience = 10 * ns_per_s;
constexpr std::int64_t session_timeout_ms = 30'000;

/// Keeps sessions alive, and measures how fast they are told that they are.
class Holder {
 public:
  Holder(Poller& poller, ReadBuffer& buffer, Sessions& sessions, Nanoseconds ping_interval)
      : poller_(poller),
        buffer_(buffer),
        sessions_(sessions),
        pings_(sessions.size()),
        step_(static_cast<double>(ping_interval) / static_cast<double>(sessions.size())) {}

  /// Returns at `until`, or when the last ping is answered.
  Status run(Nanoseconds until) {
    begin_ = now_ns();
    ProgressBar progress("holding sessions", static_cast<double>(until - begin_));
    while (true) {
      const Nanoseconds now = now_ns();
      if (now >= until && unanswered_ == 0) return {};
      if (now >= until + patience) {
        return {ErrorCode::operation_timeout,
                "pings without an answer for 10 s: " + std::to_string(unanswered_)};
      }
      progress.show(static_cast<double>(now - begin_));
      Nanoseconds wait = ns_per_s / 10;
      if (now < until) {
        if (Status status = ping_due(now); !status) return status;
        wait = std::clamp<Nanoseconds>(due_of(issued_) - now, 0, wait);
      }
      for (const epoll_event& event : poller_.wait(wait)) {
        if (Status status = on_ready(*sessions_[event.data.u64]); !status) return status;
      }
    }
  }

  [[nodiscard]] Histogram take_ping_ns() { return std::move(ping_ns_); }

 private:
  struct Unanswered {
    std::int64_t xid = 0;  ///< 0: none.
    Nanoseconds due = 0;
  };

  [[nodiscard]] Nanoseconds due_of(std::uint64_t ping) const {
    return begin_ + static_cast<Nanoseconds>(static_cast<double>(ping) * step_);
  }

  Status ping_due(Nanoseconds now) {
    for (; due_of(issued_) <= now; ++issued_) {
      Session& session = *sessions_[issued_ % sessions_.size()];
      Unanswered& ping = pings_[session.tag];
      // One that has waited for a whole interval tells enough.
      if (ping.xid != 0) continue;
      ping = {session.append(Ping{}), due_of(issued_)};
      ++unanswered_;
      if (Status status = flush(poller_, session); !status) return status;
    }
    return {};
  }

  Status on_ready(Session& session) {
    return session.stream.receive(
        buffer_, [&](std::span<const std::byte> frame, Nanoseconds at) -> Status {
          Unanswered& ping = pings_[session.tag];
          if (ping.xid == 0) return expect_silence(session.stream.wire(), frame);
          const Result<Reply> reply = expect_reply(session.stream.wire(), frame, ping.xid);
          ping_ns_.record(static_cast<std::uint64_t>(std::max<Nanoseconds>(0, at - ping.due)));
          ping.xid = 0;
          --unanswered_;
          return reply.status();
        });
  }

  Poller& poller_;
  ReadBuffer& buffer_;
  Sessions& sessions_;
  std::vector<Unanswered> pings_;  ///< By session.
  double step_;                    ///< Nanoseconds from one ping to the next.
  Nanoseconds begin_ = 0;
  std::uint64_t issued_ = 0;
  std::size_t unanswered_ = 0;
  Histogram ping_ns_;
};

/// One session at a time from connect to end, over and over.
class StormSlot {
 public:
  /// `nodes`: slot N creates the Nth of them in each session; null: nothing is created.
  StormSlot(Poller& poller, const StormOptions& options, const NodeSet* nodes, std::uint64_t tag)
      : poller_(poller), options_(options), nodes_(nodes), tag_(tag), turn_(tag) {}

  Status begin() {
    const Address& server = options_.servers[turn_ % options_.servers.size()];
    Result<Fd> fd = start_connect(server, turn_++);
    if (!fd) return fd.status();
    stream_ = std::make_unique<FrameStream>(std::move(*fd), server.protocol);
    phase_ = Phase::connecting;
    xid_ = 0;
    begun_ns_ = now_ns();
    return poller_.add(stream_->fd(), tag_, EPOLLOUT);
  }

  /// True when the session is over.
  Result<bool> on_ready(ReadBuffer& buffer) {
    if (phase_ == Phase::connecting) {
      if (Status status = on_connected(); !status) return status.error();
      return false;
    }
    const Status status = stream_->receive(
        buffer, [&](std::span<const std::byte> frame, Nanoseconds) { return on_frame(frame); });
    if (status) return false;
    if (status.code() != ErrorCode::connection_loss || phase_ != Phase::answered) {
      return status.error();
    }
    poller_.remove(stream_->fd());
    stream_.reset();
    return true;
  }

  [[nodiscard]] Nanoseconds begun_ns() const { return begun_ns_; }

 private:
  enum class Phase : std::uint8_t { connecting, greeting, creating, closing, answered };

  Status on_connected() {
    if (Status status = connect_status(stream_->fd()); !status) return status;
    Hello hello;
    hello.timeout_ms = session_timeout_ms;
    stream_->wire().encode(hello, stream_->out());
    phase_ = Phase::greeting;
    poller_.change(stream_->fd(), tag_, EPOLLIN);
    return stream_->flush();
  }

  Status on_frame(std::span<const std::byte> frame) {
    switch (phase_) {
      case Phase::greeting: {
        const Result<Welcome> welcome = expect_welcome(stream_->wire(), frame);
        if (!welcome) return welcome.status();
        session_ = welcome->session;
        return nodes_ == nullptr ? close() : create();
      }
      case Phase::creating:
        if (Status status = expect_created(frame); !status) return status;
        return close();
      case Phase::closing:
        phase_ = Phase::answered;
        return expect_reply(stream_->wire(), frame, xid_).status();
      case Phase::connecting:
      case Phase::answered:
        break;
    }
    return expect_silence(stream_->wire(), frame);
  }

  Status create() {
    phase_ = Phase::creating;
    Create create;
    create.path = nodes_->path(static_cast<std::uint32_t>(tag_));
    create.acl = {{perms::all, "world", "anyone"}};
    create.mode = CreateMode::ephemeral;
    return send(std::move(create));
  }

  Status expect_created(std::span<const std::byte> frame) {
    const Result<Reply> reply = expect_reply(stream_->wire(), frame, xid_);
    const std::string path = nodes_->path(static_cast<std::uint32_t>(tag_));
    if (!reply) return {reply.code(), "create " + path + ": " + reply.error().text};
    const auto* created = std::get_if<CreateReply>(&reply->body);
    if (created != nullptr && created->path == path && created->stat.ephemeral_owner == session_) {
      return {};
    }
    return {ErrorCode::data_inconsistency,
            "create " + path + ": expected it as an ephemeral of the session"};
  }

  Status close() {
    phase_ = Phase::closing;
    return send(CloseSession{});
  }

  Status send(Operation operation) {
    Request request;
    request.xid = ++xid_;
    request.operation = std::move(operation);
    stream_->wire().encode(request, stream_->out());
    return stream_->flush();
  }

  Poller& poller_;
  const StormOptions& options_;
  const NodeSet* nodes_;
  std::uint64_t tag_;
  std::size_t turn_;
  std::unique_ptr<FrameStream> stream_;
  Phase phase_ = Phase::connecting;
  SessionId session_;
  std::int64_t xid_ = 0;  ///< The last one sent.
  Nanoseconds begun_ns_ = 0;
};

Result<StormResult> storm(const StormOptions& options, const NodeSet* nodes) {
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  ReadBuffer buffer;
  std::vector<StormSlot> slots;
  for (std::size_t i = 0; i < options.concurrency; ++i) {
    slots.emplace_back(*poller, options, nodes, i);
  }
  StormResult result;
  UsageMeter meter(options.server_pids);
  if (Status status = meter.start(); !status) return status.error();
  const Nanoseconds until = now_ns() + static_cast<Nanoseconds>(options.seconds * ns_per_s);
  for (StormSlot& slot : slots) {
    if (Status status = slot.begin(); !status) return status.error();
  }
  ProgressBar progress("storm", options.seconds);
  std::size_t under_way = slots.size();
  bool measured = false;
  while (under_way > 0) {
    const auto ready = poller->wait(patience);
    if (ready.empty()) return {ErrorCode::operation_timeout, "nothing happened for 10 s"};
    for (const epoll_event& event : ready) {
      StormSlot& slot = slots[event.data.u64];
      const Result<bool> over = slot.on_ready(buffer);
      if (!over) return over.error();
      if (!*over) continue;
      const Nanoseconds now = now_ns();
      if (now >= until) {
        --under_way;
        continue;
      }
      ++result.sessions;
      result.life_ns.record(static_cast<std::uint64_t>(now - slot.begun_ns()));
      if (Status status = slot.begin(); !status) return status.error();
    }
    if (!measured && now_ns() >= until) {
      measured = true;
      const Result<Usage> usage = meter.stop();
      if (!usage) return usage.error();
      result.usage = *usage;
    }
    progress.show(options.seconds - static_cast<double>(until - now_ns()) / ns_per_s);
  }
  return result;
}

}  // namespace

double IdleResult::opened_per_second() const {
  return opening_ns <= 0
             ? 0
             : static_cast<double>(sessions) * ns_per_s / static_cast<double>(opening_ns);
}

Result<IdleResult> run_idle(const IdleOptions& options) {
  if (options.servers.empty() || options.count == 0 || options.under_way_max == 0) {
    return {ErrorCode::bad_arguments, "a server and at least one session are needed"};
  }
  // Above that, sessions expire while they are held.
  if (options.ping_interval_s <= 0 || options.ping_interval_s * 2000 > session_timeout_ms) {
    return {ErrorCode::bad_arguments, "a session is pinged at least every 15 s"};
  }
  if (Status status = allow_descriptors(options.count + 64); !status) return status.error();
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  ReadBuffer buffer;
  IdleResult result;
  for (const pid_t pid : options.server_pids) {
    const Result<ProcessUsage> usage = process_usage(pid);
    if (!usage) return usage.error();
    result.resident_before_bytes += usage->resident_bytes;
  }
  UsageMeter meter(options.server_pids);
  if (Status status = meter.start(); !status) return status.error();
  OpenOptions open{options.servers, options.count, options.under_way_max, session_timeout_ms};
  Result<OpenedSessions> opened = open_sessions(*poller, buffer, open);
  if (!opened) return opened.error();
  const Result<Usage> opening = meter.stop();
  if (!opening) return opening.error();
  result.sessions = opened->sessions.size();
  result.opening_ns = opened->elapsed_ns;
  result.welcome_ns = std::move(opened->welcome_ns);
  result.opening_cpu_ns = opening->server_cpu_ns;
  result.others_cores = opening->others_cores;
  if (options.on_held) options.on_held();
  Holder holder(*poller, buffer, opened->sessions,
                static_cast<Nanoseconds>(options.ping_interval_s * ns_per_s));
  const Nanoseconds until = now_ns() + static_cast<Nanoseconds>(options.hold_s * ns_per_s);
  if (Status status = holder.run(until); !status) return status.error();
  result.ping_ns = holder.take_ping_ns();
  const Result<Usage> held = meter.stop();
  if (!held) return held.error();
  result.resident_after_bytes = held->resident_bytes;
  if (Status status = close_sessions(*poller, buffer, opened->sessions); !status) {
    return status.error();
  }
  return result;
}

Result<StormResult> run_storm(const StormOptions& options) {
  if (options.servers.empty() || options.concurrency == 0 || options.seconds <= 0) {
    return {ErrorCode::bad_arguments, "a server, sessions and a time are needed"};
  }
  if (Status status = allow_descriptors(options.concurrency + 64); !status) return status.error();
  if (!options.ephemeral) return storm(options, nullptr);
  const NodeSet nodes(options.prefix, 0, 0);
  Result<Control> control = Control::open(options.servers);
  if (!control) return control.error();
  if (Status made = make_parents(*control, options.prefix); !made) return made.error();
  if (Status closed = control->close(); !closed) return closed.error();
  Result<StormResult> result = storm(options, &nodes);
  if (!result) return result;
  if (Status removed = remove_nodes(options.servers, nodes); !removed) return removed.error();
  return result;
}

}  // namespace quorate::bench
