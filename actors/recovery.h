// From what is on disk to a server that may start: state, standing and promises.
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/tree/state.h"
#include "core/zab/tenure.h"
#include "storage/durable_log.h"
#include "storage/epoch_store.h"
#include "storage/snapshot_store.h"

namespace quorate {

/// What a server knows of itself and its ensemble when it has read its disk.
struct Recovered {
  State state;        ///< At the known commit point.
  Standing standing;  ///< With what the log holds beyond it.
  Promises promises;  ///< Of this start: its incarnation is one higher than the last one's.
  Zxid image_zxid;    ///< What the image covered.
  std::uint64_t records_replayed = 0;
  bool torn_tail = false;
};

/// Loads the image into a state, replays the log behind it up to the known commit point (the
/// highest commit point that a verified record carries, or the image), and keeps the rest aside.
/// Counts this start in the promises, durably. Errors name file, zxid and what to do.
[[nodiscard]] Result<Recovered> recover(DurableLog& log, SnapshotStore& image, ServerId self,
                                        const ClusterId& new_cluster, std::uint64_t table_seed);

}  // namespace quorate
