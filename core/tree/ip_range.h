// Addresses as ACLs of the scheme `ip` name them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace quorate {

/// All addresses of one family that share their first `bits` bits with `address`.
struct IpRange {
  enum class Family : std::uint8_t { v4, v6 };
  Family family = Family::v4;
  std::array<std::uint8_t, 16> address{};  ///< Network order; v4 uses the first four bytes.
  std::uint32_t bits = 0;                  ///< At most 32 or 128.

  /// Whether all of `other` lies in this range.
  [[nodiscard]] bool contains(const IpRange& other) const;
};

/// "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "::1". Without bits: this address alone. A v4
/// address mapped into v6 (::ffff:10.1.2.3, as a dual-stack socket names its peer) is a v4
/// address. Octets without leading zeros, no zone ids. nullopt for anything else.
[[nodiscard]] std::optional<IpRange> parse_ip_range(std::string_view text);

}  // namespace quorate
