#include "actors/http/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/words.h"

namespace quorate {
namespace {

using words::lower_case;
using words::trimmed;

/// Those that are read by the server or by what is behind it; two of one would be two meanings.
constexpr std::array<std::string_view, 14> single_headers{
    "authorization",  "content-encoding",  "content-length",    "content-type",      "expect",
    "host",           "if-match",          "if-none-match",     "last-event-id",     "origin",
    "sec-fetch-site", "transfer-encoding", "x-quorate-console", "x-quorate-identity"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Nothing when the encoding is wrong or yields what no reader expects.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (words::has_control_bytes(decoded) || !words::is_utf8(decoded)) return std::nullopt;
  return decoded;
}

bool decode_path(std::string_view text, std::string& path) {
  if (!text.starts_with('/')) return false;
  const std::vector<std::string_view> segments = words::split(text.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::optional<std::string> segment = percent_decoded(segments[i], false);
    if (!segment || segment->find_first_of("/\\") != std::string::npos) return false;
    if (*segment == "." || *segment == "..") return false;
    if (segment->empty() && i + 1 < segments.size()) return false;
    path += '/';
    path += *segment;
  }
  return true;
}

bool decode_query(std::string_view text, std::multimap<std::string, std::string>& query) {
  for (const std::string_view pair : words::split(text, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::optional<std::string> name = percent_decoded(pair.substr(0, equals), true);
    std::optional<std::string> value = equals == std::string_view::npos
                                           ? std::optional<std::string>(std::string())
                                           : percent_decoded(pair.substr(equals + 1), true);
    if (!name || !value) return false;
    query.emplace(*std::move(name), *std::move(value));
  }
  return true;
}

}  // namespace

HeadScan scan_head(std::string_view bytes, std::size_t scanned) {
  // An empty line may have begun in what was scanned before.
  for (std::size_t i = scanned < 4 ? 0 : scanned - 4; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool after_cr = i > 0 && bytes[i - 1] == '\r';
    if (after_cr != (byte == '\n')) return {HeadScan::Verdict::malformed};
    if (byte == '\n' && i >= 3 && bytes[i - 2] == '\n') return {HeadScan::Verdict::complete, i + 1};
    if (byte == '\n' || byte == '\r') continue;
    const bool first_of_line = i > 0 && bytes[i - 1] == '\n';
    if (first_of_line && (byte == ' ' || byte == '\t')) return {HeadScan::Verdict::malformed};
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return {HeadScan::Verdict::malformed};
  }
  return {};
}

bool decode_target(std::string_view target, HttpRequest& request) {
  const bool plain = std::all_of(target.begin(), target.end(),
                                 [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!plain) return false;
  const std::size_t mark = target.find('?');
  if (!decode_path(target.substr(0, mark), request.path)) return false;
  return mark == std::string_view::npos || decode_query(target.substr(mark + 1), request.query);
}

bool add_header(std::string_view name, std::string_view value, HttpRequest& request) {
  std::string key = lower_case(name);
  const auto [found, fresh] = request.headers.try_emplace(key, trimmed(value));
  if (fresh) return true;
  if (std::find(single_headers.begin(), single_headers.end(), key) != single_headers.end())
    return false;
  found->second += key == "cookie" ? "; " : ", ";
  found->second += trimmed(value);
  return true;
}

std::optional<Framing> framing_of(const HttpRequest& request, int minor) {
  Framing framing;
  const auto length = request.headers.find("content-length");
  const auto encoding = request.headers.find("transfer-encoding");
  if (length != request.headers.end()) {
    const std::string& text = length->second;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    framing.length = number;
  }
  if (encoding != request.headers.end()) {
    if (framing.length || minor == 0 || lower_case(encoding->second) != "chunked")
      return std::nullopt;
    framing.chunked = true;
  }
  framing.is_http10 = minor == 0;
  framing.keep_alive = minor > 0;
  for (const std::string_view word : words::split(request.header("connection"), ','))
    if (lower_case(trimmed(word)) == "close") framing.keep_alive = false;
  framing.expects_continue = minor > 0 && lower_case(request.header("expect")) == "100-continue";
  return framing;
}

}  // namespace quorate
