// Requests, as a server reads them.
#include "schema/capnp/fields.h"
#include "schema/capnp/messages.h"
#include "schema/capnp/writes.h"

namespace quorate::capnp_codec {
namespace {

template <class Reader, class Watching>
ErrorCode read_watching(Reader in, Watching& out) {
  take(in.getPath(), out.path);
  out.watch = in.getWatch();
  return ErrorCode::ok;
}

template <class Reader, class HasPath>
ErrorCode read_path(Reader in, HasPath& out) {
  take(in.getPath(), out.path);
  return ErrorCode::ok;
}

/// One operation the server cannot take is refused in its place within the multi; `unset` refuses
/// the whole, which also keeps lists of nothing from becoming lists of something.
ErrorCode read(wire::Multi::Reader in, Multi& out) {
  const auto ops = in.getOps();
  for (const auto op : ops) {
    MultiOp& added = out.ops.emplace_back();
    const ErrorCode error = read_op<ClientSchema>(op, added);
    if (error == ErrorCode::marshalling_error) return error;
    if (error != ErrorCode::ok) added = RefusedOp{error};
  }
  return ErrorCode::ok;
}

ErrorCode read(wire::MultiRead::Reader in, MultiRead& out) {
  for (const auto op : in.getOps()) {
    switch (op.which()) {
      case wire::MultiReadOp::GET_DATA:
        read_watching(op.getGetData(), out.ops.emplace_back().emplace<GetData>());
        break;
      case wire::MultiReadOp::GET_CHILDREN:
        read_watching(op.getGetChildren(), out.ops.emplace_back().emplace<GetChildren>());
        break;
      case wire::MultiReadOp::UNSET:
        return ErrorCode::marshalling_error;
      default:
        return ErrorCode::unimplemented;
    }
  }
  return ErrorCode::ok;
}

ErrorCode read(wire::ListChildren::Reader in, ListChildren& out) {
  take(in.getPath(), out.path);
  take(in.getStartAfter(), out.start_after);
  out.limit = in.getLimit();
  out.with_stat = in.getWithStat();
  out.with_data = in.getWithData();
  out.watch = in.getWatch();
  return ErrorCode::ok;
}

ErrorCode read(wire::GetEphemerals::Reader in, GetEphemerals& out) {
  take(in.getPrefix(), out.prefix);
  return ErrorCode::ok;
}

ErrorCode read(wire::AddWatch::Reader in, AddWatch& out) {
  const auto mode = static_cast<std::uint16_t>(in.getMode());
  if (mode > static_cast<std::uint16_t>(WatchMode::persistent_recursive)) {
    return ErrorCode::bad_arguments;
  }
  out.mode = static_cast<WatchMode>(mode);
  return read_path(in, out);
}

/// CheckWatches and RemoveWatches.
template <class Reader, class Typed>
ErrorCode read_typed(Reader in, Typed& out) {
  const auto type = static_cast<std::uint16_t>(in.getType());
  if (type < static_cast<std::uint16_t>(WatcherType::children) ||
      type > static_cast<std::uint16_t>(WatcherType::persistent_recursive)) {
    return ErrorCode::bad_arguments;
  }
  out.type = static_cast<WatcherType>(type);
  return read_path(in, out);
}

void read(capnp::List<wire::WatchedPath>::Reader in, std::vector<std::string>& out) {
  out.reserve(in.size());
  for (const auto watched : in) take(watched.getPath(), out.emplace_back());
}

ErrorCode read(wire::SetWatches::Reader in, SetWatches& out) {
  out.relative_zxid = Zxid{in.getRelativeZxid()};
  read(in.getData(), out.data);
  read(in.getExist(), out.exist);
  read(in.getChild(), out.child);
  read(in.getPersistent(), out.persistent);
  read(in.getPersistentRecursive(), out.persistent_recursive);
  return ErrorCode::ok;
}

ErrorCode read(wire::Authenticate::Reader in, Authenticate& out) {
  take(in.getScheme(), out.scheme);
  take(in.getCredentials(), out.credentials);
  return ErrorCode::ok;
}

/// What changes nothing in the tree and is rarely asked for.
ErrorCode read_rare(wire::Request::Reader in, Operation& out) {
  switch (in.which()) {
    case wire::Request::GET_ACL:
      return read_path(in.getGetAcl(), out.emplace<GetAcl>());
    case wire::Request::MULTI_READ:
      return read(in.getMultiRead(), out.emplace<MultiRead>());
    case wire::Request::COUNT_DESCENDANTS:
      return read_path(in.getCountDescendants(), out.emplace<CountDescendants>());
    case wire::Request::GET_EPHEMERALS:
      return read(in.getGetEphemerals(), out.emplace<GetEphemerals>());
    case wire::Request::SYNC:
      return read_path(in.getSync(), out.emplace<Sync>());
    case wire::Request::ADD_WATCH:
      return read(in.getAddWatch(), out.emplace<AddWatch>());
    case wire::Request::CHECK_WATCHES:
      return read_typed(in.getCheckWatches(), out.emplace<CheckWatches>());
    case wire::Request::REMOVE_WATCHES:
      return read_typed(in.getRemoveWatches(), out.emplace<RemoveWatches>());
    case wire::Request::SET_WATCHES:
      return read(in.getSetWatches(), out.emplace<SetWatches>());
    case wire::Request::AUTHENTICATE:
      return read(in.getAuthenticate(), out.emplace<Authenticate>());
    case wire::Request::WHO_AM_I:
      out.emplace<WhoAmI>();
      return ErrorCode::ok;
    case wire::Request::RECONFIG:
      out.emplace<Reconfig>();
      return ErrorCode::ok;
    case wire::Request::CLOSE_SESSION:
      out.emplace<CloseSession>();
      return ErrorCode::ok;
    case wire::Request::UNSET:
      return ErrorCode::marshalling_error;
    default:
      return ErrorCode::unimplemented;
  }
}

ErrorCode read_operation(wire::Request::Reader in, Operation& out) {
  switch (in.which()) {
    case wire::Request::GET_DATA:
      return read_watching(in.getGetData(), out.emplace<GetData>());
    case wire::Request::EXISTS:
      return read_watching(in.getExists(), out.emplace<Exists>());
    case wire::Request::SET_DATA:
      return read_write(in.getSetData(), out.emplace<SetData>());
    case wire::Request::CREATE:
      return read_write(in.getCreate(), out.emplace<Create>());
    case wire::Request::GET_CHILDREN:
      return read_watching(in.getGetChildren(), out.emplace<GetChildren>());
    case wire::Request::DELETE:
      return read_write(in.getDelete(), out.emplace<Delete>());
    case wire::Request::MULTI:
      return read(in.getMulti(), out.emplace<Multi>());
    case wire::Request::LIST_CHILDREN:
      return read(in.getListChildren(), out.emplace<ListChildren>());
    case wire::Request::PING:
      out.emplace<Ping>();
      return ErrorCode::ok;
    case wire::Request::DELETE_TREE:
      return read_write(in.getDeleteTree(), out.emplace<DeleteTree>());
    case wire::Request::SET_ACL:
      return read_write(in.getSetAcl(), out.emplace<SetAcl>());
    default:
      return read_rare(in, out);
  }
}

void put_big_endian(std::uint64_t value, std::span<std::uint8_t, 8> out) {
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

}  // namespace

void read_request(wire::Request::Reader in, Request& out) {
  out.xid = in.getXid();
  out.deadline_ms = in.getDeadlineMs();
  if (in.hasTrace()) {
    const auto from = in.getTrace();
    TraceContext& trace = out.trace.emplace();
    const std::span<std::uint8_t, 16> id(trace.trace);
    put_big_endian(from.getTraceHigh(), id.first<8>());
    put_big_endian(from.getTraceLow(), id.last<8>());
    put_big_endian(from.getSpan(), trace.span);
    trace.flags = from.getFlags();
  }
  const ErrorCode error = read_operation(in, out.operation);
  if (error != ErrorCode::ok) out.operation = Refused{error};
}

}  // namespace quorate::capnp_codec
