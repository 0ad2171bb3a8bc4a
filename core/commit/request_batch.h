// What a connection hands to the commit machine.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "core/base/ids.h"
#include "core/tree/acl.h"
#include "core/txn/request.h"

namespace quorate {

/// Who a connection is; the same object until it changes, so that it is compared by address.
/// Null: nobody.
using SharedIdentities = std::shared_ptr<const std::vector<Identity>>;

/// The requests of one connection that arrived together, in order.
struct RequestBatch {
  ConnectionSerial connection;
  SharedIdentities identities;
  /// On the owner's monotonic clock, the one of CommitMachine::on_tick(); for deadlines.
  std::chrono::milliseconds received{0};
  std::vector<Request> requests;
};

}  // namespace quorate
