// RocksDB's statuses as ours.
#pragma once

#include <rocksdb/status.h>

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quorate {

/// `what` is being done to which directory ("opening /data/log"). Broken content becomes
/// `damaged`, all else `io_error`; the text keeps RocksDB's words, which name the file.
[[nodiscard]] inline Error rocks_error(std::string_view what, const rocksdb::Status& status) {
  const bool broken = status.IsCorruption() || status.IsNotFound() || status.IsInvalidArgument() ||
                      status.IsPathNotFound();
  std::string text(what);
  text.append(": ").append(status.ToString());
  return {broken ? ErrorCode::damaged : ErrorCode::io_error, std::move(text)};
}

}  // namespace quorate
