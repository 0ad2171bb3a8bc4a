// Ids, as users of the API write them.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/ids.h"

namespace quorate {

/// All of a text as a number in hexadecimal.
template <class Number>
[[nodiscard]] std::optional<Number> hex_number(std::string_view text) {
  Number value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value, 16);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

/// "0x1000abc"; nothing for what is no session.
[[nodiscard]] inline std::optional<SessionId> session_of(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  const auto value = hex_number<std::uint64_t>(text.substr(2));
  if (!value) return std::nullopt;
  return SessionId{static_cast<std::int64_t>(*value)};
}

/// "7.1f"; nothing for what is no zxid.
[[nodiscard]] inline std::optional<Zxid> zxid_of(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto epoch = hex_number<std::uint32_t>(text.substr(0, dot));
  const auto counter = hex_number<std::uint32_t>(text.substr(dot + 1));
  if (!epoch || !counter) return std::nullopt;
  return Zxid::at(Epoch{*epoch}, *counter);
}

}  // namespace quorate
