// The log and the promises in one RocksDB instance.
//
// Column family "default" holds the records (log_entry.h), "promises" the promises, the base and
// the format. A record is written without a sync when it is appended; sync() is one sync of the
// WAL for all of them. (One synced batch instead was measured and costs the same; this way the
// log holds no records of its own, and readers see what is appended.)
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/durable_log.h"
#include "storage/epoch_store.h"
#include "storage/fence.h"
#include "storage/txn_log.h"
#include "storage/wal_scan.h"

namespace rocksdb {
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace quorate {

class RocksDatabase;

struct RocksLogSettings {
  std::string directory;        ///< Of the RocksDB instance.
  std::string fence_path;       ///< In another directory, so that losing one betrays it.
  rocksdb::Env* env = nullptr;  ///< nullptr: the operating system's.
  /// Synced groups between two writes of the fence, beside those when idle.
  unsigned fence_every_groups = 64;
};

class RocksLog final : public DurableLog, private EpochStore {
 public:
  /// Makes a store where there is none. Errors, each naming the file and what to do: `damaged` when
  /// the store cannot be opened, or its promises are lost here and in the fence; `foreign` when log
  /// and fence belong to different servers; `unimplemented` for a newer format; `io_error`.
  static Result<std::unique_ptr<RocksLog>> open(RocksLogSettings settings);
  ~RocksLog() override;

  /// What the WAL looked like before RocksDB opened it.
  [[nodiscard]] const WalReport& wal() const { return wal_; }

  using DurableLog::walk;
  Result<LogWalk> walk(const LogPosition& anchor, const LogVisitor& visit) override;
  [[nodiscard]] EpochStore& promises() override { return *this; }
  Status note_logged() override;
  [[nodiscard]] Zxid fence() const override { return fence_->mark().logged; }
  [[nodiscard]] std::optional<std::string> fence_lost() const override { return fence_lost_; }
  [[nodiscard]] bool fresh() const override { return fresh_; }

  Status append(std::span<const LogRecord> records) override;
  Status sync() override;
  Status truncate_after(Zxid zxid) override;
  Status anchor_at(const LogPosition& position) override;
  Status purge_up_to(Zxid zxid) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> reader(Zxid zxid) const override;
  [[nodiscard]] Result<LogPosition> position_at(Zxid zxid) const override;
  [[nodiscard]] LogPosition last() const override;
  [[nodiscard]] LogPosition base() const override;
  [[nodiscard]] std::uint64_t bytes() const override;

 private:
  explicit RocksLog(RocksLogSettings settings);

  [[nodiscard]] Result<std::optional<Promises>> load() const override;
  Status store(const Promises& promises) override;

  Status open_fence();
  Status open_database();
  Status note_damage();
  Status read_own_records();
  Status read_promises();
  Status create_own_records();
  [[nodiscard]] Status check_owner() const;
  Status renew_fence();
  Status settle(LogWalk& out, const Status& broken);

  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] Status writable() const;
  Status latch(Error error);
  Status write(rocksdb::WriteBatch& batch, bool synced);
  Status write_change(rocksdb::WriteBatch& batch);
  Status write_fence(Zxid logged);
  [[nodiscard]] Result<Zxid> last_stored() const;
  Status delete_files_up_to(Zxid zxid);
  Status drop_after(const LogPosition& kept);
  void set_last(const LogPosition& position);

  RocksLogSettings settings_;
  std::shared_ptr<RocksDatabase> database_;
  std::unique_ptr<Fence> fence_;
  WalReport wal_;
  std::optional<std::string> fence_lost_;
  std::optional<std::string> change_lost_;  ///< The last promises, cuts or anchors; see the fence.
  bool fresh_ = false;
  bool unfinished_ = false;  ///< There is no fence: perhaps the store was never completed.
  enum class Proof {
    none,
    damaged,
    sound
  } proof_ = Proof::none;  ///< By a walk, or a repair since.

  std::optional<Promises> promises_;
  std::uint64_t changes_ = 0;       ///< Promises, cuts and anchors so far.
  std::uint64_t synced_below_ = 0;  ///< RocksDB's number behind all that is synced.
  Zxid synced_;                     ///< The last record synced.
  unsigned groups_since_fence_ = 0;
  bool unsynced_ = false;

  std::mutex purge_mutex_;    ///< Held for a whole purge; taken before the next one.
  mutable std::mutex mutex_;  ///< Guards what follows.
  LogPosition last_;
  LogPosition base_;
  std::optional<Error> failed_;
};

}  // namespace quorate
