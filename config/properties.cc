#include "config/properties.h"

#include <fmt/format.h>

#include "config/words.h"
#include "core/base/flat_map.h"

namespace quorate {

using namespace words;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | (point >> 6));
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3f));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

/// Walks over the text once; every read is bounded by its end.
class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Result<std::vector<Property>> read() {
    if (text_.size() > properties_bytes_max) {
      return Error{ErrorCode::bad_arguments,
                   fmt::format("{}: is larger than {} bytes", file_, properties_bytes_max)};
    }
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    while (skip_to_property()) {
      if (properties_.size() == properties_max)
        return fail(fmt::format("is the key beyond the {} a file may have", properties_max));
      if (const Status status = read_property(); !status) return status.error();
    }
    return std::move(properties_);
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return text_[at_]; }
  [[nodiscard]] bool at_line_end() const { return at_end() || is_line_end(peek()); }

  [[nodiscard]] Error fail(std::string_view what) const { return fail_at(line_, what); }
  [[nodiscard]] Error fail_at(std::uint32_t line, std::string_view what) const {
    return Error{ErrorCode::bad_arguments, fmt::format("{}:{}: {}", file_, line, what)};
  }

  void skip_line_end() {
    if (at_end()) return;
    const bool carriage_return = peek() == '\r';
    ++at_;
    if (carriage_return && !at_end() && peek() == '\n') ++at_;
    ++line_;
  }

  void skip_blanks() {
    while (!at_end() && is_blank(peek())) ++at_;
  }

  /// Past empty lines and comments; false at the end of the text.
  bool skip_to_property() {
    while (true) {
      skip_blanks();
      if (at_end()) return false;
      const bool comment = peek() == '#' || peek() == '!';
      while (comment && !at_line_end()) ++at_;
      if (!at_line_end()) return true;
      skip_line_end();
    }
  }

  Status read_property() {
    Property property;
    property.line = line_;
    if (Status status = read_piece(property.key, true); !status) return status;
    if (property.key.empty()) return fail_at(property.line, "has no key before its separator");
    skip_continued_blanks();
    if (!at_line_end() && (peek() == '=' || peek() == ':')) {
      ++at_;
      skip_continued_blanks();
    }
    if (Status status = read_piece(property.value, false); !status) return status;
    property.value = trimmed(property.value);
    skip_line_end();

    const auto [earlier, fresh] = lines_.try_emplace(property.key, property.line);
    if (!fresh) {
      return fail_at(property.line, fmt::format("{} was already given at line {}",
                                                quoted(property.key), earlier->second));
    }
    properties_.push_back(std::move(property));
    return {};
  }

  /// A backslash before a line end joins the next line, whose leading blanks don't count.
  bool skip_continuation() {
    if (at_end() || peek() != '\\') return false;
    if (at_ + 1 < text_.size() && !is_line_end(text_[at_ + 1])) return false;
    ++at_;
    skip_line_end();
    skip_blanks();
    return true;
  }

  void skip_continued_blanks() {
    skip_blanks();
    while (skip_continuation()) skip_blanks();
  }

  /// Appends unescaped text up to the line's end; of a key, up to its separator.
  Status read_piece(std::string& out, bool key) {
    while (!at_line_end()) {
      if (skip_continuation()) continue;
      const char c = peek();
      if (key && (c == '=' || c == ':' || is_blank(c))) return {};
      if (c == '\\') {
        if (Status status = read_escape(out); !status) return status;
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) return fail("has a byte that is not UTF-8");
      if (c == '\0') return fail("has a NUL byte");
      out += text_.substr(at_, length);
      at_ += length;
    }
    return {};
  }

  /// REQUIRES: a backslash is here, and something other than a line end behind it.
  Status read_escape(std::string& out) {
    ++at_;
    const char c = peek();
    if (c == 'u') return read_unicode(out);
    const std::size_t found = std::string_view("tnrf").find(c);
    if (found != std::string_view::npos) {
      out += std::string_view("\t\n\r\f")[found];
      ++at_;
    } else if (const std::size_t length = utf8_length(text_.substr(at_)); length > 0 && c != '\0') {
      out += text_.substr(at_, length);
      at_ += length;
    } else {
      return fail("has a byte after a backslash that is not UTF-8, or NUL");
    }
    return {};
  }

  Status read_unicode(std::string& out) {
    std::uint32_t point = 0;
    if (!read_unit(point)) return fail("has a \\u without four hexadecimal digits");
    if (point == 0) return fail("has \\u0000, which no value may contain");
    if (point >= 0xd800 && point < 0xdc00) {
      std::uint32_t low = 0;
      const bool escaped = text_.substr(at_).starts_with("\\u");
      if (escaped) ++at_;
      if (!escaped || !read_unit(low) || low < 0xdc00 || low >= 0xe000)
        return fail("has a \\u of half a surrogate pair");
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xdc00 && point < 0xe000) {
      return fail("has a \\u of half a surrogate pair");
    }
    append_utf8(out, point);
    return {};
  }

  /// The `uXXXX` here; false unless it has four hexadecimal digits.
  bool read_unit(std::uint32_t& unit) {
    if (text_.size() - at_ < 5) return false;
    for (std::size_t i = 1; i <= 4; ++i) {
      const std::size_t digit =
          std::string_view("0123456789abcdef0123456789ABCDEF").find(text_[at_ + i]);
      if (digit == std::string_view::npos) return false;
      unit = unit * 16 + static_cast<std::uint32_t>(digit % 16);
    }
    at_ += 5;
    return true;
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::vector<Property> properties_;
  TextMap<std::uint32_t> lines_;
};

void append_escaped(std::string& out, std::string_view text, bool key) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool separator = key && (c == '=' || c == ':' || c == ' ');
    const bool comment = key && i == 0 && (c == '#' || c == '!');
    if (c == '\\' || separator || comment) {
      out += '\\';
      out += c;
    } else if (has_control_bytes(text.substr(i, 1))) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
}

}  // namespace

Result<std::vector<Property>> parse_properties(std::string_view text, std::string_view file) {
  return Reader(text, file).read();
}

std::string property_line(std::string_view key, std::string_view value) {
  std::string line;
  append_escaped(line, key, true);
  line += '=';
  append_escaped(line, value, false);
  return line;
}

}  // namespace quorate
