// Requests at the price of a copy: encoded once, then patched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/load/node_set.h"
#include "bench/net/wire.h"

namespace quorate::bench {

/// Where a field stands in a frame.
struct FieldPlace {
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// The one place where two frames of equal length differ. REQUIRES: the differing bytes are
/// `length` and adjacent.
[[nodiscard]] FieldPlace differing_field(const std::vector<char>& a, const std::vector<char>& b,
                                         std::size_t length);

/// The frame of a getData or setData. The places of xid, node number and value are found by
/// encoding two requests that differ in nothing else, and the result is compared with the codec's
/// own when the template is made: a codec that lays frames out otherwise ends the process instead
/// of being measured with wrong requests.
class RequestTemplate {
 public:
  [[nodiscard]] static RequestTemplate get_data(const NodeSet& nodes,
                                                Protocol protocol = Protocol::quorate);
  [[nodiscard]] static RequestTemplate set_data(const NodeSet& nodes,
                                                Protocol protocol = Protocol::quorate);

  /// What to tell the wire that sends it.
  [[nodiscard]] jute::Opcode opcode() const { return opcode_; }
  [[nodiscard]] std::size_t frame_bytes() const { return frame_.size(); }
  [[nodiscard]] FieldPlace xid_place() const { return xid_; }

  /// Appends the request; `version` is the one that the written value belongs to.
  void append(std::int64_t xid, std::uint32_t node, std::int32_t version,
              std::vector<char>& out) const;

 private:
  /// `operation(node, head)` is what the template asks.
  template <class MakeOperation>
  static RequestTemplate make(Protocol protocol, std::size_t head_bytes, MakeOperation&& operation);

  Protocol protocol_ = Protocol::quorate;
  jute::Opcode opcode_ = jute::Opcode::error;
  std::vector<char> frame_;
  FieldPlace xid_;
  FieldPlace node_;
  FieldPlace head_;  ///< Of no length for reads and for empty values.
};

}  // namespace quorate::bench
