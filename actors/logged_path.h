// What a write was about, from the log.
#pragma once

#include <optional>
#include <string>

#include "core/base/ids.h"
#include "storage/txn_log.h"

namespace quorate {

inline constexpr std::size_t shown_path_bytes_max = 512;

/// The path of the txn `zxid`, the first one of a multi; cut to shown_path_bytes_max. Nothing when
/// it has none, or when the log does not have it. Reads the disk; for any thread.
[[nodiscard]] std::optional<std::string> logged_path(const TxnLog& log, Zxid zxid);

}  // namespace quorate
