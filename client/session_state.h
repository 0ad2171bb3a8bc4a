// Where a client's session stands, as its listener is told.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate::client {

/// Exactly one state at a time; the last three are final.
///
///                      +--------------------------+
///                      v                          |
///   connecting --> connected / read_only --> suspended --> expired
///        |             |                          |
///        +-------------+--------------------------+--> auth_failed, closed
enum class SessionState : std::uint8_t {
  connecting,   ///< No server has opened the session yet.
  connected,    ///< Reads and writes are served.
  read_only,    ///< Connected to a server that cannot write (Options::read_only).
  suspended,    ///< The connection broke; the session and its ephemerals may or may not live on.
                ///< Whoever holds a lock must act as if it were lost until `connected` again.
  expired,      ///< The ensemble ended the session: its ephemerals and watches are gone.
  auth_failed,  ///< An identity was refused; nothing more is sent.
  closed,       ///< close() was called.
};

/// "connected": for logs and messages.
[[nodiscard]] std::string_view to_string(SessionState state);

/// Whether the session is over for good; a new one takes a new Client.
[[nodiscard]] constexpr bool is_final(SessionState state) {
  return state == SessionState::expired || state == SessionState::auth_failed ||
         state == SessionState::closed;
}

}  // namespace quorate::client
