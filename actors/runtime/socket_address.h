// Socket addresses, kept small and as text.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace quorate {

/// IP address and port, in a sixth of the bytes of a sockaddr_storage: every connection keeps one.
class IpEndpoint {
 public:
  /// Unknown, as are those of other families than IPv4 and IPv6.
  IpEndpoint() = default;
  explicit IpEndpoint(const sockaddr_storage& address);

  /// "192.0.2.7" or "2001:db8::1"; IPv4 clients of an IPv6 socket as IPv4. Empty when unknown.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }  ///< 0 when unknown.

 private:
  in6_addr ip_{};  ///< IPv4 as ::ffff:192.0.2.7.
  std::uint16_t port_ = 0;
  bool known_ = false;
};

/// IpEndpoint::text() and port() of an address that is not kept.
[[nodiscard]] std::string address_text(const sockaddr_storage& address);
[[nodiscard]] std::uint16_t address_port(const sockaddr_storage& address);

[[nodiscard]] sockaddr_storage peer_address(int fd);
[[nodiscard]] sockaddr_storage local_address(int fd);

}  // namespace quorate
