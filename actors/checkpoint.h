// A copy of the image that has been proven whole, so that a damaged image does not cost the state.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/snapshot_store.h"
#include "storage/store.h"

namespace quorate {

/// Reads an image back whole and compares it with the digest it claims. Error `damaged`.
Status verify_image(const SnapshotStore& image);

/// Copies `image` (what is durable of it), verifies the copy, and counts it among the checkpoints
/// in place of the oldest. Returns the zxid it is exact at. Takes as long as reading the image
/// does; writes to it may go on in other threads.
Result<Zxid> take_checkpoint(Store& store, SnapshotStore& image);

}  // namespace quorate
