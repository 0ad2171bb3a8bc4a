// One event of the server's log as one line of text or JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config/log_level.h"
#include "core/base/ids.h"

namespace quorate {

/// What a field may hold. Texts are referred to, not copied: a field lives within one call.
using LogValue =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view, Zxid, SessionId>;

struct LogField {
  std::string_view key;  ///< Lower case and underscores; the unit last, as in `took_ms`.
  LogValue value;
};

/// A log value of at most this many bytes is shown; of a longer one the start, then "...".
inline constexpr std::size_t log_value_bytes_max = 256;

struct LogLine {
  std::chrono::system_clock::time_point time;
  LogLevel level = LogLevel::info;
  std::string_view event;  ///< What happened, in the past tense: `session_expired`.
  ServerId server;
  std::string_view component;
  std::span<const LogField> fields;
};

/// `2026-01-31T12:00:00.123Z info session_expired server=1 component=commit session=0x1 zxid=7.1f`.
/// Texts with blanks, quotes, `=` or anything unprintable stand in quotes, escaped; the line has
/// no control bytes. Without line end.
[[nodiscard]] std::string format_text(const LogLine& line);

/// The same as an object: numbers and switches as such, all else as text. Valid JSON in UTF-8
/// whatever the texts contain; a byte that is not UTF-8 becomes `\xNN`, spelled out.
[[nodiscard]] std::string format_json(const LogLine& line);

}  // namespace quorate
