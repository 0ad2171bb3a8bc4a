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
/// owner     The connection owns its session, which is known in the log or here alone (Home).
/// closed    Told to close; the record stays for what it has yet to be given, until on_closed().
struct CommitMachine::Connection {
  enum class Phase : std::uint8_t { opened, greeting, owner, closed };
  /// Where the session is known. upgrading: its CreateSession is on its way through the log.
  enum class Home : std::uint8_t { log, here, upgrading };

  ConnectionSerial serial;
  SessionId session;
  Zxid last_seen;               ///< Of the handshake.
  SharedIdentities identities;  ///< As of its last batch.
  ConnectionOrder order;
  std::vector<Delivery> deliveries;
  std::size_t unread_bytes = 0;  ///< Of replies, since its client had read all; see CommitLimits.
  std::size_t asked_bytes = 0;   ///< Those of them that the word which is awaited is about.
  std::size_t held_bytes = 0;    ///< Expected of the replies to the reads in its order.
  Phase phase = Phase::opened;
  Home home = Home::log;
  bool accepts_reads_only = false;  ///< Its client is content with a server that cannot write.
  bool reads_only = false;          ///< It was welcomed by a server that could not write.
  bool is_leaving = false;          ///< The end of its local session waits for its turn.
  bool is_backed_up = false;        ///< Something was not sent on, so that nothing behind it is.
  bool in_with_replies = false;
  bool in_with_events = false;

  [[nodiscard]] std::span<const Identity> identity_span() const { return span_of(identities); }
  [[nodiscard]] static std::span<const Identity> span_of(const SharedIdentities& identities) {
    if (identities == nullptr) return {};
    return *identities;
  }
};

}  // namespace quorate
