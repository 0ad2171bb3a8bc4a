// Replies and events, as servers write them.
#include <algorithm>
#include <variant>

#include "core/base/check.h"
#include "schema/jute/client_codec.h"
#include "schema/jute/operation_table.h"

namespace quorate::jute {
namespace {

/// Of an operation of a multi, in its result: whatever creates and reports the node is "create2".
Opcode result_opcode(Opcode op) {
  return op == Opcode::create_container || op == Opcode::create_ttl ? Opcode::create2 : op;
}

template <class Body>
ReplyBody reply_body_of(const Body& body) {
  return std::visit([](const auto& alternative) -> ReplyBody { return alternative; }, body);
}

void write_error(Writer& out, ErrorCode error) {
  write(out, multi_header, MultiHeader{Opcode::error, false, error_number(error)});
  write(out, error_number(error));
}

/// When one operation has failed, those before it have "error 0" for a result.
template <class Results>
void write_results(Writer& out, const Results& results, const std::vector<Opcode>& ops,
                   bool failed) {
  check(results.size() == ops.size(), "a multi has as many results as operations");
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (failed || results[i].error != ErrorCode::ok) {
      write_error(out, results[i].error);
      continue;
    }
    const Opcode opcode = result_opcode(ops[i]);
    write(out, multi_header, MultiHeader{opcode, false, 0});
    const OperationRow* row = row_of(opcode);
    if (row != nullptr) row->write_reply(out, reply_body_of(results[i].body));
  }
  write(out, multi_header, multi_end);
}

void write_body(Writer& out, const Reply& reply, const ReplyShape& shape) {
  if (const auto* multi = std::get_if<MultiReply>(&reply.body)) {
    const bool failed =
        std::any_of(multi->results.begin(), multi->results.end(),
                    [](const MultiResult& result) { return result.error != ErrorCode::ok; });
    return write_results(out, multi->results, shape.ops, failed);
  }
  if (const auto* reads = std::get_if<MultiReadReply>(&reply.body)) {
    return write_results(out, reads->results, shape.ops, false);
  }
  // A token of length -1.
  if (shape.opcode == Opcode::sasl) return write(out, std::int32_t{-1});
  if (reply.error == ErrorCode::ok) row_of(shape.opcode)->write_reply(out, reply.body);
}

/// Multis tell of failures in their bodies.
bool says_error_in_header(const Reply& reply) {
  return !std::holds_alternative<MultiReply>(reply.body) &&
         !std::holds_alternative<MultiReadReply>(reply.body);
}

}  // namespace

std::int32_t error_number(ErrorCode code) {
  constexpr std::int32_t ours = -1000;
  const std::int32_t number = wire_number(code);
  if (number > ours) return number;
  switch (code) {
    case ErrorCode::reply_too_large:
    case ErrorCode::request_too_large:
      return wire_number(ErrorCode::marshalling_error);
    case ErrorCode::not_serving:
    case ErrorCode::server_behind:
      return wire_number(ErrorCode::connection_loss);
    default:
      return wire_number(ErrorCode::system_error);
  }
}

void encode(const ConnectResponse& response, bool says_read_only, std::vector<char>& out) {
  Writer writer(out);
  const std::size_t begin = writer.begin_frame();
  write(writer, connect_response, response);
  if (says_read_only) write(writer, response.read_only);
  writer.end_frame(begin);
}

void encode(const Reply& reply, const ReplyShape& shape, std::size_t bytes_max,
            std::vector<char>& out) {
  Writer writer(out);
  const std::size_t begin = writer.begin_frame();
  ReplyHeader header;
  header.xid = static_cast<std::int32_t>(reply.xid);
  // Nothing was looked at for these: clients know by it.
  const bool has_zxid = shape.opcode != Opcode::auth && shape.opcode != Opcode::sasl;
  header.zxid = has_zxid ? static_cast<std::int64_t>(reply.zxid.value) : 0;
  header.error = says_error_in_header(reply) ? error_number(reply.error) : 0;
  write(writer, reply_header, header);
  write_body(writer, reply, shape);
  if (writer.size_since(begin) > bytes_max) {
    writer.cut(begin);
    header.error = error_number(ErrorCode::reply_too_large);
    write(writer, reply_header, header);
  }
  writer.end_frame(begin);
}

void encode(const WatchEvent& event, std::vector<char>& out) {
  Writer writer(out);
  const std::size_t begin = writer.begin_frame();
  // What setWatches found has no txn of its own.
  const std::int64_t zxid = event.zxid == Zxid{} ? -1 : static_cast<std::int64_t>(event.zxid.value);
  write(writer, reply_header, ReplyHeader{event_xid, zxid, 0});
  write(writer, watcher_event,
        WatcherEvent{static_cast<std::int32_t>(event.type), WatcherEvent{}.state, event.path});
  writer.end_frame(begin);
}

}  // namespace quorate::jute
