#include "bench/net/wire.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"

namespace quorate::bench {
namespace {

using jute::Opcode;

/// The largest frame that is accepted from the other side.
constexpr std::size_t frame_bytes_max = std::size_t{64} << 20;

Opcode opcode_of(const MultiOp& op) {
  return std::visit(Overloaded{[](const Create&) { return Opcode::create2; },
                               [](const Delete&) { return Opcode::remove; },
                               [](const SetData&) { return Opcode::set_data; },
                               [](const Check&) { return Opcode::check; },
                               [](const RefusedOp&) { return Opcode::error; }},
                    op);
}

}  // namespace

jute::ReplyShape shape_of(const Operation& operation) {
  jute::ReplyShape shape{Opcode::error, {}};
  std::visit(Overloaded{[&](const Create&) { shape.opcode = Opcode::create2; },
                        [&](const Delete&) { shape.opcode = Opcode::remove; },
                        [&](const Exists&) { shape.opcode = Opcode::exists; },
                        [&](const GetData&) { shape.opcode = Opcode::get_data; },
                        [&](const SetData&) { shape.opcode = Opcode::set_data; },
                        [&](const GetChildren&) { shape.opcode = Opcode::get_children2; },
                        [&](const Sync&) { shape.opcode = Opcode::sync; },
                        [&](const Ping&) { shape.opcode = Opcode::ping; },
                        [&](const CloseSession&) { shape.opcode = Opcode::close_session; },
                        [&](const Multi& multi) {
                          shape.opcode = Opcode::multi;
                          for (const MultiOp& op : multi.ops) shape.ops.push_back(opcode_of(op));
                        },
                        [](const auto&) {}},
             operation);
  check(shape.opcode != Opcode::error, "the load is made of operations that ZooKeeper has");
  return shape;
}

Result<std::size_t> Wire::frame_size(std::span<const std::byte> bytes) const {
  if (protocol_ == Protocol::zookeeper) return jute::frame_size(bytes, frame_bytes_max);
  return capnp_codec::frame_size(bytes, {frame_bytes_max, 1});
}

Result<ServerMessage> Wire::decode(std::span<const std::byte> frame) {
  if (protocol_ == Protocol::quorate) return capnp_codec::decode_server(frame);
  return welcomed_ ? decode_zookeeper(frame) : decode_welcome(frame);
}

void Wire::encode(const Hello& hello, std::vector<char>& out) const {
  if (protocol_ == Protocol::quorate) return capnp_codec::encode(hello, out);
  jute::Greeting greeting;
  greeting.says_read_only = true;
  greeting.request.last_seen = hello.last_seen;
  greeting.request.timeout_ms = static_cast<std::int32_t>(hello.timeout_ms);
  greeting.request.session = hello.session;
  greeting.request.password.assign(hello.password.begin(), hello.password.end());
  jute::encode(greeting, out);
}

void Wire::encode(const Request& request, std::vector<char>& out) {
  if (protocol_ == Protocol::quorate) return capnp_codec::encode(request, out);
  Asked asked{request.xid, shape_of(request.operation), {}};
  const auto* create = std::get_if<Create>(&request.operation);
  if (create != nullptr && create->if_absent) asked.if_absent = create->path;
  jute::encode(request, asked.shape, out);
  asked_.push_back(std::move(asked));
}

void Wire::note_sent(std::int64_t xid, Opcode opcode) {
  if (protocol_ == Protocol::zookeeper) asked_.push_back({xid, {opcode, {}}, {}});
}

Result<ServerMessage> Wire::decode_welcome(std::span<const std::byte> frame) {
  const Result<jute::ConnectResponse> response = jute::decode_connect_response(frame);
  if (!response) return response.error();
  if (response->timeout_ms <= 0) {
    return ServerMessage(Goodbye{ErrorCode::session_expired, "the session has expired"});
  }
  welcomed_ = true;
  Welcome welcome;
  welcome.session = response->session;
  welcome.timeout_ms = response->timeout_ms;
  std::copy_n(response->password.begin(),
              std::min(response->password.size(), welcome.password.size()),
              welcome.password.begin());
  return ServerMessage(welcome);
}

Result<ServerMessage> Wire::decode_zookeeper(std::span<const std::byte> frame) {
  const Result<std::int32_t> xid = jute::decode_xid(frame);
  if (!xid) return xid.error();
  if (*xid == jute::event_xid) {
    Result<WatchEvent> event = jute::decode_event(frame);
    if (!event) return event.error();
    return ServerMessage(std::move(*event));
  }
  if (asked_.empty()) return {ErrorCode::data_inconsistency, "a reply to nothing"};
  const Asked asked = std::move(asked_.front());
  asked_.pop_front();
  Result<Reply> reply = jute::decode_reply(frame, asked.shape);
  if (!reply) return reply.error();
  // ZooKeeper answers pings with a number of its own.
  if (asked.shape.opcode == Opcode::ping) reply->xid = asked.xid;
  if (!asked.if_absent.empty() && reply->error == ErrorCode::node_exists) {
    reply->error = ErrorCode::ok;
    reply->body = CreateReply{asked.if_absent, {}, false};
  }
  return ServerMessage(std::move(*reply));
}

}  // namespace quorate::bench
