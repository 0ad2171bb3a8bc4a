// Keeps two servers from using one directory.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"

namespace quorate {

/// Held as long as it lives, and let go by the operating system when the process ends, however it
/// does. RocksDB's own lock guards each of its instances; this one guards the whole directory,
/// before anything in it is looked at, and names who holds it.
class StoreLock {
 public:
  /// Makes the directory when it is missing. Error `io_error`, naming the process that holds it.
  static Result<std::unique_ptr<StoreLock>> take(const std::string& directory);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace quorate
