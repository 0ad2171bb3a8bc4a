// How a client speaks: the frames of its protocol, to and from what a connection understands.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "actors/event_bytes.h"
#include "core/base/result.h"
#include "schema/client_messages.h"

namespace quorate {

/// One connection's side of a protocol, from the first frame to the last.
class ClientWire {
 public:
  virtual ~ClientWire() = default;

  /// Whether it is this server's own protocol, not ZooKeeper's.
  [[nodiscard]] virtual bool is_native() const = 0;

  /// The size of the frame at the head of `bytes`, header included; 0 while too little of it is
  /// there to know. `bytes_max` counts for frames behind the first one, which has a limit of its
  /// own. Errors: request_too_large, marshalling_error.
  [[nodiscard]] virtual Result<std::size_t> frame_size(std::span<const char> bytes,
                                                       std::size_t bytes_max) const = 0;
  /// REQUIRES: a whole frame. Error: it cannot be answered.
  [[nodiscard]] virtual Result<ClientMessage> decode(std::span<const char> frame) = 0;
  /// Whether the connection ends with the reply to a request that was refused so.
  [[nodiscard]] virtual bool ends_with(ErrorCode refused) const = 0;

  /// All append to `out`. Replies come in the order in which the requests were decoded; what
  /// exceeds `bytes_max` becomes an error.
  virtual void encode(const Reply& reply, std::size_t bytes_max, std::vector<char>& out) = 0;
  virtual void encode(const SharedEvent& event, std::vector<char>& out) = 0;
  virtual void encode(const Welcome& welcome, std::vector<char>& out) = 0;
  /// As far as the protocol has words for it.
  virtual void encode(const Goodbye& goodbye, std::vector<char>& out) = 0;
};

/// Events already encoded, for all connections of an I/O thread.
struct EventCaches {
  EventCaches();
  EventBytes capnp;
  EventBytes jute;
};

/// Bytes that tell protocols apart.
inline constexpr std::size_t protocol_bytes = 4;

/// What is spoken on a port.
enum class ClientProtocols : std::uint8_t { all, zookeeper, native };

/// The protocol whose first frame begins like this; null for none that is known. Cap'n Proto
/// frames of one segment, which a Hello must be, begin with four zero bytes, and ZooKeeper's with
/// the length of the first one. REQUIRES: protocol_bytes or more. `events` outlives the wire.
[[nodiscard]] std::unique_ptr<ClientWire> wire_of(std::span<const char> first,
                                                  ClientProtocols spoken, EventCaches& events);

}  // namespace quorate
