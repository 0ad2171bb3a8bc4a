#include "actors/runtime/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace quorate {

namespace {

sockaddr_storage query(int (*call)(int, sockaddr*, socklen_t*), int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (call(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return address;
}

}  // namespace

IpEndpoint::IpEndpoint(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ip_.s6_addr[10] = ip_.s6_addr[11] = 0xff;
    std::memcpy(ip_.s6_addr + 12, &v4.sin_addr, sizeof v4.sin_addr);
    port_ = ntohs(v4.sin_port);
    known_ = true;
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ip_ = v6.sin6_addr;
    port_ = ntohs(v6.sin6_port);
    known_ = true;
  }
}

std::string IpEndpoint::text() const {
  if (!known_) return {};
  const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&ip_);
  const std::uint8_t* bytes = is_v4 ? ip_.s6_addr + 12 : ip_.s6_addr;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* written = ::inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return written == nullptr ? "" : written;
}

std::string address_text(const sockaddr_storage& address) { return IpEndpoint(address).text(); }

std::uint16_t address_port(const sockaddr_storage& address) { return IpEndpoint(address).port(); }

sockaddr_storage peer_address(int fd) { return query(::getpeername, fd); }

sockaddr_storage local_address(int fd) { return query(::getsockname, fd); }

}  // namespace quorate
