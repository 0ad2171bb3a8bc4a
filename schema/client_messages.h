// The messages between a client and a server, as core values; the codecs turn them into bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "core/base/error_code.h"
#include "core/base/ids.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate {

/// 16 random bytes that prove a session is one's own. Never logged, never stored by a server.
using SessionPassword = std::array<std::uint8_t, 16>;

inline constexpr std::uint32_t protocol_version = 1;

/// A client's first frame.
struct Hello {
  std::uint32_t version_min = protocol_version;
  std::uint32_t version_max = protocol_version;
  std::uint64_t features = 0;  ///< Bits the client would like; unknown ones are ignored.
  SessionId session;           ///< {0}: a new one; otherwise this one again.
  SessionPassword password{};
  std::int64_t timeout_ms = 0;  ///< Wanted; the server clamps it.
  Zxid last_seen;               ///< A server behind it refuses with server_behind.
  bool read_only = false;       ///< Content with a server that cannot write.
  friend bool operator==(const Hello&, const Hello&) = default;
};

/// The server's answer to Hello: the session is open.
struct Welcome {
  std::uint32_t version = protocol_version;
  std::uint64_t features = 0;
  ServerId server;
  SessionId session;
  SessionPassword password{};
  std::int64_t timeout_ms = 0;
  Zxid zxid;                                 ///< Last applied by this server.
  std::uint32_t frame_bytes_max = 0;         ///< Of frames both ways.
  std::uint32_t requests_in_flight_max = 0;  ///< The server reads no further beyond it.
  bool read_only = false;
  friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// The server's last frame before it closes: why, and what to do.
struct Goodbye {
  ErrorCode error = ErrorCode::system_error;
  std::string text;
  friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

using ClientMessage = std::variant<Hello, Request>;
using ServerMessage = std::variant<Reply, WatchEvent, Welcome, Goodbye>;

}  // namespace quorate
