#include "client/dialer.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace quorate::client {
namespace {

/// Resolvers that hang at the same time; each is a thread.
constexpr int resolving_max = 8;
std::atomic<int> resolving = 0;

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  int family = 0;
};

std::string error_text(int number) { return std::generic_category().message(number); }

/// Returns 0 or getaddrinfo's error.
int resolve(const Host& host, int flags, std::vector<Address>& out) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(host.name.c_str(), std::to_string(host.port).c_str(), &hints, &found);
  if (error != 0) return error;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Address& address = out.emplace_back();
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.length = at->ai_addrlen;
    address.family = at->ai_family;
  }
  ::freeaddrinfo(found);
  return 0;
}

}  // namespace

struct Dialer::Resolution {
  std::mutex mutex;
  bool done = false;
  std::string failure;
  std::vector<Address> addresses;
};

Dialer::Dialer(std::shared_ptr<WakeFd> wake) : wake_(std::move(wake)) {}
Dialer::~Dialer() { cancel(); }

void Dialer::cancel() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  resolution_.reset();  // A thread that still resolves finds nobody to tell.
  progress_ = Progress::idle;
}

void Dialer::start(const Host& host) {
  cancel();
  failure_.clear();
  next_address_ = 0;
  progress_ = Progress::pending;
  resolution_ = std::make_shared<Resolution>();
  if (resolve(host, AI_NUMERICHOST, resolution_->addresses) == 0) {
    resolution_->done = true;
    return;
  }
  if (resolving.fetch_add(1) >= resolving_max) {
    resolving.fetch_sub(1);
    resolution_->failure = "the name resolver does not answer";
    resolution_->done = true;
    return;
  }
  std::thread([host, resolution = resolution_, wake = wake_] {
    std::vector<Address> addresses;
    const int error = resolve(host, AI_ADDRCONFIG, addresses);
    {
      const std::lock_guard lock(resolution->mutex);
      if (error != 0) {
        resolution->failure = std::string("cannot resolve the name: ") + ::gai_strerror(error);
      }
      resolution->addresses = std::move(addresses);
      resolution->done = true;
    }
    resolving.fetch_sub(1);
    wake->ring();
  }).detach();
}

Dialer::Progress Dialer::fail(std::string why) {
  failure_ = std::move(why);
  return progress_ = Progress::failed;
}

Dialer::Progress Dialer::advance() {
  if (progress_ != Progress::pending) return progress_;
  if (fd_ >= 0) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error == 0) {
      sockaddr_storage peer{};
      socklen_t peer_length = sizeof peer;
      if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0) {
        return Progress::pending;
      }
      return progress_ = Progress::connected;
    }
    failure_ = error_text(error);
    ::close(fd_);
    fd_ = -1;
    return connect_next();
  }
  const std::lock_guard lock(resolution_->mutex);
  if (!resolution_->done) return Progress::pending;
  if (!resolution_->failure.empty()) return fail(resolution_->failure);
  return connect_next();
}

/// The next address that does not refuse at once. Called when the resolution is done, after
/// which nobody changes it.
Dialer::Progress Dialer::connect_next() {
  while (next_address_ < resolution_->addresses.size()) {
    const Address& address = resolution_->addresses[next_address_++];
    fd_ = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
      failure_ = error_text(errno);
      continue;
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    const auto* target = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(fd_, target, address.length) == 0) return progress_ = Progress::connected;
    if (errno == EINPROGRESS) return Progress::pending;
    failure_ = error_text(errno);
    ::close(fd_);
    fd_ = -1;
  }
  return fail(failure_.empty() ? "the name has no address" : failure_);
}

int Dialer::take() {
  const int fd = std::exchange(fd_, -1);
  cancel();
  return fd;
}

}  // namespace quorate::client
