#include "bench/bare/responder.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cstring>

namespace quorate::bench {
namespace {

constexpr std::uint64_t listener_tag = UINT64_MAX;

}  // namespace

Result<BareResponder> BareResponder::make(const Address& at, const NodeSet& nodes,
                                          Options options) {
  Result<Fd> listener = listen_on(at);
  if (!listener) return listener.error();
  const Result<std::uint16_t> port = local_port(listener->get());
  if (!port) return port.error();
  Result<Poller> poller = Poller::make();
  if (!poller) return poller.error();
  if (Status added = poller->add(listener->get(), listener_tag, EPOLLIN); !added) {
    return added.error();
  }
  return BareResponder(std::move(*listener), std::move(*poller), *port, nodes, options);
}

BareResponder::BareResponder(Fd listener, Poller poller, std::uint16_t port, const NodeSet& nodes,
                             Options options)
    : listener_(std::move(listener)),
      poller_(std::move(poller)),
      port_(port),
      frames_(nodes),
      options_(options) {}

Status BareResponder::run(const std::atomic<bool>& stop) {
  while (!stop.load(std::memory_order_relaxed)) {
    for (const epoll_event& event : poller_.wait(100 * ns_per_ms)) {
      if (event.data.u64 == listener_tag) {
        accept_all();
      } else {
        serve(static_cast<int>(event.data.u64));
      }
    }
  }
  return {};
}

void BareResponder::accept_all() {
  while (true) {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) return;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int number = fd.get();
    if (!poller_.add(number, static_cast<std::uint64_t>(number), EPOLLIN)) continue;
    const auto slot = static_cast<std::size_t>(number);
    if (slot >= connections_.size()) connections_.resize(slot + 1);
    connections_[slot] = std::make_unique<Connection>(std::move(fd));
  }
}

void BareResponder::serve(int fd) {
  const std::unique_ptr<Connection>& slot = connections_[static_cast<std::size_t>(fd)];
  if (slot == nullptr) return;  // Dropped by an earlier event of this turn.
  Connection& connection = *slot;
  const Status status = connection.stream.receive(
      buffer_,
      [&](std::span<const std::byte> frame, Nanoseconds) { return answer(connection, frame); });
  if (!status || !flush(connection) || (connection.ends && !connection.stream.has_unsent())) {
    drop(fd);
  }
}

Status BareResponder::answer(Connection& connection, std::span<const std::byte> frame) {
  std::vector<char>& out = connection.stream.out();
  if (!connection.is_greeted) {
    connection.is_greeted = true;
    out.insert(out.end(), frames_.welcome.begin(), frames_.welcome.end());
    return {};
  }
  std::int64_t xid = 0;
  if (frame.size() < frames_.request_xid_offset + sizeof xid) {
    return {ErrorCode::marshalling_error, "a frame without an xid"};
  }
  std::memcpy(&xid, frame.data() + frames_.request_xid_offset, sizeof xid);
  if (frame.size() == frames_.get_frame_bytes) {
    connection.is_armed = true;
    frames_.data.append(xid, out);
  } else if (frame.size() > frames_.get_frame_bytes) {
    frames_.stat.append(xid, out);
    if (options_.fan_out && flush(connection)) fan_out(connection);
  } else {
    connection.ends = true;
    frames_.nothing.append(xid, out);
  }
  return {};
}

bool BareResponder::flush(Connection& connection) {
  if (!connection.stream.flush()) return false;
  const bool wants_write = connection.stream.has_unsent();
  if (wants_write != connection.wants_write) {
    connection.wants_write = wants_write;
    const int fd = connection.stream.fd();
    poller_.change(fd, static_cast<std::uint64_t>(fd), wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  return true;
}

void BareResponder::fan_out(const Connection& writer) {
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection == nullptr || connection.get() == &writer || !connection->is_armed) continue;
    connection->is_armed = false;
    std::vector<char>& out = connection->stream.out();
    out.insert(out.end(), frames_.event.begin(), frames_.event.end());
    // A connection that cannot be written to is found out, and dropped, when it is read.
    (void)flush(*connection);
  }
}

void BareResponder::drop(int fd) {
  poller_.remove(fd);
  connections_[static_cast<std::size_t>(fd)].reset();
}

}  // namespace quorate::bench
