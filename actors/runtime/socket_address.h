// Socket addresses as text.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace quorate {

/// "192.0.2.7" or "2001:db8::1"; IPv4 clients of an IPv6 socket as IPv4. Empty for other families.
[[nodiscard]] std::string address_text(const sockaddr_storage& address);
/// 0 for other families than IPv4 and IPv6.
[[nodiscard]] std::uint16_t address_port(const sockaddr_storage& address);

[[nodiscard]] sockaddr_storage peer_address(int fd);
[[nodiscard]] sockaddr_storage local_address(int fd);

}  // namespace quorate
