#include "client/cli/text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "client/utf8.h"

namespace quorate::cli {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::int64_t duration_ms_max = (std::int64_t{1} << 40) - 1;

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = client::sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = (bits << 8) | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= count ? alphabet[(bits >> (18 - 6 * i)) & 63U] : '=';
    }
  }
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  const Error refused{ErrorCode::bad_arguments, "not base64"};
  if (text.size() % 4 != 0) return refused;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const bool last = at + 4 == text.size();
    std::size_t padding = 0;
    if (last) padding = text[at + 2] == '=' ? 2 : text[at + 3] == '=' ? 1 : 0;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const bool padded = i + padding >= 4;
      const std::size_t digit = padded ? 0 : alphabet.find(text[at + i]);
      if (digit == std::string_view::npos || (padded && text[at + i] != '=')) return refused;
      bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    }
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      bytes += static_cast<char>((bits >> (16 - 8 * i)) & 255U);
    }
  }
  return bytes;
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const Error refused{
      ErrorCode::bad_arguments,
      "\"" + std::string(text) + "\" is not a duration; write 500ms, 5s, 2m, 1h or 7d"};
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number < 0) return refused;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  std::int64_t scale = 0;
  if (unit == "ms") scale = 1;
  if (unit == "s" || unit.empty()) scale = 1000;
  if (unit == "m") scale = 60'000;
  if (unit == "h") scale = 3'600'000;
  if (unit == "d") scale = 86'400'000;
  if (scale == 0 || number > duration_ms_max / scale) return refused;
  return std::chrono::milliseconds(number * scale);
}

std::string to_iso_time(std::int64_t ms_since_1970) {
  std::int64_t ms = ms_since_1970 % 1000;
  auto seconds = static_cast<std::time_t>(ms_since_1970 / 1000);
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(ms_since_1970) + " ms";
  std::array<char, 48> date{};
  if (std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
    return std::to_string(ms_since_1970) + " ms";
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s.%03dZ", date.data(), static_cast<int>(ms));
  return text.data();
}

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string to_size(std::uint64_t bytes) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text.data();
}

}  // namespace quorate::cli
