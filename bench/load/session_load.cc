#include "bench/load/session_load.h"

#include <algorithm>
#include <memory>
#include <string>

#include "bench/load/expectation.h"
#include "bench/measure/progress.h"
#include "schema/capnp/client_codec.h"

namespace quorate::bench {
namespace {

constexpr Nanoseconds patience = 10 * ns_per_s;
constexpr std::int64_t session_timeout_ms = 30'000;

/// Keeps sessions alive: a ping for each at a third of the time-out.
class Holder {
 public:
  Holder(Poller& poller, ReadBuffer& buffer, Sessions& sessions)
      : poller_(poller), buffer_(buffer), sessions_(sessions), pings_(sessions.size()) {}

  /// Returns at `until`, or when the last ping is answered.
  Status run(Nanoseconds until) {
    const Nanoseconds begin = now_ns();
    ProgressBar progress("holding sessions", static_cast<double>(until - begin));
    constexpr Nanoseconds ping_interval = session_timeout_ms * ns_per_ms / 3;
    Nanoseconds next_ping = begin + ping_interval;
    while (now_ns() < until || unanswered_ > 0) {
      progress.show(static_cast<double>(now_ns() - begin));
      if (now_ns() >= next_ping && unanswered_ == 0) {
        next_ping += ping_interval;
        if (Status status = ping_all(); !status) return status;
      }
      for (const epoll_event& event : poller_.wait(ns_per_s / 10)) {
        if (Status status = on_ready(*sessions_[event.data.u64]); !status) return status;
      }
    }
    return {};
  }

 private:
  Status ping_all() {
    for (const auto& session : sessions_) {
      pings_[session->tag] = session->append(Ping{});
      ++unanswered_;
      if (Status status = flush(poller_, *session); !status) return status;
    }
    return {};
  }

  Status on_ready(Session& session) {
    return session.stream.receive(buffer_,
                                  [&](std::span<const std::byte> frame, Nanoseconds) -> Status {
                                    std::int64_t& xid = pings_[session.tag];
                                    if (xid == 0) return expect_silence(frame);
                                    const Result<Reply> reply = expect_reply(frame, xid);
                                    xid = 0;
                                    --unanswered_;
                                    return reply.status();
                                  });
  }

  Poller& poller_;
  ReadBuffer& buffer_;
  Sessions& sessions_;
  std::vector<std::int64_t> pings_;  ///< Their xids, by session; 0: answered.
  std::size_t unanswered_ = 0;
};

/// One session at a time from connect to end, over and over.
class StormSlot {
 public:
  StormSlot(Poller& poller, const StormOptions& options, std::uint64_t tag)
      : poller_(poller), options_(options), tag_(tag), turn_(tag) {}

  Status begin() {
    const Address& server = options_.servers[turn_ % options_.servers.size()];
    Result<Fd> fd = start_connect(server, turn_++);
    if (!fd) return fd.status();
    stream_ = std::make_unique<FrameStream>(std::move(*fd));
    phase_ = Phase::connecting;
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
  enum class Phase : std::uint8_t { connecting, greeting, closing, answered };

  Status on_connected() {
    if (Status status = connect_status(stream_->fd()); !status) return status;
    Hello hello;
    hello.timeout_ms = session_timeout_ms;
    capnp_codec::encode(hello, stream_->out());
    phase_ = Phase::greeting;
    poller_.change(stream_->fd(), tag_, EPOLLIN);
    return stream_->flush();
  }

  Status on_frame(std::span<const std::byte> frame) {
    switch (phase_) {
      case Phase::greeting: {
        const Result<Welcome> welcome = expect_welcome(frame);
        if (!welcome) return welcome.status();
        phase_ = Phase::closing;
        Request request;
        request.xid = 1;
        request.operation = CloseSession{};
        capnp_codec::encode(request, stream_->out());
        return stream_->flush();
      }
      case Phase::closing:
        phase_ = Phase::answered;
        return expect_reply(frame, 1).status();
      case Phase::connecting:
      case Phase::answered:
        break;
    }
    return expect_silence(frame);
  }

  Poller& poller_;
  const StormOptions& options_;
  std::uint64_t tag_;
  std::size_t turn_;
  std::unique_ptr<FrameStream> stream_;
  Phase phase_ = Phase::connecting;
  Nanoseconds begun_ns_ = 0;
};

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
  const Nanoseconds until = now_ns() + static_cast<Nanoseconds>(options.hold_s * ns_per_s);
  if (Status status = Holder(*poller, buffer, opened->sessions).run(until); !status) {
    return status.error();
  }
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
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  ReadBuffer buffer;
  std::vector<StormSlot> slots;
  for (std::size_t i = 0; i < options.concurrency; ++i) slots.emplace_back(*poller, options, i);
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

}  // namespace quorate::bench
