#include "storage/rocks_reader.h"

#include <rocksdb/db.h>

#include <cstddef>
#include <string>
#include <utility>

namespace quorate {
namespace {

rocksdb::Slice slice(const LogKey& key) { return {key.data(), key.size()}; }

Result<LogEntry> entry_at(const rocksdb::Iterator& iterator) {
  const auto key = iterator.key();
  const auto value = iterator.value();
  return decode_entry({key.data(), key.size()}, {value.data(), value.size()});
}

}  // namespace

// RocksDB's iterator holds the tables and the memory it began with: nothing vanishes under it.
RocksReader::RocksReader(std::shared_ptr<RocksDatabase> database, const LogPosition& base, Zxid to)
    : database_(std::move(database)),
      cut_(database_->cuts.add()),
      base_(base),
      position_(base),
      to_(to),
      end_key_(log_key(Zxid{to.value + 1})),
      end_(slice(end_key_)) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.iterate_upper_bound = &end_;
  options.readahead_size = std::size_t{256} * 1024;
  iterator_.reset(database_->db->NewIterator(options, database_->records));
}

Status RocksReader::seek(Zxid zxid) {
  position_ = base_;
  if (zxid > base_.zxid) {
    const LogKey key = log_key(zxid);
    iterator_->SeekForPrev(slice(key));
    if (!iterator_->status().ok()) return unreadable();
    // What a purge has left over below the base does not count.
    if (iterator_->Valid() && iterator_->key().compare(slice(log_key(base_.zxid))) > 0) {
      const auto entry = entry_at(*iterator_);
      if (!entry) return entry.error();
      position_ = entry->position;
    }
  }
  const LogKey next = log_key(Zxid{position_.zxid.value + 1});
  iterator_->Seek(slice(next));
  return iterator_->status().ok() ? Status{} : Status{unreadable()};
}

Result<std::optional<LogRecord>> RocksReader::next() {
  if (over_) return *over_;
  auto record = read();
  if (!record) over_ = record.error();
  return record;
}

Result<std::optional<LogRecord>> RocksReader::read() {
  if (!iterator_->Valid()) return end();
  const auto entry = entry_at(*iterator_);
  if (!entry) return entry.error();
  const Status follows = check_follows(position_, *entry);
  if (!follows) return follows.error();
  LogRecord record{entry->position.zxid, Blob(entry->bytes)};
  position_ = entry->position;
  iterator_->Next();
  // Looked at last: a cut that came while the record was being read must be noticed.
  if (record.zxid.value > cut_->cut_after) return cut();
  return std::optional<LogRecord>(std::move(record));
}

Result<std::optional<LogRecord>> RocksReader::end() {
  if (cut_->cut_after < to_.value) return cut();
  if (!iterator_->status().ok()) return unreadable();
  if (position_.zxid != to_) {
    return {ErrorCode::damaged,
            "the log ends at record " + to_string(position_.zxid) + ", before " + to_string(to_)};
  }
  return std::optional<LogRecord>();
}

Error RocksReader::cut() const {
  return {ErrorCode::cut, "the records behind " + to_string(Zxid{cut_->cut_after}) +
                              " were truncated while they were read"};
}

Error RocksReader::unreadable() const {
  return {ErrorCode::damaged, "the log cannot be read behind record " + to_string(position_.zxid) +
                                  ": " + iterator_->status().ToString()};
}

}  // namespace quorate
