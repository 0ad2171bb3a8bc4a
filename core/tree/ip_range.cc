#include "core/tree/ip_range.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace quorate {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
using V4 = std::array<std::uint8_t, 4>;

/// A number of `base` in at most `digits_max` digits, nothing before or behind it.
std::optional<std::uint32_t> parse_number(std::string_view text, int base, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// Decimal without leading zeros: "010" is eight to some and ten to others.
std::optional<std::uint32_t> parse_decimal(std::string_view text, std::uint32_t most) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const auto value = parse_number(text, 10, 3);
  if (!value || *value > most) return std::nullopt;
  return value;
}

std::optional<V4> parse_v4(std::string_view text) {
  V4 bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool last = i + 1 == bytes.size();
    const std::size_t dot = text.find('.');
    if (last != (dot == std::string_view::npos)) return std::nullopt;
    const auto octet = parse_decimal(text.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*octet);
    if (!last) text.remove_prefix(dot + 1);
  }
  return bytes;
}

/// Groups of four hex digits, separated by ':'; at the very end also a v4 address. Appends to
/// `out`; false if malformed or longer than `out` has room.
bool parse_groups(std::string_view text, bool v4_may_end, Bytes& out, std::size_t& size) {
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && v4_may_end && group.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(group);
      if (!v4 || size + v4->size() > out.size()) return false;
      std::copy(v4->begin(), v4->end(), out.begin() + static_cast<std::ptrdiff_t>(size));
      size += v4->size();
      return true;
    }
    const auto value = parse_number(group, 16, 4);
    if (!value || size + 2 > out.size()) return false;
    out[size++] = static_cast<std::uint8_t>(*value >> 8);
    out[size++] = static_cast<std::uint8_t>(*value & 0xff);
    if (last) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;  // A single ':' at the end.
  }
  return true;
}

std::optional<Bytes> parse_v6(std::string_view text) {
  Bytes bytes{};
  std::size_t head_size = 0;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!parse_groups(text, true, bytes, head_size) || head_size != bytes.size()) {
      return std::nullopt;
    }
    return bytes;
  }
  Bytes tail{};
  std::size_t tail_size = 0;
  if (!parse_groups(text.substr(0, gap), false, bytes, head_size)) return std::nullopt;
  if (!parse_groups(text.substr(gap + 2), true, tail, tail_size)) return std::nullopt;
  if (head_size + tail_size > bytes.size() - 2) return std::nullopt;  // "::" stands for a group.
  std::copy_n(tail.begin(), tail_size,
              bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() - tail_size));
  return bytes;
}

bool is_mapped_v4(const Bytes& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](auto byte) { return byte == 0; }) &&
         address[10] == 0xff && address[11] == 0xff;
}

IpRange v4_range(const std::uint8_t* octets, std::uint32_t bits) {
  IpRange range{IpRange::Family::v4, {}, bits};
  std::copy_n(octets, 4, range.address.begin());
  return range;
}

}  // namespace

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const bool is_v6 = address.find(':') != std::string_view::npos;
  std::uint32_t bits = is_v6 ? 128 : 32;
  if (slash != std::string_view::npos) {
    const auto given = parse_decimal(text.substr(slash + 1), bits);
    if (!given) return std::nullopt;
    bits = *given;
  }
  if (!is_v6) {
    const auto v4 = parse_v4(address);
    if (!v4) return std::nullopt;
    return v4_range(v4->data(), bits);
  }
  const auto v6 = parse_v6(address);
  if (!v6) return std::nullopt;
  if (bits >= 96 && is_mapped_v4(*v6)) return v4_range(v6->data() + 12, bits - 96);
  return IpRange{IpRange::Family::v6, *v6, bits};
}

bool IpRange::contains(const IpRange& other) const {
  if (family != other.family || bits > other.bits) return false;
  const std::size_t whole = bits / 8;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                  other.address.begin())) {
    return false;
  }
  const std::uint32_t rest = bits % 8;
  if (rest == 0) return true;
  const std::uint32_t mask = (0xffU << (8 - rest)) & 0xffU;
  return (address[whole] & mask) == (other.address[whole] & mask);
}

}  // namespace quorate
