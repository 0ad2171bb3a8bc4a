// TCP sockets, non-blocking, as the load generator and the bare limits use them.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/net/fd.h"
#include "bench/net/wire.h"
#include "core/base/result.h"

namespace quorate::bench {

/// A resolved address with its port, and what is spoken there.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  ///< "127.0.0.1:2181", as it was given.
  Protocol protocol = Protocol::quorate;

  [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// "io_error: <what>: <why>" for a system call that just failed.
[[nodiscard]] Error system_failure(std::string_view what);

/// Resolves "HOST:PORT" or "[IPV6]:PORT". Error bad_arguments, naming what is wrong.
[[nodiscard]] Result<Address> resolve(std::string_view endpoint);

/// Resolves "HOST:PORT,HOST:PORT"; at least one.
[[nodiscard]] Result<std::vector<Address>> resolve_all(std::string_view endpoints);

/// Starts to connect; whether it worked is known once the socket is writable (connect_status).
/// Towards IPv4 loopback `source` picks one of 16 local addresses, because one alone has ports for
/// no more than 28,000 connections, the recently closed ones included. Error connection_loss.
[[nodiscard]] Result<Fd> start_connect(const Address& to, std::size_t source = 0);

/// What became of a connect whose socket is writable now.
[[nodiscard]] Status connect_status(int fd);

/// Listens with a backlog of 4,096; port 0 takes a free one.
[[nodiscard]] Result<Fd> listen_on(const Address& at);

[[nodiscard]] Result<std::uint16_t> local_port(int fd);

/// Lifts the limit of open descriptors to `count`, or as near as the hard limit lets us. Error
/// bad_arguments, saying how to raise it, when that is less.
Status allow_descriptors(std::size_t count);

/// Waits for one descriptor; false when `milliseconds` have passed.
[[nodiscard]] bool wait_for(int fd, short events, int milliseconds);

}  // namespace quorate::bench
