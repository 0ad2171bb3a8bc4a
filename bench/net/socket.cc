#include "bench/net/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace quorate::bench {
namespace {

constexpr std::uint32_t loopback_sources = 16;

Result<Fd> stream_socket(int family) {
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return system_failure("socket");
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

bool is_loopback(const Address& address) {
  if (address.storage.ss_family != AF_INET) return false;
  const auto* in = reinterpret_cast<const sockaddr_in*>(&address.storage);
  return ntohl(in->sin_addr.s_addr) == INADDR_LOOPBACK;
}

Status bind_source(int fd, std::size_t source) {
  // The kernel picks the port when it connects, so that ports are shared between targets.
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr =
      htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(source % loopback_sources));
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
    return system_failure("bind to a loopback address");
  }
  return {};
}

}  // namespace

Error system_failure(std::string_view what) {
  return {ErrorCode::io_error, std::string(what) + ": " + std::strerror(errno)};
}

Result<Address> resolve(std::string_view endpoint) {
  const std::size_t colon = endpoint.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == endpoint.size()) {
    return {ErrorCode::bad_arguments, "\"" + std::string(endpoint) + "\" is not HOST:PORT"};
  }
  std::string host(endpoint.substr(0, colon));
  const std::string port(endpoint.substr(colon + 1));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (failure != 0) {
    return {ErrorCode::bad_arguments,
            "\"" + std::string(endpoint) + "\": " + ::gai_strerror(failure)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  address.text = endpoint;
  return address;
}

Result<std::vector<Address>> resolve_all(std::string_view endpoints) {
  std::vector<Address> addresses;
  while (true) {
    const std::size_t comma = endpoints.find(',');
    Result<Address> address = resolve(endpoints.substr(0, comma));
    if (!address) return address.error();
    addresses.push_back(std::move(*address));
    if (comma == std::string_view::npos) return addresses;
    endpoints.remove_prefix(comma + 1);
  }
}

Result<Fd> start_connect(const Address& to, std::size_t source) {
  Result<Fd> fd = stream_socket(to.storage.ss_family);
  if (!fd) return fd;
  if (source != 0 && is_loopback(to)) {
    if (Status bound = bind_source(fd->get(), source); !bound) return bound.error();
  }
  if (::connect(fd->get(), to.raw(), to.length) != 0 && errno != EINPROGRESS) {
    return {ErrorCode::connection_loss, system_failure("connect to " + to.text).text};
  }
  return fd;
}

Status connect_status(int fd) {
  int failure = 0;
  socklen_t length = sizeof failure;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length);
  if (failure == 0) return {};
  return {ErrorCode::connection_loss, std::string("connect: ") + std::strerror(failure)};
}

Result<Fd> listen_on(const Address& at) {
  Result<Fd> fd = stream_socket(at.storage.ss_family);
  if (!fd) return fd;
  const int on = 1;
  ::setsockopt(fd->get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd->get(), at.raw(), at.length) != 0) return system_failure("bind to " + at.text);
  if (::listen(fd->get(), 4096) != 0) return system_failure("listen");
  return fd;
}

Result<std::uint16_t> local_port(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return system_failure("getsockname");
  }
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

Status allow_descriptors(std::size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return {};
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < count) {
    return {ErrorCode::bad_arguments,
            std::to_string(count) + " open descriptors are needed, the hard limit is " +
                std::to_string(limit.rlim_max) + ": raise it with ulimit -Hn"};
  }
  limit.rlim_cur = count;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return system_failure("setrlimit");
  return {};
}

bool wait_for(int fd, short events, int milliseconds) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, milliseconds) > 0;
}

}  // namespace quorate::bench
