#include "client/admin/console_url.h"

#include <algorithm>
#include <charconv>

namespace quorate::admin {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What may stand in a name or an address; it goes into a header as it is.
bool is_host(std::string_view text, bool brackets) {
  if (text.empty() || text.size() > 253) return false;
  return std::all_of(text.begin(), text.end(), [brackets](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' ||
           (brackets && (c == ':' || c == '%'));
  });
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_port(std::string_view text, std::uint16_t& port) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && rest == end && port != 0;
}

}  // namespace

std::string ConsoleUrl::authority() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ConsoleUrl::text() const { return (tls ? "https://" : "http://") + authority(); }

bool ConsoleUrl::is_loopback() const {
  if (host == "localhost" || host == "::1") return true;
  // A name may begin so too, but only an address has nothing but digits and dots.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

Result<ConsoleUrl> parse_console_url(std::string_view text) {
  const Error refused{ErrorCode::bad_arguments,
                      "\"" + std::string(text) +
                          "\" is no address of a console; write http://HOST:PORT or "
                          "https://HOST:PORT"};
  ConsoleUrl url;
  std::string_view rest = text;
  if (take_prefix(rest, "https://")) {
    url.tls = true;
  } else if (!take_prefix(rest, "http://") && rest.find("://") != std::string_view::npos) {
    return refused;
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (take_prefix(rest, "[")) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos || !is_host(rest.substr(0, end), true)) return refused;
    url.host = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  } else {
    const std::size_t colon = rest.find(':');
    url.host = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
    if (!is_host(url.host, false)) return refused;
  }
  if (rest.empty()) return url;
  if (!take_prefix(rest, ":") || !take_port(rest, url.port)) return refused;
  return url;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
      continue;
    }
    const auto code = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[code >> 4];
    encoded += digits[code & 15U];
  }
  return encoded;
}

std::string target_of(std::string_view path, const Query& query) {
  std::string target(path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    target.append(1, separator).append(name).append("=").append(percent_encoded(value));
    separator = '&';
  }
  return target;
}

}  // namespace quorate::admin
