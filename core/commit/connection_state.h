// What the commit machine knows of one connection. Private to its sources.
#pragma once

#include <cstdint>
#include <vector>

#include "core/commit/commit_machine.h"

namespace quorate {

///   opened --on_handshake--> greeting --SessionOpened--> owner
///      |                        |                          |
///      +------------------------+--------------------------+--close()--> closed
///
/// opened    Nothing but a handshake is expected.
/// greeting  The handshake is queued or in the log; requests may wait behind it.
/// owner     The connection owns its session.
/// closed    Told to close; the record stays for what it has yet to be given, until on_closed().
struct CommitMachine::Connection {
  enum class Phase : std::uint8_t { opened, greeting, owner, closed };

  ConnectionSerial serial;
  SessionId session;
  Zxid last_seen;               ///< Of the handshake.
  SharedIdentities identities;  ///< As of its last batch.
  ConnectionOrder order;
  std::vector<Delivery> deliveries;
  Phase phase = Phase::opened;
  bool in_with_replies = false;
  bool in_with_events = false;

  [[nodiscard]] std::span<const Identity> identity_span() const { return span_of(identities); }
  [[nodiscard]] static std::span<const Identity> span_of(const SharedIdentities& identities) {
    if (identities == nullptr) return {};
    return *identities;
  }
};

}  // namespace quorate
