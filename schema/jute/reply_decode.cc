// Replies and events, as clients read them.
#include <utility>
#include <variant>

#include "schema/jute/client_codec.h"
#include "schema/jute/operation_table.h"

namespace quorate::jute {
namespace {

template <class Body>
Body result_body_of(ReplyBody body) {
  return std::visit(
      [](auto&& alternative) -> Body {
        using Alternative = std::decay_t<decltype(alternative)>;
        if constexpr (std::is_constructible_v<Body, Alternative>) {
          return std::forward<decltype(alternative)>(alternative);
        } else {
          return {};
        }
      },
      std::move(body));
}

template <class Result>
void read_results(Reader& in, std::vector<Result>& out) {
  while (in.ok()) {
    MultiHeader header;
    read(in, multi_header, header);
    if (!in.ok() || header.done) return;
    Result& result = out.emplace_back();
    if (header.opcode == Opcode::error) {
      result.error = error_code_of(in.number<std::int32_t>());
      continue;
    }
    if (header.opcode == Opcode::check) continue;
    const OperationRow* row = row_of(header.opcode);
    if (row == nullptr) return in.fail(ErrorCode::marshalling_error);
    ReplyBody body;
    row->read_reply(in, body);
    result.body = result_body_of<decltype(result.body)>(std::move(body));
  }
}

/// What a later version adds is none to us.
EventType event_type_of(std::int32_t number) {
  const bool is_known = number >= static_cast<std::int32_t>(EventType::created) &&
                        number <= static_cast<std::int32_t>(EventType::children_changed);
  return is_known ? static_cast<EventType>(number) : EventType::none;
}

void read_body(Reader& in, Opcode opcode, ReplyBody& out) {
  if (opcode == Opcode::multi) return read_results(in, out.emplace<MultiReply>().results);
  if (opcode == Opcode::multi_read) return read_results(in, out.emplace<MultiReadReply>().results);
  const OperationRow* row = row_of(opcode);
  if (row == nullptr) return in.fail(ErrorCode::unimplemented);
  row->read_reply(in, out);
}

}  // namespace

Result<ConnectResponse> decode_connect_response(std::span<const std::byte> frame) {
  Reader in = reader_of(frame);
  ConnectResponse response;
  read(in, connect_response, response);
  if (!in.ok()) return {in.error(), "a ConnectResponse was expected"};
  if (in.remaining() != 0) read(in, response.read_only);
  return response;
}

Result<std::int32_t> decode_xid(std::span<const std::byte> frame) {
  Reader in = reader_of(frame);
  const auto xid = in.number<std::int32_t>();
  if (!in.ok()) return {in.error(), "a frame without a whole header"};
  return xid;
}

Result<Reply> decode_reply(std::span<const std::byte> frame, const ReplyShape& shape) {
  Reader in = reader_of(frame);
  ReplyHeader header;
  read(in, reply_header, header);
  Reply reply;
  reply.xid = header.xid;
  reply.zxid = Zxid{static_cast<std::uint64_t>(header.zxid)};
  reply.error = header.error == 0 ? ErrorCode::ok : error_code_of(header.error);
  if (in.ok() && reply.error == ErrorCode::ok) read_body(in, shape.opcode, reply.body);
  if (!in.ok()) return {in.error(), "a reply that its request does not explain"};
  return reply;
}

Result<WatchEvent> decode_event(std::span<const std::byte> frame) {
  Reader in = reader_of(frame);
  ReplyHeader header;
  read(in, reply_header, header);
  WatcherEvent told;
  read(in, watcher_event, told);
  if (!in.ok()) return {in.error(), "a WatcherEvent was expected"};
  WatchEvent event;
  event.type = event_type_of(told.type);
  event.path = std::move(told.path);
  if (header.zxid != -1) event.zxid = Zxid{static_cast<std::uint64_t>(header.zxid)};
  return event;
}

}  // namespace quorate::jute
