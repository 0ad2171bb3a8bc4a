// A sync on its way between a connection's server and the leader.
#pragma once

#include <cstdint>

#include "core/base/ids.h"

namespace quorate {

/// Asks the leader how far this server must apply before a sync is answered.
struct SyncRequest {
  ConnectionSerial connection;
  std::uint64_t sequence = 0;  ///< Counts the syncs of the connection, from 1.
  friend bool operator==(const SyncRequest&, const SyncRequest&) = default;
};

/// The leader's word: all that had been proposed when it was asked ends at `point`.
struct SyncPoint {
  SyncRequest request;
  Zxid point;
  friend bool operator==(const SyncPoint&, const SyncPoint&) = default;
};

}  // namespace quorate
