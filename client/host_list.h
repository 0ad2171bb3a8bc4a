// Which server to try next.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate::client {

struct Host {
  std::string name;  ///< Name or address, without brackets.
  std::uint16_t port = 2181;
  friend bool operator==(const Host&, const Host&) = default;
};

/// "name:port", an IPv6 address in brackets.
[[nodiscard]] std::string to_string(const Host& host);

struct Endpoints {
  std::vector<Host> hosts;
  std::string chroot;  ///< "" or "/a/b".
  friend bool operator==(const Endpoints&, const Endpoints&) = default;
};

/// Reads "host:port,[::1]:port/chroot". Error bad_arguments names the entry that is wrong.
[[nodiscard]] Result<Endpoints> parse_endpoints(std::string_view text);

/// The hosts in a random order that stays: each in turn, without a pause while one of them is
/// untried, then with pauses that double from 50 ms to 1 s, of which a random half is taken off
/// so that the clients of a restarted server don't all come at once.
class HostList {
 public:
  /// REQUIRES: `hosts` is not empty.
  HostList(std::vector<Host> hosts, std::uint64_t seed);

  /// The host to try now.
  const Host& next();
  /// How long to wait before next().
  [[nodiscard]] std::chrono::milliseconds pause();
  /// The last one given opened the session.
  void succeeded();
  /// Another host than this one, each in turn. REQUIRES: there is more than one.
  const Host& other_than(const Host& host);

  [[nodiscard]] std::size_t size() const { return hosts_.size(); }

 private:
  std::uint64_t random();

  std::vector<Host> hosts_;
  std::uint64_t random_;
  std::size_t next_ = 0;
  std::size_t next_other_ = 0;
  std::size_t failures_ = 0;  ///< Tries since the last success.
};

}  // namespace quorate::client
