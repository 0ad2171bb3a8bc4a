// Between what people type and read and what programs hold.
#pragma once

#include <chrono>
#include <cstddef>
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

/// "1 watch", "3 watches".
[[nodiscard]] std::string counted(std::int64_t count, const char* one, const char* many);

/// Text that may hold anything, for a terminal. Control characters of all kinds, characters that
/// nobody sees, what turns the direction of a line, and bytes that are no UTF-8 become visible
/// escapes: \x1b, \u{202e}. Lines and tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

/// The same on one line and in one column: for a cell of a table.
[[nodiscard]] std::string printable_cell(std::string_view text);

/// JSON with these characters in the escapes of JSON.
[[nodiscard]] std::string printable_json(std::string_view json);

/// How many columns of a terminal a printable text takes: two for each ideograph.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The first columns of a printable text, at most `width`; what was cut is marked by '~'.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t width);

}  // namespace quorate::cli
