// Which way a request takes through the server.
#pragma once

#include <cstdint>
#include <variant>

#include "core/txn/request.h"

namespace quorate {

enum class RequestKind : std::uint8_t {
  local,  ///< Answered here, from the tree, the watches or the connection's identities.
  write,  ///< Becomes a txn.
  sync,   ///< Asks the leader, takes no zxid.
};

[[nodiscard]] inline RequestKind kind_of(const Operation& operation) {
  struct Kinds {
    RequestKind operator()(const Refused&) const { return RequestKind::local; }
    RequestKind operator()(const Ping&) const { return RequestKind::local; }
    RequestKind operator()(const GetData&) const { return RequestKind::local; }
    RequestKind operator()(const Exists&) const { return RequestKind::local; }
    RequestKind operator()(const GetChildren&) const { return RequestKind::local; }
    RequestKind operator()(const ListChildren&) const { return RequestKind::local; }
    RequestKind operator()(const GetAcl&) const { return RequestKind::local; }
    RequestKind operator()(const MultiRead&) const { return RequestKind::local; }
    RequestKind operator()(const CountDescendants&) const { return RequestKind::local; }
    RequestKind operator()(const GetEphemerals&) const { return RequestKind::local; }
    RequestKind operator()(const AddWatch&) const { return RequestKind::local; }
    RequestKind operator()(const CheckWatches&) const { return RequestKind::local; }
    RequestKind operator()(const RemoveWatches&) const { return RequestKind::local; }
    RequestKind operator()(const SetWatches&) const { return RequestKind::local; }
    RequestKind operator()(const WhoAmI&) const { return RequestKind::local; }
    RequestKind operator()(const Authenticate&) const { return RequestKind::local; }
    RequestKind operator()(const Reconfig&) const { return RequestKind::local; }
    RequestKind operator()(const SetData&) const { return RequestKind::write; }
    RequestKind operator()(const Create&) const { return RequestKind::write; }
    RequestKind operator()(const Delete&) const { return RequestKind::write; }
    RequestKind operator()(const Multi&) const { return RequestKind::write; }
    RequestKind operator()(const SetAcl&) const { return RequestKind::write; }
    RequestKind operator()(const DeleteTree&) const { return RequestKind::write; }
    RequestKind operator()(const CloseSession&) const { return RequestKind::write; }
    RequestKind operator()(const Sync&) const { return RequestKind::sync; }
  };
  return std::visit(Kinds{}, operation);
}

}  // namespace quorate
