// How a server finds its state again at start: log, image, and what to do when one is damaged.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "storage/durable_log.h"
#include "storage/epoch_store.h"
#include "storage/snapshot_store.h"
#include "storage/store.h"

namespace quorate {

/// Makes the state from an image, or the empty state from nullptr; whatever was loaded before is
/// dropped. Error `damaged` (a record, or the digest of it all) makes the next older image be
/// tried.
using ImageLoader = std::function<Status(const SnapshotStore* image)>;

struct StoreRecoverySettings {
  /// There are other servers to get lost history from. Without, damage to the log is a refusal: a
  /// server that waits to be repaired by others would wait for ever.
  bool may_resync = false;
};

struct RecoveredStore {
  std::unique_ptr<DurableLog> log;       ///< Proven, and ready to be appended to.
  std::unique_ptr<SnapshotStore> image;  ///< The one that was loaded; nullptr in a fresh store.
  LogPosition image_position;            ///< Where the image ends and the replay began.
  std::optional<Promises> promises;      ///< As stored now; nothing in a fresh store.
  /// What an operator should know, a line each: damage survived, safeguards lost.
  std::vector<std::string> warnings;
};

/// Opens the store, loads the best image that the log continues, and replays the log behind it.
///
/// A damaged image gives way to a checkpoint, and all is as before. A damaged log keeps what it can
/// prove; then, before anything else, Promises::recovering_to is stored: the server has lost
/// acknowledged history and neither votes nor acks until others have repaired it.
///
/// Errors: `damaged` in one line that names file, zxid and what to do, when nothing may be repaired
/// or the promises are lost; `foreign`; `unimplemented` for a newer format; `io_error`.
[[nodiscard]] Result<RecoveredStore> recover_store(Store& store,
                                                   const StoreRecoverySettings& settings,
                                                   const ImageLoader& load,
                                                   const LogVisitor& replay);

}  // namespace quorate
