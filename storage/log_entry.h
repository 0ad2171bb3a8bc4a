// How one record of the history is kept: its key, and its value with what proves it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/txn_log.h"

namespace quorate {

/// The zxid, big-endian, so that bytes sort as zxids do.
using LogKey = std::array<char, 8>;
[[nodiscard]] LogKey log_key(Zxid zxid);
/// REQUIRES: 8 bytes.
[[nodiscard]] Zxid zxid_of_key(std::string_view key);

/// What stands before a record's bytes: CRC-32C of all the rest and the key (4 bytes), version
/// (1), zxid of the record before (8), chain hash up to here (8). The first two never move.
inline constexpr std::size_t entry_header_bytes = 21;
using LogEntryHeader = std::array<char, entry_header_bytes>;

/// The header of `record`, which makes the history reach from `before` to `after`.
[[nodiscard]] LogEntryHeader entry_header(const LogPosition& before, const LogPosition& after,
                                          std::string_view bytes);

/// A stored record, its checksum verified.
struct LogEntry {
  LogPosition position;  ///< Behind the record.
  Zxid previous;
  std::string_view bytes;  ///< Within the value it was decoded from.
};

/// Errors: `damaged`, naming the zxid; `unimplemented` for a version from the future.
[[nodiscard]] Result<LogEntry> decode_entry(std::string_view key, std::string_view value);

/// Whether `entry` is what follows `before`: no gap, and the hash continues. Error `damaged`.
[[nodiscard]] Status check_follows(const LogPosition& before, const LogEntry& entry);

}  // namespace quorate
