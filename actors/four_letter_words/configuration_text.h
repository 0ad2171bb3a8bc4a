// The answers to conf and dirs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"

namespace quorate {

/// Bytes of the files below data_dir and data_log_dir, which may be one directory.
struct DirectorySizes {
  std::uint64_t data = 0;
  std::uint64_t log = 0;
};

/// Reads the directories: for a thread that may wait for a disk. What goes meanwhile, or cannot be
/// read, counts nothing.
[[nodiscard]] DirectorySizes sizes_of_directories(const Config& config);

/// Without the sizes when nobody could tell.
[[nodiscard]] std::string conf_text(const Config& config,
                                    const std::optional<DirectorySizes>& sizes);
[[nodiscard]] std::string dirs_text(const DirectorySizes& sizes);

}  // namespace quorate
