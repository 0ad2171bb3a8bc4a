#include "storage/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/table.h>

#include <cstddef>
#include <utility>

namespace quorate {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

// What holds for both instances.
void set_common(rocksdb::DBOptions& options, rocksdb::Env* env) {
  if (env != nullptr) options.env = env;

  // Stores are created by us, on purpose: with this on, an instance whose CURRENT file is lost
  // would be taken for a new one, and its files deleted.
  options.create_if_missing = false;
  options.paranoid_checks = true;

  // After a failed write nobody knows what is on disk. Resuming by itself has been inconsistent
  // after WAL errors in later versions than ours; the owner stops the process instead.
  options.max_bgerror_resume_count = 0;

  // One flush and one compaction at a time: this is a background duty on a shared machine.
  options.max_background_jobs = 2;
  options.max_subcompactions = 1;
  options.max_file_opening_threads = 1;

  // One thread writes. Both of these only pay with many writers.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;

  // The packaged library is built with assertions, which makes DEBUG the default level: a line
  // per write into an unbounded file.
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = mib;
  options.keep_log_file_num = 2;

  // No timer thread, no reading of every table at start.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;

  // Rewritten when it has grown to this, instead of at 1 GiB.
  options.max_manifest_file_size = 4 * mib;

  // What is not synced was never promised, and the WAL has the rest: closing need not wait.
  options.avoid_flush_during_shutdown = true;
}

}  // namespace

rocksdb::DBOptions log_database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  set_common(options, env);

  // The default, made explicit: the server must be able to come up with what is readable, and the
  // chain of hashes, the WAL scan and the fence then say whether that is everything.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // What was recovered may sit in the page cache alone; recovery rewrites and syncs it.
  options.avoid_flush_during_recovery = false;

  // Known losses of acknowledged data in versions near ours: reused WAL files (old records behind
  // the end), partial background syncs (holes), and WAL bytes buffered in the process.
  options.recycle_log_file_num = 0;
  options.wal_bytes_per_sync = 0;
  options.manual_wal_flush = false;

  // A rare write of the promises would keep every WAL file since alive; this flushes it instead.
  options.max_total_wal_size = 16 * mib;

  // Tables of the log are read once, in order, by learners that catch up.
  options.max_open_files = 64;
  return options;
}

rocksdb::ColumnFamilyOptions log_records_options() {
  rocksdb::ColumnFamilyOptions options;
  // Two of them bound the memory of the log's writes.
  options.write_buffer_size = 4 * mib;
  options.max_write_buffer_number = 2;

  // Records are written once, in key order, and deleted by whole files: there is nothing to
  // compact. Level 0 grows until a purge moves it down, and must not slow writes meanwhile.
  options.disable_auto_compactions = true;
  options.level0_file_num_compaction_trigger = 1 << 30;
  options.level0_slowdown_writes_trigger = 1 << 30;
  options.level0_stop_writes_trigger = 1 << 30;
  // A purge moves files one level down, to the last one: there a deletion marker has done its
  // work, so that deleting its file can never bring back what it covered.
  options.num_levels = 2;
  options.level_compaction_dynamic_level_bytes = false;
  options.target_file_size_base = 16 * mib;
  // Only moved files count here, never a reason to compact.
  options.soft_pending_compaction_bytes_limit = 0;
  options.hard_pending_compaction_bytes_limit = 0;

  // CPU per write counts more here than disk: the log is purged, the WAL is not compressed anyway.
  options.compression = rocksdb::kNoCompression;

  rocksdb::BlockBasedTableOptions table;
  // Read in order: large blocks keep the indexes of hundreds of tables small.
  table.block_size = 64 * kib;
  table.block_cache = rocksdb::NewLRUCache(2 * mib);
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ColumnFamilyOptions log_promises_options() {
  rocksdb::ColumnFamilyOptions options;
  // A handful of keys of some hundred bytes.
  options.write_buffer_size = 64 * kib;
  options.arena_block_size = 4 * kib;
  options.max_write_buffer_number = 2;
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Options image_options(rocksdb::Env* env, std::shared_ptr<rocksdb::RateLimiter> limiter) {
  rocksdb::Options options;
  set_common(options, env);
  // A flush must not take the disk from the log's syncs: slowly, and in small syncs.
  options.rate_limiter = std::move(limiter);
  options.bytes_per_sync = mib;
  options.max_open_files = 256;

  options.write_buffer_size = 8 * mib;
  options.max_write_buffer_number = 2;
  options.target_file_size_base = 16 * mib;
  options.max_bytes_for_level_base = 64 * mib;

  // Paths share long prefixes; this halves the image and its time to load for little CPU.
  options.compression = rocksdb::kLZ4Compression;

  rocksdb::BlockBasedTableOptions table;
  table.block_size = 16 * kib;
  table.block_cache = rocksdb::NewLRUCache(4 * mib);
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace quorate
