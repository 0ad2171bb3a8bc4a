// What is known of the checkpoints that a server keeps, for whoever asks which would do to start
// from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/store.h"

namespace quorate {

struct CheckpointRecord {
  Zxid zxid;
  std::uint64_t bytes = 0;              ///< On disk; files that the image shares with it count.
  std::optional<std::uint64_t> digest;  ///< Nothing: its header cannot be read.
  std::int64_t verified_ms = 0;  ///< When it was last read back, since 1970; 0: before the start.
  bool damaged = false;          ///< As it was read back.

  friend bool operator==(const CheckpointRecord&, const CheckpointRecord&) = default;
};

/// Each is opened once, when it is first asked for. Belongs to the store's thread.
class CheckpointRecords {
 public:
  explicit CheckpointRecords(Store& store) : store_(store) {}

  /// Of those that exist, ascending. Errors as Store::checkpoints().
  Result<std::vector<CheckpointRecord>> all();

  /// It has been read back whole at this time.
  void note_whole(Zxid zxid, std::int64_t wall_ms);

  /// Reads one back, as long as it takes. Errors: `no_node` when there is none of this zxid,
  /// `damaged` when it is not whole.
  Status verify(Zxid zxid, std::int64_t wall_ms);

 private:
  CheckpointRecord& record(Zxid zxid);

  Store& store_;
  std::map<Zxid, CheckpointRecord> records_;
};

}  // namespace quorate
