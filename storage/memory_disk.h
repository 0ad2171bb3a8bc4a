// One server's disk in memory: what is durable, what is only written, and the faults to come.
//
// The stores over it (MemoryLog, MemoryImages) come and go with the server; the disk stays, so that
// a test or a simulation can crash the server and start it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/epoch_store.h"
#include "storage/snapshot_store.h"
#include "storage/txn_log.h"

namespace quorate {

/// What a store does to its disk, for faults to be aimed at.
enum class DiskOperation : std::uint8_t {
  log_append,
  log_sync,
  log_cut,  ///< Truncate and anchor.
  log_purge,
  promise,
  fence,
  image_write,
  image_flush,
  image_checkpoint,
};

class MemoryDisk {
 public:
  struct Entry {
    LogRecord record;
    LogPosition position;  ///< Behind the record.
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct Log {
    bool made = false;
    LogPosition base;
    std::vector<Entry> entries;
    std::size_t synced = 0;  ///< How many of the entries survive a crash.
    std::optional<Promises> promises;
    Zxid fence;
    std::optional<Promises> fenced_promises;  ///< The fence's copy.
  };
  using Records = std::map<std::string, Blob, std::less<>>;
  struct Image {
    std::optional<ImageHeader> header;
    Records records;
  };
  struct ImageFiles {
    Image durable;
    Image written;  ///< What a flush makes durable.
    bool damaged = false;
  };

  /// The n-th operation of this kind from now fails (1: the next one), with nothing done, and every
  /// store of this server refuses writes from then on, as after a failed disk.
  void fail(DiskOperation operation, std::uint64_t nth);
  /// Refuses what would make log and images together larger; nothing: no limit.
  void set_capacity(std::optional<std::uint64_t> bytes);

  /// The server dies: stores opened so far refuse everything from now on, and what was not synced
  /// is gone, but for the first `unsynced_kept` records (a disk may have written some of them).
  void crash(std::size_t unsynced_kept = 0);

  /// Loses synced records at the end without leaving a trace in the log: a lying disk.
  void lose_synced_after(Zxid zxid);
  /// Flips a bit of a record, or of an image; reading it is `damaged` from then on.
  void damage_record(Zxid zxid);
  void damage_image(const std::string& directory);
  /// The log is lost, but not its fence.
  void lose_log();

  // For the stores, under lock(): -------------------------------------------------------------
  [[nodiscard]] std::unique_lock<std::recursive_mutex> lock() const;
  /// Counts an operation that writes `bytes`; an error when it is to fail, or the caller's
  /// incarnation of the server is dead.
  Status begin(DiskOperation operation, std::uint64_t start, std::uint64_t bytes);
  [[nodiscard]] std::uint64_t start() const { return start_; }
  [[nodiscard]] std::uint64_t bytes() const;

  Log log;
  std::map<std::string, ImageFiles> images;

 private:
  mutable std::recursive_mutex mutex_;
  std::map<DiskOperation, std::uint64_t> failing_;  ///< Operations until the one that fails.
  std::optional<Error> broken_;                     ///< Until the next crash.
  std::optional<std::uint64_t> capacity_;
  std::uint64_t start_ = 1;  ///< Counts crashes: tells a living store from a dead one.
};

}  // namespace quorate
