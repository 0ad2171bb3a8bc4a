#include "actors/runtime/tcp_transport.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "actors/runtime/socket_address.h"

namespace quorate {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Error failure(const std::string& host, std::uint16_t port, const std::string& what) {
  return {ErrorCode::connection_loss,
          "cannot connect to " + host + ":" + std::to_string(port) + ": " + what};
}

std::string text_of(int error) { return std::generic_category().message(error); }

/// Linux connects a socket to itself when the port is a free one of the ephemeral range and happens
/// to be chosen as the source.
bool is_connected_to_itself(int fd) {
  const auto local = local_address(fd);
  const auto peer = peer_address(fd);
  return address_port(local) == address_port(peer) && address_text(local) == address_text(peer);
}

/// 0, or an errno.
int connect_within(int fd, const addrinfo& address, milliseconds timeout) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd item{fd, POLLOUT, 0};
  const auto end = Clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    const int ready = ::poll(&item, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
    if (ready == 0) return ETIMEDOUT;
    if (ready > 0) break;
    if (errno != EINTR) return errno;
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

Result<DialledSocket> connect_to(const std::string& host, std::uint16_t port,
                                 milliseconds timeout) {
  const auto end = Clock::now() + timeout;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) return failure(host, port, ::gai_strerror(status));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, ::freeaddrinfo);

  std::vector<const addrinfo*> addresses;
  for (const addrinfo* it = found; it != nullptr; it = it->ai_next) addresses.push_back(it);
  int error = ETIMEDOUT;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // Each address gets its share, so that one that drops packets leaves time for the next.
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left <= milliseconds(0)) break;
    const auto share = left / static_cast<int>(addresses.size() - i);
    UniqueFd fd{::socket(addresses[i]->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd.valid()) {
      error = errno;
      continue;
    }
    error = connect_within(fd.get(), *addresses[i], share);
    if (error == 0 && is_connected_to_itself(fd.get())) error = ECONNREFUSED;
    if (error != 0) continue;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return DialledSocket{std::move(fd)};
  }
  return failure(host, port, text_of(error));
}

}  // namespace

/// Shared with the threads, so that the last of them touches nothing that is gone.
struct TcpTransport::Dials {
  std::mutex mutex;
  std::condition_variable done;
  std::size_t running = 0;
  std::size_t calling = 0;  ///< Of those, in their callbacks.
  std::uint64_t last = 0;
  std::map<std::uint64_t, OnDialled> waiting;
  bool closed = false;

  /// Gives the result to whoever waits for dial `number`, if somebody still does.
  void finish(std::uint64_t number, Result<DialledSocket> result) {
    OnDialled tell;
    {
      const std::lock_guard guard(mutex);
      auto waits = waiting.extract(number);
      if (!waits.empty()) {
        tell = std::move(waits.mapped());
        ++calling;
      }
    }
    const bool told = tell != nullptr;
    if (told) tell(std::move(result));
    tell = nullptr;  // What it refers to may go as soon as nobody is calling.
    const std::lock_guard guard(mutex);
    if (told) --calling;
    --running;
    done.notify_all();
  }
};

TcpTransport::TcpTransport() : dials_(std::make_shared<Dials>()) {}

void TcpTransport::close() {
  std::map<std::uint64_t, OnDialled> dropped;
  std::unique_lock lock(dials_->mutex);
  dials_->closed = true;
  dropped.swap(dials_->waiting);
  dials_->done.wait(lock, [this] { return dials_->calling == 0; });
  lock.unlock();
}

TcpTransport::~TcpTransport() {
  std::unique_lock lock(dials_->mutex);
  dials_->done.wait(lock, [this] { return dials_->running == 0; });
}

Result<ListeningSocket> TcpTransport::listen(const std::string& address, std::uint16_t port,
                                             const std::string& who, const ListenOptions& options) {
  return listen_tcp(address, port, who, options);
}

void TcpTransport::dial(const std::string& host, std::uint16_t port, milliseconds timeout,
                        OnDialled on_dialled) {
  std::uint64_t number = 0;
  {
    const std::lock_guard guard(dials_->mutex);
    if (dials_->closed) return;
    if (dials_->running < dials_max) {
      ++dials_->running;
      number = ++dials_->last;
      dials_->waiting.emplace(number, on_dialled);
    }
  }
  if (number == 0) {
    on_dialled(failure(host, port, "too many dials at once"));
    return;
  }
  const auto run = [dials = dials_, number, host, port, timeout] {
    dials->finish(number, connect_to(host, port, timeout));
  };
  try {
    std::thread(run).detach();
  } catch (const std::system_error& error) {
    dials_->finish(number,
                   failure(host, port, std::string("no thread to dial with: ") + error.what()));
  }
}

}  // namespace quorate
