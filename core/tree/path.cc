#include "core/tree/path.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/check.h"

namespace quorate::path {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< 0: the bytes are no UTF-8.
};

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// Decodes the sequence at `at`, refusing what has a shorter form. Surrogates pass: they are
/// forbidden anyway, and are then named as such.
CodePoint decode(std::string_view text, std::size_t at) {
  const std::uint32_t first = byte_at(text, at);
  if (first < 0x80) return {first, 1};

  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t least = 0;
  if ((first & 0xe0) == 0xc0) {
    length = 2, value = first & 0x1f, least = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, value = first & 0x0f, least = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, value = first & 0x07, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() - at < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint32_t next = byte_at(text, at + i);
    if ((next & 0xc0) != 0x80) return {};
    value = (value << 6) | (next & 0x3f);
  }
  if (value < least) return {};
  return {value, length};
}

bool is_forbidden(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f) ||
         (code_point >= 0xd800 && code_point <= 0xf8ff) || code_point >= 0xfff0;
}

Status refuse(const char* what, std::size_t at) {
  return Status(ErrorCode::bad_arguments,
                std::string("path: ") + what + " at byte " + std::to_string(at));
}

Status validate_characters(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const CodePoint next = decode(path, at);
    if (next.bytes == 0) return refuse("invalid UTF-8", at);
    if (is_forbidden(next.value)) return refuse("forbidden character", at);
    at += next.bytes;
  }
  return {};
}

/// All segments between two slashes; what follows the last slash is the caller's.
Status validate_segment(std::string_view segment, std::size_t at) {
  if (segment.empty()) return refuse("empty segment", at);
  if (segment == "." || segment == "..") return refuse("relative segment", at);
  return {};
}

Status validate_all_but_last_segment(std::string_view path) {
  if (path.empty()) return refuse("empty", 0);
  if (path.front() != '/') return refuse("no leading '/'", 0);
  if (Status status = validate_characters(path); !status.ok()) return status;
  std::size_t begin = 1;
  for (std::size_t end = path.find('/', begin); end != std::string_view::npos;
       end = path.find('/', begin)) {
    if (Status status = validate_segment(path.substr(begin, end - begin), begin); !status.ok()) {
      return status;
    }
    begin = end + 1;
  }
  return {};
}

}  // namespace

Status validate(std::string_view path) {
  if (Status status = validate_all_but_last_segment(path); !status.ok()) return status;
  if (path.size() == 1) return {};
  return validate_segment(name(path), path.rfind('/') + 1);
}

Status validate_sequential(std::string_view path) { return validate_all_but_last_segment(path); }

std::string_view parent(std::string_view path) {
  check(path.size() > 1 && path.front() == '/',
        "the parent of an absolute path other than the root");
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view name(std::string_view path) {
  check(path.size() > 1 && path.front() == '/', "the name of an absolute path other than the root");
  return path.substr(path.rfind('/') + 1);
}

bool is_within(std::string_view path, std::string_view ancestor) {
  if (!path.starts_with(ancestor)) return false;
  return path.size() == ancestor.size() || ancestor == "/" || path[ancestor.size()] == '/';
}

}  // namespace quorate::path
