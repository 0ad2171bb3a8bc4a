// What one connection may make the commit machine keep or build.
#pragma once

#include <cstddef>

namespace quorate {

struct CommitLimits {
  /// Requests of one connection that wait here. The connection admits fewer; one that exceeds it
  /// is closed (throttled).
  std::size_t pending_requests_max = 4096;
  /// Watches of one connection, and the bytes of their paths together. A read or addWatch beyond
  /// is refused with quota_exceeded and registers nothing; so is a setWatches, whose connection is
  /// also closed, because its client would trust in watches that are not there.
  std::size_t watches_max = 100'000;
  std::size_t watch_path_bytes_max = std::size_t{16} << 20;
  /// Of a reply: larger ones are refused with reply_too_large.
  std::size_t reply_bytes_max = 1 << 20;
  /// Of the replies to a connection that wait to be taken, together. They would not be written
  /// either, but it is work to make them: a connection beyond it is closed (throttled).
  std::size_t untaken_bytes_max = std::size_t{16} << 20;
  /// Of a write with its ACLs expanded; larger ones are refused with request_too_large. Well below
  /// what a record of the log may have.
  std::size_t write_bytes_max = std::size_t{4} << 20;
};

}  // namespace quorate
