// Values of the configuration, from and to text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quorate {

/// What a number counts. A key's name ends in it: tick_time_ms, snapshot_interval_s, history_h;
/// keys of bytes have "bytes" in their name.
enum class NumberUnit : std::uint8_t { count, milliseconds, seconds, hours, bytes };

/// "ms", "s", "h", "bytes"; empty for a count.
[[nodiscard]] std::string_view suffix_of(NumberUnit unit);

/// A whole number, decimal or with 0x, in `unit`. Durations may carry ms, s, min, h or d, bytes
/// KiB, MiB, GiB or TiB: "30s" and "30000" are the same for milliseconds. Error texts follow the
/// value in a sentence ("is not a whole number").
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view text, NumberUnit unit);

/// The shortest spelling that parse_number() reads back as the same: "8MiB", "2000".
[[nodiscard]] std::string format_number(std::uint64_t number, NumberUnit unit);

/// true, yes, on, 1, or false, no, off, 0; letter case aside.
[[nodiscard]] Result<bool> parse_flag(std::string_view text);

/// A name or an address to listen on or to dial: letters, digits, '.', '-', '_', and ':' in IPv6,
/// which may stand in brackets (the result has none); at most 253 bytes.
[[nodiscard]] Result<std::string> parse_host(std::string_view text);

/// 1 to 65535.
[[nodiscard]] Result<std::uint16_t> parse_port(std::string_view text);

}  // namespace quorate
