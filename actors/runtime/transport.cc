#include "actors/runtime/transport.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "actors/runtime/socket_address.h"

namespace quorate {

namespace {

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

std::string where(const std::string& address, std::uint16_t port, const std::string& who) {
  const bool v6 = address.find(':') != std::string::npos;
  return (address.empty() ? "*"
          : v6            ? "[" + address + "]"
                          : address) +
         ":" + std::to_string(port) + " (" + who + ")";
}

Error failure(const std::string& where, int error) {
  switch (error) {
    case EADDRINUSE:
      return {ErrorCode::io_error, "port in use: " + where +
                                       ": another process listens there; stop it or choose "
                                       "another port"};
    case EACCES:
      return {ErrorCode::io_error,
              "not allowed to listen on " + where + ": ports below 1024 need privileges"};
    case EADDRNOTAVAIL:
      return {ErrorCode::io_error,
              "cannot listen on " + where + ": no network interface has this address"};
    default:
      return {ErrorCode::io_error,
              "cannot listen on " + where + ": " + std::generic_category().message(error)};
  }
}

void enable(int fd, int level, int option, int value = 1) {
  // A refused option is no reason not to serve: each only improves on the default.
  ::setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

Result<ListeningSocket> listen_tcp(const std::string& address, std::uint16_t port,
                                   const std::string& who, const ListenOptions& options) {
  addrinfo hints{};
  hints.ai_family = address.empty() ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto service = std::to_string(port);
  const char* node = address.empty() ? nullptr : address.c_str();
  int status = ::getaddrinfo(node, service.c_str(), &hints, &found);
  if (status != 0 || found == nullptr) {
    return Error{ErrorCode::bad_arguments,
                 "cannot listen on " + where(address, port, who) + ": " + ::gai_strerror(status)};
  }
  const AddressList list(found, ::freeaddrinfo);

  UniqueFd fd{::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd.valid() && address.empty()) {
    // A kernel without IPv6.
    return listen_tcp("0.0.0.0", port, who, options);
  }
  if (!fd.valid()) return failure(where(address, port, who), errno);
  enable(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (options.reuse_port) enable(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (list->ai_family == AF_INET6) {
    enable(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, address.empty() ? 0 : 1);
  }
  if (::bind(fd.get(), list->ai_addr, list->ai_addrlen) != 0 ||
      ::listen(fd.get(), options.backlog) != 0) {
    return failure(where(address, port, who), errno);
  }
  const auto real_port = address_port(local_address(fd.get()));
  return ListeningSocket{std::move(fd), real_port};
}

}  // namespace quorate
