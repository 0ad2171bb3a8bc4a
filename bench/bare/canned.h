// The frames of a bare responder: as long as a server's, always the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bench/load/node_set.h"

namespace quorate::bench {

/// A reply frame and where its xid stands.
struct CannedReply {
  std::vector<char> frame;
  std::size_t xid_offset = 0;

  /// Appends it with an xid.
  void append(std::int64_t xid, std::vector<char>& out) const;
  /// Whether `other` is this reply with this xid.
  [[nodiscard]] bool matches(std::span<const std::byte> other, std::int64_t xid) const;
};

/// Everything that a bare responder says, made by the codec for `nodes`: its frames have exactly
/// the sizes of a server's.
struct CannedFrames {
  explicit CannedFrames(const NodeSet& nodes);

  std::vector<char> welcome;
  CannedReply data;     ///< To getData.
  CannedReply stat;     ///< To setData.
  CannedReply nothing;  ///< To closeSession.
  std::vector<char> event;
  /// Requests of this size are a getData, longer ones a setData; shorter ones a closeSession.
  std::size_t get_frame_bytes = 0;
  /// Where a request's xid stands.
  std::size_t request_xid_offset = 0;
};

}  // namespace quorate::bench
