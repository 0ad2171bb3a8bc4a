// A server's store on disk.
//
//   <data>/lock                one server per directory
//   <data>/fence               how far the log had come, and the promises again
//   <data>/diverged*           what was found to be wrong (divergences.h)
//   <data>/last_words          the record being applied when the process broke (last_words.h)
//   <log>/reserve              room to end in order with (disk_space.h)
//   <data>/image-<n>/          images; promises name the one in force
//   <data>/image.damaged/      the last image that had to be given up
//   <data>/checkpoints/<zxid>/ verified checkpoints, by zxid in 16 hex digits; and "unverified"
//   <log>/lock                 when it is another directory
//   <log>/log/                 the log and the promises
//   <log>/log.damaged/         the last log that had to be given up
//   <log>/log.wal.damaged/     the WAL of the first damage to it, as it was found
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"
#include "storage/store_lock.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace quorate {

struct RocksStoreSettings {
  std::string data_directory;
  std::string log_directory;                 ///< May be the same.
  std::uint64_t image_bytes_per_second = 0;  ///< Of flushes and compactions; 0: no limit.
  rocksdb::Env* env = nullptr;               ///< nullptr: the operating system's.
};

class RocksStore final : public Store {
 public:
  /// Takes the locks and makes what is missing of the layout. Error `io_error`.
  static Result<std::unique_ptr<RocksStore>> open(RocksStoreSettings settings);

  [[nodiscard]] std::string last_words_path() const { return data("last_words"); }
  [[nodiscard]] std::string reserve_path() const { return log("reserve"); }

  Result<std::unique_ptr<DurableLog>> open_log() override;
  Result<std::optional<FenceMark>> fence() override;
  Result<std::unique_ptr<DurableLog>> replace_log(std::unique_ptr<DurableLog> old,
                                                  const LogPosition& anchor,
                                                  const Promises& promises) override;
  Result<std::vector<std::string>> images() override;
  Result<std::unique_ptr<SnapshotStore>> create_image(const std::string& name) override;
  Result<std::unique_ptr<SnapshotStore>> open_image(const std::string& name) override;
  Status remove_image(const std::string& name) override;
  Status set_image_aside(const std::string& name) override;
  Status make_checkpoint(SnapshotStore& image) override;
  Result<std::unique_ptr<SnapshotStore>> open_unverified_checkpoint() override;
  Status publish_checkpoint(Zxid zxid) override;
  Result<std::vector<Zxid>> checkpoints() override;
  Result<std::unique_ptr<SnapshotStore>> open_checkpoint(Zxid zxid) override;
  [[nodiscard]] std::optional<std::int64_t> checkpoint_ms(Zxid zxid) const override;
  Status restore_checkpoint(Zxid zxid, const std::string& name) override;
  Status remove_checkpoint(Zxid zxid) override;

 private:
  RocksStore(RocksStoreSettings settings, std::unique_ptr<StoreLock> data_lock,
             std::unique_ptr<StoreLock> log_lock);

  [[nodiscard]] std::string data(const std::string& name) const;
  [[nodiscard]] std::string log(const std::string& name) const;
  [[nodiscard]] std::string checkpoint(Zxid zxid) const;
  Result<std::unique_ptr<DurableLog>> open_log_at(const std::string& directory,
                                                  const std::string& fence);
  Status build_log(std::unique_ptr<DurableLog> old, const LogPosition& anchor,
                   const Promises& promises);
  Status put_new_log_in_place();

  RocksStoreSettings settings_;
  std::unique_ptr<StoreLock> data_lock_;
  std::unique_ptr<StoreLock> log_lock_;  ///< nullptr when both directories are one.
};

}  // namespace quorate
