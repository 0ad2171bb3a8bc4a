// Between what people type and read and what programs hold.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quorate::cli {

[[nodiscard]] bool is_utf8(std::string_view bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Error bad_arguments for anything but padded standard base64.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);

/// "500ms", "5s", "2m", "1h", "7d"; a bare number is seconds. Up to 2^40 - 1 ms.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "2026-11-22T01:05:39.123Z".
[[nodiscard]] std::string to_iso_time(std::int64_t ms_since_1970);

/// "1.5 MiB".
[[nodiscard]] std::string to_size(std::uint64_t bytes);

/// Bytes on a terminal must not move its cursor: control characters become visible escapes.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace quorate::cli
