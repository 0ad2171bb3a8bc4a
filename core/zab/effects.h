// What a machine of the replication asks its owner to do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"

namespace quorate {

/// What a server binds itself to before it acts on it: it will not follow or lead below `accepted`,
/// and its history is that of the leader of `current`.
struct EpochPromise {
  Epoch accepted;
  Epoch current;
  friend bool operator==(const EpochPromise&, const EpochPromise&) = default;
};

/// A sync on its way: which request of which connection waits.
struct SyncRequest {
  ConnectionSerial connection;
  std::uint64_t sequence = 0;
  friend bool operator==(const SyncRequest&, const SyncRequest&) = default;
};

/// What the owner must do next, in the order of the fields. Nothing here has happened yet.
struct Effects {
  std::optional<EpochPromise> promise;             ///< Store durably; report with on_promised().
  std::vector<std::shared_ptr<const Txn>> log;     ///< Append, then sync; report with on_logged().
  std::vector<std::shared_ptr<const Txn>> commit;  ///< Apply, in this order.
  bool established = false;                        ///< From here on clients may be served.
  std::vector<SyncRequest> synced;                 ///< Answer, behind `commit`.
};

}  // namespace quorate
