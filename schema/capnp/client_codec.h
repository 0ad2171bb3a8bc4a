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
/// not know becomes a Request holding Refused{unimplemented}, one with an invalid argument (enum,
/// list too long) Refused{bad_arguments or marshalling_error}: both can be answered in order.
[[nodiscard]] Result<ClientMessage> decode_client(std::span<const std::byte> frame);

/// Appends one frame, in one segment. A reply whose frame would exceed `bytes_max` is replaced by
/// reply_too_large with the same xid and zxid.
void encode(const Reply& reply, std::size_t bytes_max, std::vector<char>& out);
void encode(const WatchEvent& event, std::vector<char>& out);
void encode(const Welcome& welcome, std::vector<char>& out);
void encode(const Goodbye& goodbye, std::vector<char>& out);

/// The client's side.
[[nodiscard]] Result<ServerMessage> decode_server(std::span<const std::byte> frame);
void encode(const Hello& hello, std::vector<char>& out);
void encode(const Request& request, std::vector<char>& out);

}  // namespace quorate::capnp_codec
