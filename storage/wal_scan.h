// Looks at the log's WAL files before RocksDB does, and changes nothing.
//
// RocksDB cuts the WAL at the first bad record, or skips it, and says neither; then it deletes the
// file. Whether something was lost that had been synced can only be seen before: every batch of
// ours carries, as log data, up to where the WAL was synced when it was written. A bad spot that is
// followed by a batch that knew it synced is damage; any other is the torn end of a crash.
#pragma once

#include <rocksdb/slice.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace rocksdb {
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace quorate {

/// Stamps a batch of the log: everything RocksDB numbered below `synced_below` is synced.
void put_sync_marker(rocksdb::WriteBatch& batch, std::uint64_t synced_below);

/// The first bad spot in the WAL.
struct WalTear {
  std::string file;
  std::uint64_t offset = 0;
  Zxid last_before;          ///< The last record before it, {0} when the WAL has none there.
  Zxid last_after;           ///< The highest record behind it, {0} when there is none.
  bool synced_lost = false;  ///< Behind it stands proof that what was there had been synced.
};

struct WalReport {
  bool found = false;  ///< There is a WAL file; a store that was ever open has one.
  bool lost = false;   ///< There must have been one.
  std::optional<WalTear> tear;
};

/// Scans all WAL files of the instance in `directory`, oldest first.
[[nodiscard]] Result<WalReport> scan_wal(rocksdb::Env& env, const std::string& directory);

}  // namespace quorate
