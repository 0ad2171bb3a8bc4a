// A file system under RocksDB that can fail an operation and lose everything that was not synced.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace quorate::test {

class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem();

  [[nodiscard]] const char* Name() const override { return "FaultyFileSystem"; }

  /// The n-th write (1: the next) to a file whose name ends in `suffix` fails with `status`.
  void fail_write(const std::string& suffix, int nth, rocksdb::IOStatus status);
  void fail_sync(const std::string& suffix, int nth, rocksdb::IOStatus status);

  /// From now on every change fails and changes nothing: the machine is dead.
  void die() { dead_ = true; }
  /// What was not synced is gone; the machine lives again. REQUIRES: no file is open.
  void lose_unsynced();

  [[nodiscard]] int syncs(const std::string& suffix) const;

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

  // For the files: -------------------------------------------------------------------------------
  rocksdb::IOStatus before_write(const std::string& name);
  rocksdb::IOStatus before_sync(const std::string& name);
  void synced(const std::string& name, std::uint64_t bytes);

 private:
  struct Fault {
    std::string suffix;
    int left = 0;
    rocksdb::IOStatus status;
  };
  static rocksdb::IOStatus hit(Fault& fault, const std::string& name);

  mutable std::mutex mutex_;
  Fault write_fault_;
  Fault sync_fault_;
  std::atomic<bool> dead_ = false;
  std::map<std::string, std::uint64_t> synced_bytes_;  ///< Of the files written here.
  std::map<std::string, int> sync_counts_;
};

}  // namespace quorate::test
