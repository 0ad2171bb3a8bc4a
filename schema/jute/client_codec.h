// Client traffic in ZooKeeper's protocol: bytes to and from core values.
//
// ../../docs/compatibility.md says how the protocol was read where others leave it open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/error_code.h"
#include "core/base/result.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "schema/jute/opcode.h"
#include "schema/jute/records.h"

namespace quorate::jute {

/// The size of the frame at the head of `bytes`, its length included; 0 while the length is not
/// there. Errors: request_too_large above `bytes_max`, marshalling_error for a negative length.
[[nodiscard]] Result<std::size_t> frame_size(std::span<const std::byte> bytes,
                                             std::size_t bytes_max);

/// A ConnectRequest, and whether it had the byte about reading only.
struct Greeting {
  ConnectRequest request;
  bool says_read_only = false;
  friend bool operator==(const Greeting&, const Greeting&) = default;
};

/// What the reply to a request has to look like, which the reply itself does not know.
struct ReplyShape {
  Opcode opcode = Opcode::ping;
  std::vector<Opcode> ops;  ///< Of a multi.
  friend bool operator==(const ReplyShape&, const ReplyShape&) = default;
};

struct ShapedRequest {
  Request request;
  ReplyShape shape;
};

// --- The server's side. Frames come with their length. Hostile input gives an error, never an
// over-read, nor work beyond a small multiple of the frame's size. -------------------------------

[[nodiscard]] Result<Greeting> decode_greeting(std::span<const std::byte> frame);

/// A request whose body cannot be read becomes Refused{marshalling_error}, one with a create mode
/// that nobody knows Refused{bad_arguments}, one of a type that clients cannot ask for
/// Refused{unimplemented}: all are answered in order. Error only when there is no header.
[[nodiscard]] Result<ShapedRequest> decode_request(std::span<const std::byte> frame);

/// `says_read_only`: as in the Greeting.
void encode(const ConnectResponse& response, bool says_read_only, std::vector<char>& out);

/// A reply of more than `bytes_max` is replaced by an error.
void encode(const Reply& reply, const ReplyShape& shape, std::size_t bytes_max,
            std::vector<char>& out);
void encode(const WatchEvent& event, std::vector<char>& out);

/// The number for a code: ZooKeeper's where it has one, otherwise the nearest of its own, since its
/// clients fail on numbers that they do not know.
[[nodiscard]] std::int32_t error_number(ErrorCode code);

// --- The client's side, for load and for tests -------------------------------------------------

void encode(const Greeting& greeting, std::vector<char>& out);
/// Of what Jute can say: REQUIRES a request that decode_request() could have given with this shape.
void encode(const Request& request, const ReplyShape& shape, std::vector<char>& out);
[[nodiscard]] Result<ConnectResponse> decode_connect_response(std::span<const std::byte> frame);
/// The xid of the reply, or event_xid.
[[nodiscard]] Result<std::int32_t> decode_xid(std::span<const std::byte> frame);
[[nodiscard]] Result<Reply> decode_reply(std::span<const std::byte> frame, const ReplyShape& shape);
[[nodiscard]] Result<WatchEvent> decode_event(std::span<const std::byte> frame);

}  // namespace quorate::jute
