// What a client is told about a znode besides its data.
#pragma once

#include <cstdint>

#include "core/base/ids.h"

namespace quorate {

/// The public Stat, already translated: `cversion` counts creations and deletions of children,
/// `ephemeral_owner` is set for ordinary ephemerals only. Times are milliseconds since 1970 on
/// the leader's clock.
struct Stat {
  Zxid czxid;  ///< The txn that created the node.
  Zxid mzxid;  ///< The txn that last set its data.
  Zxid pzxid;  ///< The txn that last created or deleted a child.
  std::int64_t ctime_ms = 0;
  std::int64_t mtime_ms = 0;
  std::int32_t version = 0;  ///< Counts setData.
  std::int64_t cversion = 0;
  std::int32_t aversion = 0;  ///< Counts setACL.
  SessionId ephemeral_owner;
  std::uint32_t data_length = 0;
  std::uint32_t num_children = 0;

  friend bool operator==(const Stat&, const Stat&) = default;
};

}  // namespace quorate
