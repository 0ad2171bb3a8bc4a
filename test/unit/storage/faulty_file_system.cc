#include "test/unit/storage/faulty_file_system.h"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace quorate::test {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class FaultyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(FaultyFileSystem& system, std::string name,
             std::unique_ptr<rocksdb::FSWritableFile>&& file)
      : FSWritableFileOwnerWrapper(std::move(file)), system_(system), name_(std::move(name)) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* context) override {
    auto status = system_.before_write(name_);
    if (status.ok()) status = FSWritableFileOwnerWrapper::Append(data, options, context);
    if (status.ok()) size_ += data.size();
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*verification*/,
                  IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    auto status = system_.before_sync(name_);
    if (status.ok()) status = FSWritableFileOwnerWrapper::Sync(options, context);
    if (status.ok()) system_.synced(name_, size_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return Sync(options, context);
  }

 private:
  FaultyFileSystem& system_;
  std::string name_;
  std::uint64_t size_ = 0;
};

}  // namespace

FaultyFileSystem::FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

void FaultyFileSystem::fail_write(const std::string& suffix, int nth, IOStatus status) {
  const std::scoped_lock lock(mutex_);
  write_fault_ = {suffix, nth, std::move(status)};
}

void FaultyFileSystem::fail_sync(const std::string& suffix, int nth, IOStatus status) {
  const std::scoped_lock lock(mutex_);
  sync_fault_ = {suffix, nth, std::move(status)};
}

void FaultyFileSystem::lose_unsynced() {
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, bytes] : synced_bytes_) {
    struct stat found {};
    if (::stat(name.c_str(), &found) != 0 || static_cast<std::uint64_t>(found.st_size) <= bytes)
      continue;
    if (::truncate(name.c_str(), static_cast<off_t>(bytes)) != 0) std::abort();
  }
  synced_bytes_.clear();
  dead_ = false;
}

int FaultyFileSystem::syncs(const std::string& suffix) const {
  const std::scoped_lock lock(mutex_);
  int sum = 0;
  for (const auto& [name, count] : sync_counts_) {
    if (name.ends_with(suffix)) sum += count;
  }
  return sum;
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& name,
                                           const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                                           IODebugContext* context) {
  auto status = before_write("");
  if (!status.ok()) return status;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  status = FileSystemWrapper::NewWritableFile(name, options, &file, context);
  if (!status.ok()) return status;
  synced(name, 0);
  *result = std::make_unique<FaultyFile>(*this, name, std::move(file));
  return status;
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                      IODebugContext* context) {
  if (dead_) return IOStatus::IOError("dead");
  {
    const std::scoped_lock lock(mutex_);
    synced_bytes_.erase(name);
  }
  return FileSystemWrapper::DeleteFile(name, options, context);
}

IOStatus FaultyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                      const IOOptions& options, IODebugContext* context) {
  if (dead_) return IOStatus::IOError("dead");
  {
    const std::scoped_lock lock(mutex_);
    const auto found = synced_bytes_.find(from);
    if (found != synced_bytes_.end()) {
      synced_bytes_[to] = found->second;
      synced_bytes_.erase(from);
    }
  }
  return FileSystemWrapper::RenameFile(from, to, options, context);
}

IOStatus FaultyFileSystem::hit(Fault& fault, const std::string& name) {
  if (fault.left == 0 || !name.ends_with(fault.suffix) || name.empty()) return IOStatus::OK();
  return --fault.left == 0 ? fault.status : IOStatus::OK();
}

IOStatus FaultyFileSystem::before_write(const std::string& name) {
  if (dead_) return IOStatus::IOError("dead");
  const std::scoped_lock lock(mutex_);
  return hit(write_fault_, name);
}

IOStatus FaultyFileSystem::before_sync(const std::string& name) {
  if (dead_) return IOStatus::IOError("dead");
  const std::scoped_lock lock(mutex_);
  return hit(sync_fault_, name);
}

void FaultyFileSystem::synced(const std::string& name, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  synced_bytes_[name] = bytes;
  if (bytes != 0) ++sync_counts_[name];
}

}  // namespace quorate::test
