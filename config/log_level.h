// How much is logged, and in which form.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace quorate {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

inline constexpr std::array<std::string_view, 5> log_level_words{"trace", "debug", "info", "warn",
                                                                 "error"};
inline constexpr std::array<std::string_view, 2> log_format_words{"text", "json"};

[[nodiscard]] constexpr std::string_view to_string(LogLevel level) {
  return log_level_words.at(static_cast<std::size_t>(level));
}

}  // namespace quorate
