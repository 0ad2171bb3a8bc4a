// Requests and the handshake, as clients write and servers read them.
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "schema/jute/client_codec.h"
#include "schema/jute/operation_table.h"

namespace quorate::jute {
namespace {

bool may_be_in(const Multi&, Opcode opcode) {
  switch (opcode) {
    case Opcode::create:
    case Opcode::create2:
    case Opcode::create_container:
    case Opcode::create_ttl:
    case Opcode::remove:
    case Opcode::set_data:
      return true;
    default:
      return false;
  }
}

bool may_be_in(const MultiRead&, Opcode opcode) {
  return opcode == Opcode::get_data || opcode == Opcode::get_children;
}

/// `operation` is one that may be in it.
template <class Op>
Op op_of(Operation operation) {
  return std::visit(
      [](auto&& alternative) -> Op {
        using Alternative = std::decay_t<decltype(alternative)>;
        if constexpr (std::is_constructible_v<Op, Alternative>) {
          return std::forward<decltype(alternative)>(alternative);
        } else {
          check(false, "only operations of a multi are taken for one");
          return {};
        }
      },
      std::move(operation));
}

void read_op(Reader& in, Opcode opcode, Multi& multi) {
  if (opcode == Opcode::check) {
    return read(in, check_version, multi.ops.emplace_back().emplace<Check>());
  }
  if (!may_be_in(multi, opcode)) return in.fail(ErrorCode::marshalling_error);
  Operation operation;
  row_of(opcode)->read_request(in, operation);
  multi.ops.push_back(op_of<MultiOp>(std::move(operation)));
}

void read_op(Reader& in, Opcode opcode, MultiRead& multi) {
  if (!may_be_in(multi, opcode)) return in.fail(ErrorCode::marshalling_error);
  Operation operation;
  row_of(opcode)->read_request(in, operation);
  multi.ops.push_back(op_of<MultiReadOp>(std::move(operation)));
}

/// What is wrong with one operation is wrong with the whole.
template <class Multi>
void read_multi(Reader& in, Operation& out, std::vector<Opcode>& ops) {
  auto& multi = out.emplace<Multi>();
  while (in.ok()) {
    MultiHeader header;
    read(in, multi_header, header);
    if (!in.ok() || header.done) break;
    ops.push_back(header.opcode);
    read_op(in, header.opcode, multi);
  }
  if (!in.ok()) out = Refused{ErrorCode::marshalling_error};
}

void read_operation(Reader& in, ShapedRequest& out) {
  Operation& operation = out.request.operation;
  if (out.shape.opcode == Opcode::multi) return read_multi<Multi>(in, operation, out.shape.ops);
  if (out.shape.opcode == Opcode::multi_read) {
    return read_multi<MultiRead>(in, operation, out.shape.ops);
  }
  const OperationRow* row = row_of(out.shape.opcode);
  if (row == nullptr) {
    operation = Refused{ErrorCode::unimplemented};
    return;
  }
  row->read_request(in, operation);
  if (!in.ok()) operation = Refused{in.error()};
}

template <class Op>
Operation operation_of(const Op& op) {
  return std::visit(
      [](const auto& alternative) -> Operation {
        using Alternative = std::decay_t<decltype(alternative)>;
        if constexpr (std::is_constructible_v<Operation, Alternative>) {
          return alternative;
        } else {
          check(false, "a multi that was never on the wire is not written");
          return {};
        }
      },
      op);
}

void write_op(Writer& out, Opcode opcode, const MultiOp& op) {
  if (const auto* condition = std::get_if<Check>(&op)) return write(out, check_version, *condition);
  row_of(opcode)->write_request(out, operation_of(op));
}

void write_op(Writer& out, Opcode opcode, const MultiReadOp& op) {
  row_of(opcode)->write_request(out, operation_of(op));
}

template <class Multi>
void write_multi(Writer& out, const Multi& multi, const std::vector<Opcode>& ops) {
  check(ops.size() == multi.ops.size(), "a multi has as many types as operations");
  for (std::size_t i = 0; i < ops.size(); ++i) {
    write(out, multi_header, MultiHeader{ops[i], false, -1});
    write_op(out, ops[i], multi.ops[i]);
  }
  write(out, multi_header, multi_end);
}

}  // namespace

Result<std::size_t> frame_size(std::span<const std::byte> bytes, std::size_t bytes_max) {
  if (bytes.size() < frame_length_bytes) return std::size_t{0};
  const auto length = Reader(bytes).number<std::int32_t>();
  if (length < 0) return {ErrorCode::marshalling_error, "a frame of negative length"};
  const auto size = static_cast<std::size_t>(length);
  if (size > bytes_max) {
    return {ErrorCode::request_too_large, "a frame of " + std::to_string(size) +
                                              " bytes; at most " + std::to_string(bytes_max) +
                                              " are accepted (jute.maxbuffer)"};
  }
  return frame_length_bytes + size;
}

Result<Greeting> decode_greeting(std::span<const std::byte> frame) {
  Reader in = reader_of(frame);
  Greeting greeting;
  read(in, connect_request, greeting.request);
  if (!in.ok()) return {in.error(), "a ConnectRequest was expected"};
  greeting.says_read_only = in.remaining() != 0;
  if (greeting.says_read_only) read(in, greeting.request.read_only);
  return greeting;
}

Result<ShapedRequest> decode_request(std::span<const std::byte> frame) {
  Reader in = reader_of(frame);
  RequestHeader header;
  read(in, request_header, header);
  if (!in.ok()) return {in.error(), "a frame without a whole header"};
  ShapedRequest decoded;
  decoded.request.xid = header.xid;
  decoded.shape.opcode = header.opcode;
  read_operation(in, decoded);
  return decoded;
}

void encode(const Greeting& greeting, std::vector<char>& out) {
  Writer writer(out);
  const std::size_t begin = writer.begin_frame();
  write(writer, connect_request, greeting.request);
  if (greeting.says_read_only) write(writer, greeting.request.read_only);
  writer.end_frame(begin);
}

void encode(const Request& request, const ReplyShape& shape, std::vector<char>& out) {
  Writer writer(out);
  const std::size_t begin = writer.begin_frame();
  write(writer, request_header,
        RequestHeader{static_cast<std::int32_t>(request.xid), shape.opcode});
  if (const auto* multi = std::get_if<Multi>(&request.operation)) {
    write_multi(writer, *multi, shape.ops);
  } else if (const auto* reads = std::get_if<MultiRead>(&request.operation)) {
    write_multi(writer, *reads, shape.ops);
  } else {
    row_of(shape.opcode)->write_request(writer, request.operation);
  }
  writer.end_frame(begin);
}

}  // namespace quorate::jute
