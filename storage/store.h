// All that one server keeps: its log, its images and the checkpoints of them, by name.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/durable_log.h"
#include "storage/epoch_store.h"
#include "storage/snapshot_store.h"

namespace quorate {

/// Opens what is there. Promises say which image is in force; a checkpoint is a copy of one that
/// has been read back whole, kept so that a damaged image does not cost the state.
///
/// The log is opened once, by its owner; the rest belongs to one thread at a time.
class Store {
 public:
  virtual ~Store() = default;

  /// Makes the log where there has never been one. Errors as RocksLog::open().
  virtual Result<std::unique_ptr<DurableLog>> open_log() = 0;
  /// What the fence remembers, also of a log that cannot be opened; nothing without a fence. Error
  /// `damaged`. Not while the log is open.
  virtual Result<std::optional<FenceMark>> fence() = 0;
  /// Makes a log that begins at `anchor` with `promises`, copies into it what `old` (if any) proves
  /// behind `anchor`, and puts it in the place of the log, whose files are set aside. Repeated
  /// safely after a crash at any point.
  virtual Result<std::unique_ptr<DurableLog>> replace_log(std::unique_ptr<DurableLog> old,
                                                          const LogPosition& anchor,
                                                          const Promises& promises) = 0;

  /// The names of all images, sorted by age: in force, left over, being received.
  virtual Result<std::vector<std::string>> images() = 0;
  virtual Result<std::unique_ptr<SnapshotStore>> create_image(const std::string& name) = 0;
  /// Error `damaged` when it is not there or not whole.
  virtual Result<std::unique_ptr<SnapshotStore>> open_image(const std::string& name) = 0;
  virtual Status remove_image(const std::string& name) = 0;
  /// Keeps a damaged image for a person to look at, in place of any kept before.
  virtual Status set_image_aside(const std::string& name) = 0;

  /// Copies `image` (of this store) to the one place for a checkpoint that is not verified yet, in
  /// place of any that was left there.
  virtual Status make_checkpoint(SnapshotStore& image) = 0;
  virtual Result<std::unique_ptr<SnapshotStore>> open_unverified_checkpoint() = 0;
  /// The unverified checkpoint has been read back whole and is one of `zxid`: from now on it
  /// counts.
  virtual Status publish_checkpoint(Zxid zxid) = 0;
  /// The zxids of the verified checkpoints, ascending.
  virtual Result<std::vector<Zxid>> checkpoints() = 0;
  /// One of these, to read. Error `damaged` when it is not there or cannot be opened.
  virtual Result<std::unique_ptr<SnapshotStore>> open_checkpoint(Zxid zxid) = 0;
  /// When a verified checkpoint was made, in milliseconds since 1970; nothing: nobody knows.
  /// For any thread.
  [[nodiscard]] virtual std::optional<std::int64_t> checkpoint_ms(Zxid zxid) const = 0;
  /// Makes the image `name` from a verified checkpoint, which stays.
  virtual Status restore_checkpoint(Zxid zxid, const std::string& name) = 0;
  virtual Status remove_checkpoint(Zxid zxid) = 0;
};

/// A name that no image has had: "image-4".
[[nodiscard]] Result<std::string> new_image_name(Store& store);

/// Up to where the log may be purged: the older of the two newest verified checkpoints, so that
/// either is enough to start from. Nothing before there are two. REQUIRES: ascending.
[[nodiscard]] std::optional<Zxid> purge_point(std::span<const Zxid> checkpoints);

/// Removes verified checkpoints that no purge waits for any more: all but the two newest.
Status remove_old_checkpoints(Store& store);

}  // namespace quorate
