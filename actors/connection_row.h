// One client's connection, as the console shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/commit/request_batch.h"

namespace quorate {

struct ConnectionRow {
  ConnectionSerial serial;
  std::uint64_t actor = 0;  ///< Its id.
  std::string address;
  std::uint16_t port = 0;
  bool is_native = false;
  bool is_tls = false;
  SessionId session;                 ///< {0}: none yet.
  std::int64_t connected_at_ms = 0;  ///< Since 1970.
  std::optional<std::int64_t> heard_ms_ago;
  std::uint64_t received = 0;  ///< Frames.
  std::uint64_t sent = 0;
  std::size_t outstanding = 0;
  std::uint64_t replies = 0;
  std::uint64_t latency_sum_ms = 0;
  std::uint32_t latency_max_ms = 0;
  SharedIdentities identities;  ///< With digests: not to be shown as they are.
};

/// Asks for all of them.
struct ConnectionsWanted {};

/// In the order of serials. What opened or closed meanwhile may or may not be there.
struct ConnectionRows {
  std::deque<ConnectionRow> rows;  ///< So that none is moved while they gather.
};
using ConnectionRowsPtr = std::shared_ptr<const ConnectionRows>;

}  // namespace quorate
