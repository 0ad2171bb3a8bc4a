// Replies, as a client reads them.
#include "schema/capnp/fields.h"
#include "schema/capnp/messages.h"
#include "schema/capnp/writes.h"

namespace quorate::capnp_codec {
namespace {

void read(wire::Stat::Reader in, Stat& out) {
  out.czxid = Zxid{in.getCzxid()};
  out.mzxid = Zxid{in.getMzxid()};
  out.pzxid = Zxid{in.getPzxid()};
  out.ctime_ms = in.getCtimeMs();
  out.mtime_ms = in.getMtimeMs();
  out.version = in.getVersion();
  out.cversion = in.getCversion();
  out.aversion = in.getAversion();
  out.ephemeral_owner = SessionId{in.getEphemeralOwner()};
  out.data_length = in.getDataLength();
  out.num_children = in.getNumChildren();
}

ErrorCode read(wire::DataReply::Reader in, DataReply& out) {
  take_data(in, out.data);
  read(in.getStat(), out.stat);
  return ErrorCode::ok;
}

ErrorCode read(wire::StatReply::Reader in, StatReply& out) {
  read(in.getStat(), out.stat);
  return ErrorCode::ok;
}

ErrorCode read(wire::ChildrenReply::Reader in, ChildrenReply& out) {
  const auto children = in.getChildren();
  out.names.reserve(children.size());
  for (const auto child : children) take(child.getName(), out.names.emplace_back());
  read(in.getStat(), out.stat);
  return ErrorCode::ok;
}

ErrorCode read(wire::CreateReply::Reader in, CreateReply& out) {
  take(in.getPath(), out.path);
  read(in.getStat(), out.stat);
  out.created = in.getCreated();
  return ErrorCode::ok;
}

ErrorCode read(wire::ListReply::Reader in, ListReply& out) {
  const auto children = in.getChildren();
  out.children.reserve(children.size());
  for (const auto child : children) {
    ListedChild& added = out.children.emplace_back();
    take(child.getName(), added.name);
    if (child.hasStat()) read(child.getStat(), added.stat);
    take_data(child, added.data);
    added.readable = child.getReadable();
  }
  out.more = in.getMore();
  read(in.getStat(), out.stat);
  return ErrorCode::ok;
}

ErrorCode read(wire::AclReply::Reader in, AclReply& out) {
  read_acl(in.getAcl(), out.acl);
  read(in.getStat(), out.stat);
  return ErrorCode::ok;
}

ErrorCode read(wire::MultiResult::Reader in, MultiResult& out) {
  out.error = error_code_of(in.getError());
  switch (in.which()) {
    case wire::MultiResult::NOTHING:
      return ErrorCode::ok;
    case wire::MultiResult::CREATE:
      return read(in.getCreate(), out.body.emplace<CreateReply>());
    case wire::MultiResult::STAT:
      return read(in.getStat(), out.body.emplace<StatReply>());
    case wire::MultiResult::UNSET:
      return ErrorCode::marshalling_error;
    default:
      return ErrorCode::unimplemented;
  }
}

ErrorCode read(wire::MultiReadResult::Reader in, MultiReadResult& out) {
  out.error = error_code_of(in.getError());
  switch (in.which()) {
    case wire::MultiReadResult::NOTHING:
      return ErrorCode::ok;
    case wire::MultiReadResult::DATA:
      return read(in.getData(), out.body.emplace<DataReply>());
    case wire::MultiReadResult::CHILDREN:
      return read(in.getChildren(), out.body.emplace<ChildrenReply>());
    case wire::MultiReadResult::UNSET:
      return ErrorCode::marshalling_error;
    default:
      return ErrorCode::unimplemented;
  }
}

/// MultiReply and MultiReadReply.
template <class Reader, class Results>
ErrorCode read_results(Reader in, Results& out) {
  for (const auto result : in.getResults()) {
    const ErrorCode error = read(result, out.emplace_back());
    if (error != ErrorCode::ok) return error;
  }
  return ErrorCode::ok;
}

ErrorCode read(wire::PathsReply::Reader in, PathsReply& out) {
  const auto paths = in.getPaths();
  out.paths.reserve(paths.size());
  for (const auto node : paths) take(node.getPath(), out.paths.emplace_back());
  return ErrorCode::ok;
}

ErrorCode read(wire::IdentitiesReply::Reader in, IdentitiesReply& out) {
  const auto identities = in.getIdentities();
  out.identities.reserve(identities.size());
  for (const auto identity : identities) {
    Identity& added = out.identities.emplace_back();
    take(identity.getScheme(), added.scheme);
    take(identity.getId(), added.id);
  }
  return ErrorCode::ok;
}

ErrorCode read_body(wire::Reply::Reader in, ReplyBody& out) {
  switch (in.which()) {
    case wire::Reply::NOTHING:
      return ErrorCode::ok;
    case wire::Reply::DATA:
      return read(in.getData(), out.emplace<DataReply>());
    case wire::Reply::STAT:
      return read(in.getStat(), out.emplace<StatReply>());
    case wire::Reply::CHILDREN:
      return read(in.getChildren(), out.emplace<ChildrenReply>());
    case wire::Reply::CREATE:
      return read(in.getCreate(), out.emplace<CreateReply>());
    case wire::Reply::LIST:
      return read(in.getList(), out.emplace<ListReply>());
    case wire::Reply::ACL:
      return read(in.getAcl(), out.emplace<AclReply>());
    case wire::Reply::MULTI:
      return read_results(in.getMulti(), out.emplace<MultiReply>().results);
    case wire::Reply::MULTI_READ:
      return read_results(in.getMultiRead(), out.emplace<MultiReadReply>().results);
    case wire::Reply::COUNT:
      out.emplace<CountReply>().count = in.getCount().getCount();
      return ErrorCode::ok;
    case wire::Reply::PATHS:
      return read(in.getPaths(), out.emplace<PathsReply>());
    case wire::Reply::PATH:
      take(in.getPath().getPath(), out.emplace<PathReply>().path);
      return ErrorCode::ok;
    case wire::Reply::IDENTITIES:
      return read(in.getIdentities(), out.emplace<IdentitiesReply>());
    case wire::Reply::UNSET:
      return ErrorCode::marshalling_error;
    default:
      return ErrorCode::unimplemented;
  }
}

}  // namespace

void read_reply(wire::Reply::Reader in, Reply& out) {
  out.xid = in.getXid();
  out.zxid = Zxid{in.getZxid()};
  out.error = error_code_of(in.getError());
  const ErrorCode error = read_body(in, out.body);
  if (error == ErrorCode::ok) return;
  out.body = std::monostate{};
  if (out.error == ErrorCode::ok) out.error = error;
}

}  // namespace quorate::capnp_codec
