// What applying one txn did to the tree, told to the watches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/tree/acl.h"
#include "core/txn/reply.h"

namespace quorate {

/// One node created, deleted or set; in the order in which apply did it. The event for the
/// parent's children follows from created and deleted.
struct Change {
  EventType type = EventType::none;
  std::string path;
  /// Of the node (for deleted: as it was), and of its parent where the parent is told too: who
  /// may not READ it is not told (ZOOKEEPER-4799).
  std::shared_ptr<const Acl> acl;
  std::shared_ptr<const Acl> parent_acl;
};

/// What apply() has to say about one txn. Never fails: a refusal is a result like any other.
struct Outcome {
  ErrorCode error = ErrorCode::ok;
  ReplyBody body;
  std::vector<Change> changes;
};

}  // namespace quorate
