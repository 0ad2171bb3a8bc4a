// Client traffic: bytes of schema/client.capnp to and from core values.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "schema/client_messages.h"

namespace quorate::capnp_codec {

/// Decodes one whole frame (frame.h). Hostile input gives marshalling_error, never an exception,
/// an over-read or work beyond a small multiple of the frame's size. An operation this server does
/// not know becomes a Request holding Refused{unimplemented}, one with an argument this server does
/// not know (an enumerant) Refused{bad_arguments}, `unset` Refused{marshalling_error}: all can be
/// answered in order. Within a multi such an operation becomes RefusedOp. Error unimplemented for a
/// kind of message from the future. Paths and other text are not judged here.
[[nodiscard]] Result<ClientMessage> decode_client(std::span<const std::byte> frame);

/// Appends one frame, in one segment. A reply whose frame would exceed `bytes_max` is replaced by
/// reply_too_large with the same xid and zxid. A SessionReply is told as Welcome, not as a reply:
/// its body is left out.
void encode(const Reply& reply, std::size_t bytes_max, std::vector<char>& out);
void encode(const WatchEvent& event, std::vector<char>& out);
void encode(const Welcome& welcome, std::vector<char>& out);
void encode(const Goodbye& goodbye, std::vector<char>& out);
void encode(const Inspection& inspection, std::vector<char>& out);
void encode(const LeadershipTransfer& transfer, std::vector<char>& out);

/// The client's side. Error unimplemented for a kind of message from the future: skip it. A reply
/// with a body from the future holds the error unimplemented; a kind of event from the future is
/// EventType::none.
[[nodiscard]] Result<ServerMessage> decode_server(std::span<const std::byte> frame);
void encode(const Hello& hello, std::vector<char>& out);
void encode(const Inspect& inspect, std::vector<char>& out);
void encode(const TransferLeadership& asked, std::vector<char>& out);
void encode(const Request& request, std::vector<char>& out);

}  // namespace quorate::capnp_codec
