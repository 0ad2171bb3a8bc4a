#include "storage/rocks_log.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "storage/log_entry.h"
#include "storage/rocks_reader.h"
#include "storage/rocks_records.h"
#include "storage/rocks_status.h"
#include "storage/rocks_write.h"

namespace quorate {
namespace {

rocksdb::Slice slice(const LogKey& key) { return {key.data(), key.size()}; }

/// Enough for a batch to grow only once.
std::size_t bytes_in_batch(std::span<const LogRecord> records) {
  constexpr std::size_t around_each = sizeof(LogKey) + entry_header_bytes + 16;
  std::size_t sum = 64;
  for (const LogRecord& record : records) sum += record.bytes.size() + around_each;
  return sum;
}

Status out_of_order(Zxid zxid, Zxid last) {
  return {ErrorCode::bad_arguments,
          "record " + to_string(zxid) + " does not follow " + to_string(last)};
}

}  // namespace

RocksLog::RocksLog(RocksLogSettings settings) : settings_(std::move(settings)) {}

RocksLog::~RocksLog() = default;

Status RocksLog::append(std::span<const LogRecord> records) {
  if (records.empty()) return {};
  if (const Status open = writable(); !open) return open;
  LogPosition position = last();
  rocksdb::WriteBatch batch(bytes_in_batch(records));
  put_sync_marker(batch, synced_below_);
  for (const LogRecord& record : records) {
    if (record.zxid <= position.zxid) return out_of_order(record.zxid, position.zxid);
    const LogPosition next = advance(position, record);
    const LogKey key = log_key(record.zxid);
    const LogEntryHeader header = entry_header(position, next, record.bytes.text());
    const rocksdb::Slice key_part = slice(key);
    const std::array value_parts = {
        rocksdb::Slice(header.data(), header.size()),
        rocksdb::Slice(record.bytes.text().data(), record.bytes.size())};
    batch.Put(database_->records, rocksdb::SliceParts(&key_part, 1),
              rocksdb::SliceParts(value_parts.data(), static_cast<int>(value_parts.size())));
    position = next;
  }
  const Status written = write(batch, false);
  if (!written) return written;
  unsynced_ = true;
  set_last(position);
  return {};
}

Status RocksLog::sync() {
  if (const Status open = writable(); !open) return open;
  if (!unsynced_) return {};
  const Zxid reached = last().zxid;
  // Read before: a purge may write meanwhile, and that is not covered for certain.
  const std::uint64_t below = database_->db->GetLatestSequenceNumber() + 1;
  const auto synced = database_->db->SyncWAL();
  if (!synced.ok()) return latch(rocks_error("syncing the log " + settings_.directory, synced));
  unsynced_ = false;
  synced_below_ = below;
  synced_ = reached;
  if (++groups_since_fence_ < settings_.fence_every_groups) return {};
  return note_logged();
}

Status RocksLog::note_logged() {
  if (const Status open = writable(); !open) return open;
  groups_since_fence_ = 0;
  if (fence_->mark().logged >= synced_) return {};
  return write_fence(synced_);
}

Status RocksLog::truncate_after(Zxid zxid) {
  if (const auto failed = failure()) return *failed;
  if (proof_ == Proof::none) return writable();
  if (zxid < base().zxid) {
    return {ErrorCode::purged, "the log cannot be cut after " + to_string(zxid) +
                                   ": it begins behind " + to_string(base().zxid)};
  }
  if (proof_ == Proof::sound && zxid >= last().zxid) return sync();
  const auto kept = position_at(zxid);
  if (!kept) return latch(kept.error());
  return drop_after(*kept);
}

// The fence comes down first: a log above its fence is in order, one below has lost something.
Status RocksLog::drop_after(const LogPosition& kept) {
  if (fence_->mark().logged > kept.zxid) {
    const Status lowered = write_fence(kept.zxid);
    if (!lowered) return lowered;
  }
  const auto behind = last_stored();
  if (!behind) return latch(behind.error());
  rocksdb::WriteBatch batch;
  const LogKey begin = log_key(Zxid{kept.zxid.value + 1});
  const LogKey end = log_key(Zxid{behind->value + 1});
  batch.DeleteRange(database_->records, slice(begin), slice(end));
  // Known before it is done, so that no reader can be opened that expects what is going.
  set_last(kept);
  database_->cuts.cut_after(kept.zxid);
  const Status written = write_change(batch);
  if (!written) return written;
  synced_ = kept.zxid;
  proof_ = Proof::sound;
  return write_fence(kept.zxid);
}

Status RocksLog::anchor_at(const LogPosition& position) {
  // A purge under way could delete files that hold what comes now.
  const std::scoped_lock no_purge(purge_mutex_);
  if (const auto failed = failure()) return *failed;
  const LogPosition end = last();
  const LogPosition begin = base();
  if (proof_ == Proof::sound && position.zxid >= begin.zxid && position.zxid <= end.zxid) {
    const auto here = position_at(position.zxid);
    if (here && *here == position) return sync();
  }
  if (fence_->mark().logged > position.zxid) {
    const Status lowered = write_fence(position.zxid);
    if (!lowered) return lowered;
  }
  const auto behind = last_stored();
  if (!behind) return latch(behind.error());
  rocksdb::WriteBatch batch;
  const LogKey first = log_key(Zxid{0});
  const LogKey past = log_key(Zxid{behind->value + 1});
  batch.DeleteRange(database_->records, slice(first), slice(past));
  put_base(*database_, batch, position);
  {
    const std::scoped_lock lock(mutex_);
    base_ = position;
    last_ = position;
  }
  database_->cuts.cut_after(Zxid{});
  const Status written = write_change(batch);
  if (!written) return written;
  synced_ = position.zxid;
  proof_ = Proof::sound;
  return write_fence(position.zxid);
}

Result<std::unique_ptr<LogReader>> RocksLog::reader(Zxid zxid) const {
  std::unique_ptr<RocksReader> reader;
  {
    const std::scoped_lock lock(mutex_);
    if (zxid < base_.zxid) {
      return {ErrorCode::purged,
              "the log begins behind " + to_string(base_.zxid) + ", not at " + to_string(zxid)};
    }
    reader = std::make_unique<RocksReader>(database_, base_, last_.zxid);
    zxid = std::min(zxid, last_.zxid);
  }
  const Status found = reader->seek(zxid);
  if (!found) return found.error();
  return std::unique_ptr<LogReader>(std::move(reader));
}

Result<LogPosition> RocksLog::position_at(Zxid zxid) const {
  std::unique_ptr<RocksReader> reader;
  {
    const std::scoped_lock lock(mutex_);
    if (zxid >= last_.zxid) return last_;
    if (zxid < base_.zxid) {
      return {ErrorCode::purged,
              "the log begins behind " + to_string(base_.zxid) + ", not at " + to_string(zxid)};
    }
    reader = std::make_unique<RocksReader>(database_, base_, last_.zxid);
  }
  const Status found = reader->seek(zxid);
  if (!found) return found.error();
  return reader->position();
}

Result<Zxid> RocksLog::last_stored() const {
  if (proof_ == Proof::sound) return last().zxid;
  return last_key(*database_);
}

LogPosition RocksLog::last() const {
  const std::scoped_lock lock(mutex_);
  return last_;
}

LogPosition RocksLog::base() const {
  const std::scoped_lock lock(mutex_);
  return base_;
}

void RocksLog::set_last(const LogPosition& position) {
  const std::scoped_lock lock(mutex_);
  last_ = position;
}

std::optional<Error> RocksLog::failure() const {
  const std::scoped_lock lock(mutex_);
  return failed_;
}

Status RocksLog::writable() const {
  if (auto failed = failure()) return *std::move(failed);
  if (proof_ == Proof::sound) return {};
  return {ErrorCode::damaged, "the log " + settings_.directory +
                                  " cannot be appended to: it is not proven up to its end"};
}

Status RocksLog::latch(Error error) {
  const std::scoped_lock lock(mutex_);
  if (!failed_) failed_ = error;
  return error;
}

Status RocksLog::write(rocksdb::WriteBatch& batch, bool synced) {
  rocksdb::WriteOptions options;
  options.sync = synced;
  const auto written = write_uncounted(*database_->db, options, batch);
  if (!written.ok()) return latch(rocks_error("writing the log " + settings_.directory, written));
  if (synced) {
    unsynced_ = false;
    synced_below_ = database_->db->GetLatestSequenceNumber() + 1;
  }
  return {};
}

// The fence follows, so that the loss of a change cannot go unnoticed.
Status RocksLog::write_change(rocksdb::WriteBatch& batch) {
  put_sync_marker(batch, synced_below_);
  put_changes(*database_, batch, changes_ + 1);
  const Status written = write(batch, true);
  if (written) ++changes_;
  return written;
}

Status RocksLog::write_fence(Zxid logged) {
  const FenceMark mark{logged, changes_, promises_};
  const Status written = fence_->write(mark);
  if (!written) return latch(written.error());
  return {};
}

}  // namespace quorate
