// Sessions of the load generator: opened in bulk, each on a connection of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/net/frame_stream.h"
#include "bench/net/poller.h"
#include "bench/net/socket.h"
#include "core/base/histogram.h"
#include "core/base/ids.h"
#include "core/txn/request.h"

namespace quorate::bench {

/// Who answers: a server, or a bare responder, whose answers are always the same.
enum class Target : std::uint8_t { quorate, bare };

/// One open session.
struct Session {
  Session(Fd fd, Protocol protocol) : stream(std::move(fd), protocol) {}

  FrameStream stream;
  std::uint64_t tag = 0;  ///< Comes with the poller's events: its place in its vector.
  std::int64_t next_xid = 1;
  Zxid zxid;  ///< The last one it was told.
  bool polls_output = false;

  /// Appends a request and returns its xid.
  std::int64_t append(Operation operation);
};

using Sessions = std::vector<std::unique_ptr<Session>>;

/// Sends what the session has; polls for room as long as something is left.
Status flush(Poller& poller, Session& session);

struct OpenOptions {
  std::vector<Address> servers;  ///< Taken in turn.
  std::size_t count = 1;
  std::size_t under_way_max = 64;    ///< Connections being opened at one time.
  std::int64_t timeout_ms = 30'000;  ///< Of the sessions.
};

struct OpenedSessions {
  Sessions sessions;     ///< Polled for input, tagged 0, 1, 2 ...
  Histogram welcome_ns;  ///< From the connect to `welcome`.
  Nanoseconds elapsed_ns = 0;
};

/// Opens them all, or says why one could not be opened. Gives up when nothing happens for ten
/// seconds.
[[nodiscard]] Result<OpenedSessions> open_sessions(Poller& poller, ReadBuffer& buffer,
                                                   const OpenOptions& options);

/// Ends the sessions, and waits until the server has answered each and closed.
/// REQUIRES: nothing is unanswered.
Status close_sessions(Poller& poller, ReadBuffer& buffer, Sessions& sessions);

}  // namespace quorate::bench
