// The way into RocksDB that every batch takes.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>

namespace quorate {

/// Writes a batch without RocksDB's own counting. By default it counts each comparison of keys, of
/// which an insertion takes some twenty, in variables of the thread, whose addresses it looks up
/// anew each time; nobody reads them here.
[[nodiscard]] inline rocksdb::Status write_uncounted(rocksdb::DB& database,
                                                     const rocksdb::WriteOptions& options,
                                                     rocksdb::WriteBatch& batch) {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // Of this thread.
  return database.Write(options, &batch);
}

}  // namespace quorate
