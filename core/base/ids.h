// The identifiers of the field, each a type of its own so that none can be passed for another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace quorate {

/// The term of one leader. 0 before the first; ends at 2^31 - 1.
struct Epoch {
  std::uint32_t value = 0;
  friend auto operator<=>(const Epoch&, const Epoch&) = default;
};

/// The place of a txn in the order of all writes: epoch in the high, counter in the low 32 bits.
/// {0} is "before the first"; counters within an epoch are dense and start at 1.
struct Zxid {
  std::uint64_t value = 0;

  [[nodiscard]] static constexpr Zxid at(Epoch epoch, std::uint32_t counter) {
    return Zxid{(std::uint64_t{epoch.value} << 32) | counter};
  }
  [[nodiscard]] constexpr Epoch epoch() const {
    return Epoch{static_cast<std::uint32_t>(value >> 32)};
  }
  [[nodiscard]] constexpr std::uint32_t counter() const {
    return static_cast<std::uint32_t>(value);
  }
  /// The zxid that follows in the same epoch. REQUIRES: counter() is not the last one.
  [[nodiscard]] constexpr Zxid next() const { return Zxid{value + 1}; }

  friend auto operator<=>(const Zxid&, const Zxid&) = default;
};

/// "7.1f": epoch and counter in hex, as logs and messages show it.
[[nodiscard]] std::string to_string(Zxid zxid);

/// A member of the ensemble: N of `server.N`, 0 to 255.
struct ServerId {
  std::uint32_t value = 0;
  friend auto operator<=>(const ServerId&, const ServerId&) = default;
};

/// A client's session, known to the whole ensemble. 0 is "none".
struct SessionId {
  std::int64_t value = 0;
  friend auto operator<=>(const SessionId&, const SessionId&) = default;
};

/// "0x1000abc": as ZooKeeper's tools show a session.
[[nodiscard]] std::string to_string(SessionId session);

/// Counts the starts of one server; with the serial it makes a connection unique for ever.
struct Incarnation {
  std::uint64_t value = 0;
  friend auto operator<=>(const Incarnation&, const Incarnation&) = default;
};

/// Counts the connections of one incarnation; never reused. 0 is the server itself.
struct ConnectionSerial {
  std::uint64_t value = 0;
  friend auto operator<=>(const ConnectionSerial&, const ConnectionSerial&) = default;
};

/// Where a write came from. Replies are matched by it, never by xid.
struct Origin {
  ServerId server;
  Incarnation incarnation;
  ConnectionSerial connection;
  std::uint64_t sequence = 0;  ///< Counts the writes of the connection, from 1.
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

}  // namespace quorate

template <>
struct std::hash<quorate::SessionId> {
  std::size_t operator()(quorate::SessionId id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};

template <>
struct std::hash<quorate::ConnectionSerial> {
  std::size_t operator()(quorate::ConnectionSerial serial) const noexcept {
    return std::hash<std::uint64_t>{}(serial.value);
  }
};
