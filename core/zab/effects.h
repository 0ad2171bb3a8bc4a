// What a machine of the replication asks its owner to do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"

namespace quorate {

/// What a server binds itself to before it acts on it: it will not follow or lead below `accepted`,
/// and its history is that of the leader of `current`.
struct EpochPromise {
  Epoch accepted;
  Epoch current;
  friend bool operator==(const EpochPromise&, const EpochPromise&) = default;
};

/// What the owner must do next, in the order of the fields. Nothing here has happened yet.
struct Effects {
  std::optional<EpochPromise> promise;             ///< Store durably; report with on_promised().
  std::vector<std::shared_ptr<const Txn>> log;     ///< Append, then sync; report with on_logged().
  std::vector<std::shared_ptr<const Txn>> commit;  ///< Apply, in this order.
  bool established = false;                        ///< From here on clients may be served.
  std::vector<SyncPoint> synced;                   ///< Tell whoever asked, behind `commit`.
};

}  // namespace quorate
