// ZooKeeper's protocol: whatever arrives is refused or understood; what was understood is written
// and read again as the same value; and a request means the same to both protocols.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "schema/capnp/client_codec.h"
#include "schema/jute/client_codec.h"
#include "test/fuzz/patched_frame.h"

namespace quorate {
namespace {

using jute::Opcode;
using jute::ReplyShape;
using jute::ShapedRequest;

constexpr std::size_t no_limit = std::size_t{1} << 30;

constexpr Opcode with_replies[] = {
    Opcode::create,
    Opcode::create2,
    Opcode::create_ttl,
    Opcode::remove,
    Opcode::exists,
    Opcode::get_data,
    Opcode::get_acl,
    Opcode::get_children,
    Opcode::get_children2,
    Opcode::sync,
    Opcode::ping,
    Opcode::multi,
    Opcode::multi_read,
    Opcode::auth,
    Opcode::sasl,
    Opcode::get_ephemerals,
    Opcode::add_watch,
    Opcode::who_am_i,
    Opcode::close_session,
    Opcode::get_all_children_number,
    Opcode::set_watches,
    Opcode::create_container,
    static_cast<Opcode>(10),
    static_cast<Opcode>(1 << 30),
};

std::span<const std::byte> bytes_of(const std::vector<char>& frame) {
  return std::as_bytes(std::span(frame));
}

/// The frame that `write` appends, whose length must be its own.
template <class Write>
std::vector<char> frame_of(Write&& write) {
  std::vector<char> frame;
  write(frame);
  const auto size = jute::frame_size(bytes_of(frame), no_limit);
  check(size.ok() && *size == frame.size(), "a frame says how long it is");
  return frame;
}

// --- The handshake -------------------------------------------------------------------------------

void check_handshake(std::span<const std::byte> bytes) {
  if (const auto greeting = jute::decode_greeting(bytes); greeting.ok()) {
    const auto frame = frame_of([&](auto& out) { jute::encode(*greeting, out); });
    const auto again = jute::decode_greeting(bytes_of(frame));
    check(again.ok() && *again == *greeting, "a greeting is written as understood");
  }
  if (const auto response = jute::decode_connect_response(bytes); response.ok()) {
    const auto frame = frame_of([&](auto& out) { jute::encode(*response, true, out); });
    const auto again = jute::decode_connect_response(bytes_of(frame));
    check(again.ok() && *again == *response, "a response is written as understood");
  }
}

// --- Requests ------------------------------------------------------------------------------------

bool is_refused(const Request& request) {
  return std::holds_alternative<Refused>(request.operation);
}

void check_means_the_same_to_capnp(const Request& request) {
  std::vector<char> frame;
  capnp_codec::encode(request, frame);
  const auto again = capnp_codec::decode_client(bytes_of(frame));
  check(again.ok(), "what Jute says can be said in Cap'n Proto");
  check(std::get<Request>(*again) == request, "and means the same there");
}

void check_request(std::span<const std::byte> bytes) {
  const auto decoded = jute::decode_request(bytes);
  if (!decoded.ok() || is_refused(decoded->request)) return;
  const auto frame =
      frame_of([&](auto& out) { jute::encode(decoded->request, decoded->shape, out); });
  const auto again = jute::decode_request(bytes_of(frame));
  check(again.ok() && again->request == decoded->request, "a request is written as understood");
  check(again->shape == decoded->shape, "and its reply will look alike");
  check_means_the_same_to_capnp(decoded->request);
}

/// How Jute asks for this; nothing when it cannot.
struct Asked {
  using Shape = std::optional<Opcode>;
  Shape operator()(const Create& create) const {
    if (create.if_absent) return std::nullopt;
    if (create.ttl_ms != 0) return Opcode::create_ttl;
    return create.mode == CreateMode::container ? Opcode::create_container : Opcode::create2;
  }
  Shape operator()(const Check& condition) const {
    if (condition.absent) return std::nullopt;
    return Opcode::check;
  }
  Shape operator()(const Delete&) const { return Opcode::remove; }
  Shape operator()(const SetData&) const { return Opcode::set_data; }
  Shape operator()(const SetAcl&) const { return Opcode::set_acl; }
  Shape operator()(const Exists&) const { return Opcode::exists; }
  Shape operator()(const GetData&) const { return Opcode::get_data; }
  Shape operator()(const GetAcl&) const { return Opcode::get_acl; }
  Shape operator()(const GetChildren&) const { return Opcode::get_children; }
  Shape operator()(const Sync&) const { return Opcode::sync; }
  Shape operator()(const Ping&) const { return Opcode::ping; }
  Shape operator()(const Reconfig&) const { return Opcode::reconfig; }
  Shape operator()(const CheckWatches&) const { return Opcode::check_watches; }
  Shape operator()(const RemoveWatches&) const { return Opcode::remove_watches; }
  Shape operator()(const Authenticate&) const { return Opcode::auth; }
  Shape operator()(const SetWatches&) const { return Opcode::set_watches2; }
  Shape operator()(const GetEphemerals&) const { return Opcode::get_ephemerals; }
  Shape operator()(const CountDescendants&) const { return Opcode::get_all_children_number; }
  Shape operator()(const AddWatch&) const { return Opcode::add_watch; }
  Shape operator()(const WhoAmI&) const { return Opcode::who_am_i; }
  Shape operator()(const CloseSession&) const { return Opcode::close_session; }
  Shape operator()(const Multi&) const { return Opcode::multi; }
  Shape operator()(const MultiRead&) const { return Opcode::multi_read; }
  Shape operator()(const Refused&) const { return std::nullopt; }
  Shape operator()(const RefusedOp&) const { return std::nullopt; }
  Shape operator()(const ListChildren&) const { return std::nullopt; }
  Shape operator()(const DeleteTree&) const { return std::nullopt; }
};

template <class Multi>
bool shape_ops(const Multi& multi, ReplyShape& shape) {
  for (const auto& op : multi.ops) {
    const auto opcode = std::visit(Asked{}, op);
    if (!opcode) return false;
    shape.ops.push_back(*opcode);
  }
  return true;
}

std::optional<ReplyShape> jute_shape_of(const Request& request) {
  const bool has_more = request.deadline_ms != 0 || request.trace.has_value() ||
                        request.xid != static_cast<std::int32_t>(request.xid);
  const auto opcode = std::visit(Asked{}, request.operation);
  if (has_more || !opcode) return std::nullopt;
  ReplyShape shape{*opcode, {}};
  if (const auto* multi = std::get_if<Multi>(&request.operation)) {
    if (!shape_ops(*multi, shape)) return std::nullopt;
  } else if (const auto* reads = std::get_if<MultiRead>(&request.operation)) {
    if (!shape_ops(*reads, shape)) return std::nullopt;
  }
  return shape;
}

void check_means_the_same_to_jute(std::span<const std::byte> bytes) {
  const auto message = capnp_codec::decode_client(bytes);
  const auto* request = message.ok() ? std::get_if<Request>(&*message) : nullptr;
  if (request == nullptr) return;
  const auto shape = jute_shape_of(*request);
  if (!shape) return;
  const auto frame = frame_of([&](auto& out) { jute::encode(*request, *shape, out); });
  const auto again = jute::decode_request(bytes_of(frame));
  check(again.ok() && again->request == *request, "what both can say means the same to both");
}

bool is_capnp(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && std::all_of(bytes.begin(), bytes.begin() + 4,
                                          [](std::byte b) { return b == std::byte{}; });
}

// --- Replies and events --------------------------------------------------------------------------

/// Whether servers tell ZooKeeper's clients so, and not the nearest of what they know.
bool is_told(ErrorCode error) { return jute::error_number(error) == wire_number(error); }

/// An operation whose result may look like this; nothing when no server answers so.
std::optional<Opcode> op_of(const MultiResult& result) {
  if (std::holds_alternative<CreateReply>(result.body)) return Opcode::create2;
  if (std::holds_alternative<StatReply>(result.body)) return Opcode::set_data;
  return Opcode::check;
}
std::optional<Opcode> op_of(const MultiReadResult& result) {
  if (std::holds_alternative<DataReply>(result.body)) return Opcode::get_data;
  if (std::holds_alternative<ChildrenReply>(result.body)) return Opcode::get_children2;
  // Reads that succeed have something to tell.
  if (result.error == ErrorCode::ok) return std::nullopt;
  return Opcode::get_data;
}

template <class Results>
bool shape_results(const Results& results, ReplyShape& shape) {
  for (const auto& result : results) {
    const auto opcode = op_of(result);
    if (!opcode || !is_told(result.error)) return false;
    shape.ops.push_back(*opcode);
  }
  return true;
}

/// Of a multi, all has succeeded or nothing has been done.
bool is_whole(const MultiReply& multi) {
  bool has_failed = false;
  bool has_done = false;
  for (const MultiResult& result : multi.results) {
    has_failed = has_failed || result.error != ErrorCode::ok;
    has_done = has_done || result.body.index() != 0;
  }
  return !has_failed || !has_done;
}

/// Whether a server could have answered so: only that can be written.
bool complete(const Reply& reply, ReplyShape& shape) {
  if (const auto* multi = std::get_if<MultiReply>(&reply.body)) {
    return is_whole(*multi) && shape_results(multi->results, shape);
  }
  if (const auto* reads = std::get_if<MultiReadReply>(&reply.body)) {
    return shape_results(reads->results, shape);
  }
  return is_told(reply.error) && shape.opcode != Opcode::sasl;
}

void check_replies(std::span<const std::byte> bytes) {
  for (const Opcode opcode : with_replies) {
    ReplyShape shape{opcode, {}};
    auto decoded = jute::decode_reply(bytes, shape);
    if (!decoded.ok() || !complete(*decoded, shape)) continue;
    const auto frame = frame_of([&](auto& out) { jute::encode(*decoded, shape, no_limit, out); });
    const auto again = jute::decode_reply(bytes_of(frame), shape);
    if (opcode == Opcode::auth) decoded->zxid = {};  // Never told.
    check(again.ok() && *again == *decoded, "a reply is written as understood");
  }
}

void check_event(std::span<const std::byte> bytes) {
  const auto event = jute::decode_event(bytes);
  if (!event.ok()) return;
  const auto frame = frame_of([&](auto& out) { jute::encode(*event, out); });
  const auto again = jute::decode_event(bytes_of(frame));
  check(again.ok() && *again == *event, "an event is written as understood");
}

/// A frame's end must not depend on how much of it is there.
void check_size(std::span<const std::byte> bytes) {
  const auto whole = jute::frame_size(bytes, no_limit);
  const auto early = jute::frame_size(bytes.first(bytes.size() / 2), no_limit);
  if (early.ok() && *early == 0) return;
  check(early.ok() == whole.ok(), "more bytes do not change whether there is a frame");
  check(!whole.ok() || *early == *whole, "nor its size");
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  // Told apart as the server does: zeros begin Cap'n Proto.
  if (quorate::is_capnp(bytes)) {
    const auto patched = quorate::patched_frame(bytes);
    if (!patched.empty()) quorate::check_means_the_same_to_jute(patched);
    return 0;
  }
  quorate::check_size(bytes);
  quorate::check_handshake(bytes);
  quorate::check_request(bytes);
  quorate::check_replies(bytes);
  quorate::check_event(bytes);
  return 0;
}
