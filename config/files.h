// The edge of the configuration: files, directories and the variables of the process.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "core/base/result.h"

namespace quorate {

/// The whole of a regular file of at most 1 MiB. Errors: no_node when there is none,
/// bad_arguments when it is something else, too large or not readable; the text names it.
[[nodiscard]] Result<std::string> read_small_file(const std::string& path);

/// All variables of the process.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> process_environment();

/// Makes data_dir and data_log_dir (mode 0700, parents too) if data_dir_create allows it, and
/// checks that they are directories this process may write to. Errors: io_error, naming the
/// directory and what to do.
[[nodiscard]] Status prepare_directories(const Config& config);

}  // namespace quorate
