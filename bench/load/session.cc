#include "bench/load/session.h"

#include <algorithm>
#include <string>

#include "bench/load/expectation.h"
#include "bench/measure/progress.h"

namespace quorate::bench {
namespace {

constexpr Nanoseconds patience = 10 * ns_per_s;

/// Opens sessions, never more than so many at one time.
class Opener {
 public:
  Opener(Poller& poller, ReadBuffer& buffer, const OpenOptions& options)
      : poller_(poller), buffer_(buffer), options_(options) {}

  Result<OpenedSessions> run() {
    const Nanoseconds begin = now_ns();
    ProgressBar progress("opening sessions", static_cast<double>(options_.count));
    while (opened_ < options_.count) {
      if (Status status = start_more(); !status) return status.error();
      const auto ready = poller_.wait(patience);
      if (ready.empty()) return Error{ErrorCode::operation_timeout, stuck()};
      for (const epoll_event& event : ready) {
        if (Status status = on_event(event); !status) return status.error();
      }
      progress.show(static_cast<double>(opened_));
    }
    made_.elapsed_ns = now_ns() - begin;
    return std::move(made_);
  }

 private:
  Status start_more() {
    while (made_.sessions.size() < options_.count &&
           made_.sessions.size() - opened_ < options_.under_way_max) {
      const std::size_t at = made_.sessions.size();
      const Address& server = options_.servers[at % options_.servers.size()];
      Result<Fd> fd = start_connect(server, at);
      if (!fd) return fd.status();
      auto session = std::make_unique<Session>(std::move(*fd), server.protocol);
      session->tag = at;
      session->polls_output = true;
      if (Status added = poller_.add(session->stream.fd(), at, EPOLLOUT); !added) return added;
      made_.sessions.push_back(std::move(session));
      begun_ns_.push_back(now_ns());
    }
    return {};
  }

  Status on_event(const epoll_event& event) {
    Session& session = *made_.sessions[event.data.u64];
    if (session.polls_output) return on_connected(session);
    return session.stream.receive(buffer_, [&](std::span<const std::byte> frame, Nanoseconds at) {
      const Result<Welcome> welcome = expect_welcome(session.stream.wire(), frame);
      if (!welcome) return welcome.status();
      session.zxid = welcome->zxid;
      ++opened_;
      made_.welcome_ns.record(static_cast<std::uint64_t>(at - begun_ns_[session.tag]));
      return Status{};
    });
  }

  Status on_connected(Session& session) {
    if (Status status = connect_status(session.stream.fd()); !status) return status;
    Hello hello;
    hello.timeout_ms = options_.timeout_ms;
    session.stream.wire().encode(hello, session.stream.out());
    if (Status status = session.stream.flush(); !status) return status;
    if (session.stream.has_unsent()) return {};
    session.polls_output = false;
    poller_.change(session.stream.fd(), session.tag, EPOLLIN);
    return {};
  }

  std::string stuck() const {
    return "nothing happened for 10 s while sessions were opened; " + std::to_string(opened_) +
           " of " + std::to_string(options_.count) + " are open";
  }

  Poller& poller_;
  ReadBuffer& buffer_;
  const OpenOptions& options_;
  OpenedSessions made_;
  std::vector<Nanoseconds> begun_ns_;
  std::size_t opened_ = 0;
};

}  // namespace

std::int64_t Session::append(Operation operation) {
  Request request;
  request.xid = next_xid++;
  request.operation = std::move(operation);
  stream.wire().encode(request, stream.out());
  return request.xid;
}

Status flush(Poller& poller, Session& session) {
  if (Status status = session.stream.flush(); !status) return status;
  const bool polls_output = session.stream.has_unsent();
  if (polls_output != session.polls_output) {
    session.polls_output = polls_output;
    poller.change(session.stream.fd(), session.tag, polls_output ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  return {};
}

Result<OpenedSessions> open_sessions(Poller& poller, ReadBuffer& buffer,
                                     const OpenOptions& options) {
  return Opener(poller, buffer, options).run();
}

Status close_sessions(Poller& poller, ReadBuffer& buffer, Sessions& sessions) {
  constexpr std::size_t under_way_max = 256;
  std::size_t asked = 0;
  std::size_t closed = 0;
  std::vector<std::int64_t> xids(sessions.size());
  while (closed < sessions.size()) {
    for (; asked < sessions.size() && asked - closed < under_way_max; ++asked) {
      xids[asked] = sessions[asked]->append(CloseSession{});
      if (Status status = flush(poller, *sessions[asked]); !status) return status;
    }
    const auto ready = poller.wait(patience);
    if (ready.empty()) {
      return {ErrorCode::operation_timeout,
              "sessions were not closed: " + std::to_string(sessions.size() - closed)};
    }
    for (const epoll_event& event : ready) {
      Session& session = *sessions[event.data.u64];
      bool answered = xids[session.tag] == 0;
      const Status status =
          session.stream.receive(buffer, [&](std::span<const std::byte> frame, Nanoseconds) {
            const Result<Reply> reply =
                expect_reply(session.stream.wire(), frame, xids[session.tag]);
            if (reply) xids[session.tag] = 0;
            return reply.status();
          });
      answered = answered || xids[session.tag] == 0;
      if (status.ok()) continue;
      if (status.code() != ErrorCode::connection_loss || !answered) return status;
      poller.remove(session.stream.fd());
      ++closed;
    }
  }
  sessions.clear();
  return {};
}

}  // namespace quorate::bench
