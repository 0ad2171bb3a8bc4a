// What a terminal is shown of text that others wrote: see text.h.
#include <wchar.h>
#include <wctype.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>

#include "client/cli/text.h"
#include "client/utf8.h"

namespace quorate::cli {
namespace {

/// The C library knows widths by locale only, and this one is always there.
class Utf8Scope {
 public:
  Utf8Scope() : before_(::uselocale(locale())) {}
  ~Utf8Scope() { ::uselocale(before_); }
  Utf8Scope(const Utf8Scope&) = delete;
  Utf8Scope& operator=(const Utf8Scope&) = delete;

 private:
  static locale_t locale() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8 == nullptr ? LC_GLOBAL_LOCALE : utf8;
  }
  locale_t before_;
};

bool is_between(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

/// Letters and marks that have a terminal lay out its line from the right, neighbours included.
bool turns_direction(char32_t code) {
  return is_between(code, 0x590, 0x8FF) || is_between(code, 0xFB1D, 0xFDFF) ||
         is_between(code, 0xFE70, 0xFEFF) || is_between(code, 0x10800, 0x10FFF) ||
         is_between(code, 0x1E800, 0x1EFFF) || is_between(code, 0x200E, 0x200F) ||
         is_between(code, 0x202A, 0x202E) || is_between(code, 0x2066, 0x2069);
}

/// Columns; 0 for what must not be shown as it is, and marks that would hide in their neighbour.
int columns_of(char32_t code) {
  if (code < 0x80) return code >= 0x20 && code != 0x7F ? 1 : 0;
  if (turns_direction(code) || ::iswprint(static_cast<wint_t>(code)) == 0) return 0;
  // Private use is whatever a font makes of it.
  if (is_between(code, 0xE000, 0xF8FF) || code >= 0xE0000) return 0;
  return std::max(0, ::wcwidth(static_cast<wchar_t>(code)));
}

std::string escape(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// `keep` says which control characters stay.
std::string visible(std::string_view text, std::string_view keep) {
  const Utf8Scope utf8;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = client::sequence_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (length == 0) {
      out += escape("\\x%02x", byte);
    } else if (keep.find(character.front()) != std::string_view::npos ||
               columns_of(client::code_point(character)) > 0) {
      out += character;
    } else if (byte == '\n' || byte == '\t') {
      out += byte == '\n' ? "\\n" : "\\t";
    } else {
      out +=
          length == 1 ? escape("\\x%02x", byte) : escape("\\u{%x}", client::code_point(character));
    }
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return visible(text, "\n\t"); }

std::string printable_cell(std::string_view text) { return visible(text, ""); }

std::string printable_json(std::string_view json) {
  const Utf8Scope utf8;
  std::string out;
  while (!json.empty()) {
    const std::size_t length = std::max<std::size_t>(1, client::sequence_length(json));
    const std::string_view character = json.substr(0, length);
    json.remove_prefix(length);
    const char32_t code = client::code_point(character);
    // Between values there are lines; in strings the writer has escaped those.
    if (character == "\n" || columns_of(code) > 0) {
      out += character;
    } else if (code < 0x10000) {
      out += escape("\\u%04x", code);
    } else {
      out += escape("\\u%04x", 0xD800 + ((code - 0x10000) >> 10));
      out += escape("\\u%04x", 0xDC00 + ((code - 0x10000) & 0x3FFU));
    }
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  const Utf8Scope utf8;
  std::size_t width = 0;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, client::sequence_length(text));
    width += static_cast<std::size_t>(columns_of(client::code_point(text.substr(0, length))));
    text.remove_prefix(length);
  }
  return width;
}

std::string clipped(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  const Utf8Scope utf8;
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, client::sequence_length(text.substr(at)));
    const int columns = columns_of(client::code_point(text.substr(at, length)));
    if (used + static_cast<std::size_t>(columns) > width - 1) break;
    used += static_cast<std::size_t>(columns);
    at += length;
  }
  return std::string(text.substr(0, at)) + "~";
}

}  // namespace quorate::cli
