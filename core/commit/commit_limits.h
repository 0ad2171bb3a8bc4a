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
  /// Of the replies to a connection that its client has not read yet, as far as is known; roughly.
  /// Beyond a quarter of it nothing more is run for the connection until it has. The rest is for
  /// what must run all the same, because a write behind it is applied: a connection that has more
  /// of that than fits is closed (throttled).
  std::size_t unread_bytes_max = std::size_t{16} << 20;

  [[nodiscard]] std::size_t stall_bytes() const { return unread_bytes_max / 4; }
  /// Reads that may wait in a queue without anybody asking how much they will be answered.
  [[nodiscard]] std::size_t reads_uncounted() const { return stall_bytes() / reply_bytes_max; }
  /// As often a connection is asked to say that its client has read: a word costs a message.
  [[nodiscard]] std::size_t word_bytes() const { return unread_bytes_max / 16; }
  /// Of a write with its ACLs expanded; larger ones are refused with request_too_large. Well below
  /// what a record of the log may have.
  std::size_t write_bytes_max = std::size_t{4} << 20;
};

}  // namespace quorate
