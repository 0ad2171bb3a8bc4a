// The client's side of a connection's protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "schema/client_messages.h"
#include "schema/jute/client_codec.h"

namespace quorate::bench {

/// Ours, or ZooKeeper's, which any server of either kind speaks.
enum class Protocol : std::uint8_t { quorate, zookeeper };

/// Frames to and from messages. ZooKeeper's replies do not tell what they answer: its wire
/// remembers what was asked, so every frame that came is decoded once, in order.
class Wire {
 public:
  explicit Wire(Protocol protocol) : protocol_(protocol) {}

  [[nodiscard]] Protocol protocol() const { return protocol_; }

  /// As capnp_codec::frame_size().
  [[nodiscard]] Result<std::size_t> frame_size(std::span<const std::byte> bytes) const;
  [[nodiscard]] Result<ServerMessage> decode(std::span<const std::byte> frame);

  void encode(const Hello& hello, std::vector<char>& out) const;
  /// In ZooKeeper's protocol `if_absent` of a create is a matter of what its error is taken for.
  void encode(const Request& request, std::vector<char>& out);
  /// A frame that was made by another wire is sent on this one.
  void note_sent(std::int64_t xid, jute::Opcode opcode);

 private:
  /// What the answer to a request needs.
  struct Asked {
    std::int64_t xid = 0;
    jute::ReplyShape shape;
    std::string if_absent;  ///< The path of a create that may find its node.
  };

  [[nodiscard]] Result<ServerMessage> decode_zookeeper(std::span<const std::byte> frame);
  [[nodiscard]] Result<ServerMessage> decode_welcome(std::span<const std::byte> frame);

  Protocol protocol_;
  bool welcomed_ = false;
  std::deque<Asked> asked_;  ///< Of ZooKeeper's protocol, the oldest first.
};

/// How ZooKeeper's clients number an operation. REQUIRES: one that the load generator uses.
[[nodiscard]] jute::ReplyShape shape_of(const Operation& operation);

}  // namespace quorate::bench
