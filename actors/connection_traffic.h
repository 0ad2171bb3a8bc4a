// What went over one connection, and how long it took.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/base/ids.h"

namespace quorate {

/// Since the connection was there, or since it was reset. Ten thousand idle connections have one
/// each.
struct ConnectionTraffic {
  /// What `last_operation` says of a session that was opened last, and of a connection that was
  /// answered nothing. Others are indexes of the alternatives of Operation.
  static constexpr std::uint8_t session = 30;
  static constexpr std::uint8_t nothing = 31;

  std::uint64_t received = 0;  ///< Frames.
  std::uint64_t sent = 0;
  std::uint64_t replies = 0;
  std::uint64_t latency_sum_ms = 0;
  std::int64_t last_xid = -1;  ///< Of the last reply whose xid was not negative.
  Zxid last_zxid{~std::uint64_t{0}};
  std::uint32_t latency_min_ms = 0;
  std::uint32_t latency_max_ms = 0;
  std::uint32_t latency_last_ms = 0;
  std::uint32_t last_reply_ms = 0;  ///< The low bits of the monotonic clock; 0: none.
  std::uint32_t last_heard_ms = 0;  ///< Likewise, of the last request.
  std::uint8_t last_operation = nothing;

  void add_welcome(Zxid zxid, std::chrono::milliseconds now) {
    ++sent;
    last_zxid = zxid;
    last_heard_ms = last_reply_ms = static_cast<std::uint32_t>(now.count());
    last_operation = session;
  }

  void add_reply(std::uint8_t operation, std::int64_t xid, Zxid zxid, std::uint32_t took_ms,
                 std::chrono::milliseconds now) {
    ++sent;
    latency_min_ms = replies == 0 || took_ms < latency_min_ms ? took_ms : latency_min_ms;
    latency_max_ms = took_ms > latency_max_ms ? took_ms : latency_max_ms;
    latency_last_ms = took_ms;
    latency_sum_ms += took_ms;
    ++replies;
    if (xid >= 0) last_xid = xid;
    last_zxid = zxid;
    last_reply_ms = static_cast<std::uint32_t>(now.count());
    last_operation = operation;
  }
};

}  // namespace quorate
