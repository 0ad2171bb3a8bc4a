// The few things the store does with files itself, with errors that name the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate {

/// "cannot sync /data/fence: No space left on device", as `io_error`.
[[nodiscard]] Error io_error(std::string_view what, std::string_view path, int error_number);

/// Replaces the file at `path` atomically and syncs it and its directory.
Status write_file_durably(const std::string& path, std::string_view bytes);

/// Makes what happened to the names in `directory` durable.
Status sync_directory(const std::string& directory);

/// Makes `directory` and its parents, durably. Success when it is there already.
Status make_directory(const std::string& directory);

/// Moves a file or directory and makes the move durable.
Status move_durably(const std::string& from, const std::string& to);

/// Exchanges two directories of one parent at once and durably; where the file system cannot, by
/// way of a third name.
Status swap_durably(const std::string& one, const std::string& other);

/// Removes a file or a whole directory. Success when it is not there.
Status remove_all(const std::string& path);

/// A second name for the same file. Error `io_error` when `to` is there.
Status link_file(const std::string& from, const std::string& to);
/// A synced copy; `to` is replaced, but its name is not yet durable.
Status copy_file(const std::string& from, const std::string& to);

[[nodiscard]] bool exists(const std::string& path);

/// The names in `directory`, sorted; empty when it does not exist.
Result<std::vector<std::string>> names_in(const std::string& directory);

Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max);

}  // namespace quorate
