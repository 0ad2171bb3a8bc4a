// Reads the log's history from RocksDB.
#pragma once

#include <memory>
#include <optional>

#include "storage/log_entry.h"
#include "storage/rocks_database.h"
#include "storage/txn_log.h"

namespace quorate {

/// Pins, when it is made, what the log holds then; so make it where neither purge nor cut can come
/// between, and seek() anywhere.
class RocksReader final : public LogReader {
 public:
  /// Of the records behind `base`, up to `to`.
  RocksReader(std::shared_ptr<RocksDatabase> database, const LogPosition& base, Zxid to);

  /// Goes to where the last record at or before `zxid` ends. REQUIRES: base <= zxid <= to.
  Status seek(Zxid zxid);
  /// Behind the record that was read last.
  [[nodiscard]] const LogPosition& position() const { return position_; }

  Result<std::optional<LogRecord>> next() override;

 private:
  Result<std::optional<LogRecord>> read();
  Result<std::optional<LogRecord>> end();
  [[nodiscard]] Error cut() const;
  [[nodiscard]] Error unreadable() const;

  std::shared_ptr<RocksDatabase> database_;
  std::shared_ptr<const ReaderCuts::Mark> cut_;
  LogPosition base_;
  LogPosition position_;
  Zxid to_;
  LogKey end_key_;
  rocksdb::Slice end_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::optional<Error> over_;
};

}  // namespace quorate
