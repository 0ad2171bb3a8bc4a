// What a server counts about its clients; written on the I/O thread, read by any.
#pragma once

#include "actors/runtime/counter.h"

namespace quorate {

/// Totals since the start.
struct ServerCounters {
  Counter requests, replies, events;
  Counter sessions_opened, sessions_resumed;
  Counter paused_outstanding;  ///< A connection was not read on, for all together owed too much.
  // Connections that were closed when they came.
  Counter refused_in_total;     ///< Above connections_max.
  Counter refused_per_address;  ///< Above connections_per_ip_max.
  // Why connections were closed, each exactly once.
  Counter closed_by_client;         ///< The session was closed, or the peer went away.
  Counter closed_unknown_protocol;  ///< The first bytes begin no protocol.
  Counter closed_inspected;         ///< Told how things stand.
  Counter closed_malformed;         ///< A frame that cannot be decoded, or out of place.
  Counter closed_too_large;         ///< A frame above the limit.
  Counter closed_version;           ///< No common version, or a request of unknown type.
  Counter closed_auth;
  Counter closed_session;      ///< Expired, moved or refused.
  Counter closed_slow_reader;  ///< Left too much unread.
  Counter closed_handshake_timeout;
  Counter closed_stopping;
};

}  // namespace quorate
