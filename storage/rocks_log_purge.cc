// Giving history up, and the disk space with it.
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <string>

#include "storage/log_entry.h"
#include "storage/rocks_log.h"
#include "storage/rocks_records.h"
#include "storage/rocks_status.h"

namespace quorate {

Status RocksLog::purge_up_to(Zxid zxid) {
  const std::scoped_lock one_purge(purge_mutex_);
  if (const auto failed = failure()) return *failed;
  if (zxid > last().zxid) {
    return {ErrorCode::bad_arguments, "the log cannot be purged up to " + to_string(zxid) +
                                          ": it ends at " + to_string(last().zxid)};
  }
  if (zxid <= base().zxid) return {};
  const auto position = position_at(zxid);
  if (!position) return position.error();
  if (position->zxid == base().zxid) return {};

  // The base is durable before anything is deleted: a log that begins later than it says is broken.
  rocksdb::WriteBatch batch;
  put_base(*database_, batch, *position);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto written = database_->db->Write(synced, &batch);
  if (!written.ok()) return latch(rocks_error("writing the log " + settings_.directory, written));
  {
    const std::scoped_lock lock(mutex_);
    base_ = *position;
  }
  return delete_files_up_to(position->zxid);
}

// DeleteFilesInRange leaves level 0 alone, where all files are as long as nothing is compacted. The
// files of a purged range do not overlap others, so compacting moves them down without reading
// them.
Status RocksLog::delete_files_up_to(Zxid zxid) {
  const LogKey first = log_key(Zxid{0});
  const LogKey last = log_key(zxid);
  const rocksdb::Slice begin(first.data(), first.size());
  const rocksdb::Slice end(last.data(), last.size());
  rocksdb::CompactRangeOptions compact;
  compact.exclusive_manual_compaction = false;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kSkip;
  auto done = database_->db->CompactRange(compact, database_->records, &begin, &end);
  if (done.ok())
    done = rocksdb::DeleteFilesInRange(database_->db.get(), database_->records, &begin, &end, true);
  if (!done.ok()) return latch(rocks_error("purging the log " + settings_.directory, done));
  return {};
}

std::uint64_t RocksLog::bytes() const {
  std::uint64_t sum = 0;
  for (const char* property : {"rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"}) {
    std::uint64_t part = 0;
    // An unknown property counts as nothing: this is a figure for people.
    if (database_->db->GetIntProperty(database_->records, property, &part)) sum += part;
  }
  return sum;
}

}  // namespace quorate
