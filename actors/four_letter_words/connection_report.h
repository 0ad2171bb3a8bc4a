// One client's connection, as four-letter words tell of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "actors/connection_traffic.h"
#include "core/base/ids.h"

namespace quorate {

struct ConnectionReport {
  std::string address;
  std::uint16_t port = 0;
  bool reads = false;   ///< The server waits for bytes of it.
  bool writes = false;  ///< Bytes wait to be sent to it.
  std::size_t unanswered = 0;
  SessionId session;  ///< {0}: none.
  std::int64_t timeout_ms = 0;
  std::int64_t since_ms = 0;       ///< Since 1970.
  std::int64_t last_reply_ms = 0;  ///< On the server's monotonic clock.
  ConnectionTraffic traffic;
};

}  // namespace quorate
