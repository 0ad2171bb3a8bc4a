// Room on the disk: how much there is, and a reserve to end in order with.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace quorate {

struct DiskSpace {
  std::uint64_t free_bytes = 0;   ///< For this user.
  std::uint64_t total_bytes = 0;  ///< Of the file system.
};

/// Of the file system that `directory` is on.
[[nodiscard]] Result<DiskSpace> disk_space(const std::string& directory);

/// Takes `bytes` of the disk for later; success when they are taken already. Error `io_error` when
/// there is no room: the server is then near the end of its disk before it has begun.
Status take_reserve(const std::string& path, std::uint64_t bytes);

/// Gives them back, for the log to write its last records into.
Status release_reserve(const std::string& path);

}  // namespace quorate
