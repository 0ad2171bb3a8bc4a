// The log's open RocksDB instance, shared by the log and its readers: the last one closes it.
#pragma once

#include <rocksdb/db.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/ids.h"

namespace quorate {

/// Lets a cut reach the readers that are under way: each must not hand out what was truncated.
class ReaderCuts {
 public:
  struct Mark {
    std::atomic<std::uint64_t> cut_after{~std::uint64_t{0}};
  };

  std::shared_ptr<const Mark> add() {
    auto mark = std::make_shared<Mark>();
    const std::scoped_lock lock(mutex_);
    std::erase_if(marks_, [](const auto& weak) { return weak.expired(); });
    marks_.push_back(mark);
    return mark;
  }

  void cut_after(Zxid zxid) {
    const std::scoped_lock lock(mutex_);
    for (const auto& weak : marks_) {
      const auto mark = weak.lock();
      if (mark && mark->cut_after > zxid.value) mark->cut_after = zxid.value;
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Mark>> marks_;
};

class RocksDatabase {
 public:
  RocksDatabase() = default;
  RocksDatabase(const RocksDatabase&) = delete;
  RocksDatabase& operator=(const RocksDatabase&) = delete;
  ~RocksDatabase() {
    for (auto* family : {records, promises}) {
      // Destroying a handle only fails for the default column family's own, which these are not.
      if (family != nullptr) db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    }
  }

  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* records = nullptr;
  rocksdb::ColumnFamilyHandle* promises = nullptr;
  ReaderCuts cuts;
};

}  // namespace quorate
