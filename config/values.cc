#include "config/values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

struct Scale {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::uint64_t second_ms = 1000;
constexpr std::array<Scale, 5> time_scales{
    Scale{"ms", 1}, Scale{"s", second_ms}, Scale{"min", 60 * second_ms},
    Scale{"h", 3600 * second_ms}, Scale{"d", 86400 * second_ms}};
// The largest first, so that the first that divides gives the shortest spelling.
constexpr std::array<Scale, 4> byte_scales{
    Scale{"TiB", std::uint64_t{1} << 40}, Scale{"GiB", std::uint64_t{1} << 30},
    Scale{"MiB", std::uint64_t{1} << 20}, Scale{"KiB", std::uint64_t{1} << 10}};

std::uint64_t milliseconds_of(NumberUnit unit) {
  if (unit == NumberUnit::seconds) return second_ms;
  return unit == NumberUnit::hours ? 3600 * second_ms : 1;
}

Error refused(std::string text) { return Error{ErrorCode::bad_arguments, std::move(text)}; }

/// The digits, or nothing when there is anything else or the number is too large.
Result<std::uint64_t> parse_digits(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error == std::errc::result_out_of_range) return refused("is too large");
  if (error != std::errc{} || stop != end) return refused("is not a whole number");
  return number;
}

Result<std::uint64_t> scaled(std::string_view digits, std::uint64_t factor) {
  auto number = parse_digits(digits);
  if (!number) return number;
  if (*number > std::numeric_limits<std::uint64_t>::max() / factor) return refused("is too large");
  return *number * factor;
}

const Scale* find_scale(std::span<const Scale> scales, std::string_view suffix) {
  for (const Scale& scale : scales)
    if (scale.suffix == suffix) return &scale;
  return nullptr;
}

}  // namespace

std::string_view suffix_of(NumberUnit unit) {
  switch (unit) {
    case NumberUnit::count:
      return "";
    case NumberUnit::milliseconds:
      return "ms";
    case NumberUnit::seconds:
      return "s";
    case NumberUnit::hours:
      return "h";
    case NumberUnit::bytes:
      return "bytes";
  }
  return "";
}

Result<std::uint64_t> parse_number(std::string_view text, NumberUnit unit) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::size_t letters = hex ? std::string_view::npos : text.find_first_not_of("0123456789");
  if (letters == std::string_view::npos || letters == 0 || unit == NumberUnit::count)
    return parse_digits(text);

  const std::string_view digits = text.substr(0, letters);
  const std::string_view suffix = trimmed(text.substr(letters));
  if (unit == NumberUnit::bytes) {
    const Scale* scale = find_scale(byte_scales, suffix);
    if (scale == nullptr) return refused("is neither a number nor one with KiB, MiB, GiB or TiB");
    return scaled(digits, scale->factor);
  }
  const Scale* scale = find_scale(time_scales, suffix);
  if (scale == nullptr) return refused("is neither a number nor one with ms, s, min, h or d");
  auto total = scaled(digits, scale->factor);
  if (!total) return total;
  const std::uint64_t part = milliseconds_of(unit);
  if (*total % part != 0)
    return refused(fmt::format("is not a whole number of {}", suffix_of(unit)));
  return *total / part;
}

std::string format_number(std::uint64_t number, NumberUnit unit) {
  if (unit == NumberUnit::bytes && number != 0) {
    for (const Scale& scale : byte_scales)
      if (number % scale.factor == 0)
        return fmt::format("{}{}", number / scale.factor, scale.suffix);
  }
  return fmt::format("{}", number);
}

Result<bool> parse_flag(std::string_view text) {
  const std::string word = lower_case(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return refused("is neither true nor false");
}

Result<std::string> parse_host(std::string_view text) {
  constexpr std::size_t host_bytes_max = 253;
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return refused("has no IPv6 address in brackets");
  }
  if (text.empty()) return refused("is empty where a host is expected");
  if (text.size() > host_bytes_max) return refused("is longer than 253 bytes");
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && std::string_view(".-_:%").find(c) == std::string_view::npos)
      return refused("has a character that no host name or address has");
  }
  return std::string(text);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_digits(text);
  if (!number || *number == 0 || *number > 65535)
    return refused(fmt::format("{} is not a port; allowed: 1 to 65535", quoted(text)));
  return static_cast<std::uint16_t>(*number);
}

}  // namespace quorate
