#include "actors/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "config/words.h"

namespace quorate {
namespace {

void append_time(std::string& out, std::chrono::system_clock::time_point time) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::floor<milliseconds>(time.time_since_epoch());
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const std::time_t seconds = whole.count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                 parts.tm_sec, (since - whole).count());
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = words::printable_length(text.substr(at));
    if (length == 0 || std::string_view(" \"\\=").find(text[at]) != std::string_view::npos)
      return true;
    at += length;
  }
  return false;
}

void append_text(std::string& out, std::string_view text) {
  if (!needs_quotes(text) && text.size() <= log_value_bytes_max) {
    out += text;
  } else {
    out += words::quoted(text, log_value_bytes_max);
  }
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = words::printable_length(text.substr(at));
    const std::size_t step = std::max<std::size_t>(length, 1);
    if (at + step > log_value_bytes_max) {
      out += "...";
      break;
    }
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length > 0) {
      out += text.substr(at, length);
    } else if (byte < 0x80) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", byte);
    }
    at += step;
  }
  out += '"';
}

/// The value as text, and whether JSON may have it without quotes.
struct Shown {
  std::string text;
  bool bare = false;
};

Shown shown(const LogValue& value) {
  return std::visit(
      [](const auto& held) -> Shown {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>) {
          return {held ? "true" : "false", true};
        } else if constexpr (std::is_same_v<Held, double>) {
          // JSON has neither NaN nor infinity.
          return {fmt::format("{:.6g}", held), std::isfinite(held)};
        } else if constexpr (std::is_same_v<Held, std::string_view>) {
          return {};
        } else if constexpr (std::is_integral_v<Held>) {
          return {fmt::format("{}", held), true};
        } else {
          return {to_string(held), false};
        }
      },
      value);
}

}  // namespace

std::string format_text(const LogLine& line) {
  std::string out;
  append_time(out, line.time);
  fmt::format_to(std::back_inserter(out), " {} ", to_string(line.level));
  append_text(out, line.event);
  fmt::format_to(std::back_inserter(out), " server={} component=", line.server.value);
  append_text(out, line.component);
  for (const LogField& field : line.fields) {
    out += ' ';
    append_text(out, field.key);
    out += '=';
    const auto* text = std::get_if<std::string_view>(&field.value);
    if (text != nullptr) {
      append_text(out, *text);
    } else {
      out += shown(field.value).text;
    }
  }
  return out;
}

std::string format_json(const LogLine& line) {
  std::string out = "{\"time\":\"";
  append_time(out, line.time);
  fmt::format_to(std::back_inserter(out), "\",\"level\":\"{}\",\"event\":", to_string(line.level));
  append_json_text(out, line.event);
  fmt::format_to(std::back_inserter(out), ",\"server\":{},\"component\":", line.server.value);
  append_json_text(out, line.component);
  for (const LogField& field : line.fields) {
    out += ',';
    append_json_text(out, field.key);
    out += ':';
    const auto* text = std::get_if<std::string_view>(&field.value);
    if (text != nullptr) {
      append_json_text(out, *text);
      continue;
    }
    const Shown value = shown(field.value);
    out += value.bare ? value.text : fmt::format("\"{}\"", value.text);
  }
  return out + "}";
}

}  // namespace quorate
