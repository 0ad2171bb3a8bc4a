// The parts of the client codec: one source for each kind of message and direction.
#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "schema/client.capnp.h"
#include "schema/client_messages.h"

namespace quorate::capnp_codec {

/// The names under which templates over both schemas find client.capnp's structs.
struct ClientSchema {
  using AclEntry = wire::AclEntry;
  using Create = wire::Create;
  using Delete = wire::Delete;
  using DeleteTree = wire::DeleteTree;
  using SetData = wire::SetData;
  using SetAcl = wire::SetAcl;
  using Check = wire::Check;
  using Multi = wire::Multi;
  using MultiOp = wire::MultiOp;
};

/// Words of a whole message that holds the value, root pointer included.
[[nodiscard]] std::size_t message_words(const Request& request);
[[nodiscard]] std::size_t message_words(const Reply& reply);

[[nodiscard]] std::size_t message_words(const Inspection& inspection);

void fill_request(wire::Request::Builder out, const Request& request);
void fill_reply(wire::Reply::Builder out, const Reply& reply);
void fill_inspection(wire::Inspection::Builder out, const Inspection& inspection);

/// What cannot be executed becomes Refused; never fails.
void read_request(wire::Request::Reader in, Request& out);
/// A body this version does not know, or cannot take, becomes the error unimplemented or
/// marshalling_error of the reply, which still answers its request.
void read_reply(wire::Reply::Reader in, Reply& out);
/// A role that this version does not know becomes ServerRole::unknown; never fails.
void read_inspection(wire::Inspection::Reader in, Inspection& out);

}  // namespace quorate::capnp_codec
