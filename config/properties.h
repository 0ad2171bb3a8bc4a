// The syntax of zoo.cfg: Java's properties files, read strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate {

/// One `key=value`, unescaped, blanks around the value removed (as ZooKeeper does).
struct Property {
  std::string key;
  std::string value;
  std::uint32_t line = 0;  ///< Where it starts, from 1.

  friend bool operator==(const Property&, const Property&) = default;
};

inline constexpr std::size_t properties_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t properties_max = 4096;

/// The properties of `text` in their order. `file` names it in errors: "zoo.cfg:7: ...".
///
/// As in Java: `#` or `!` starts a comment line; the key ends at the first unescaped `=`, `:` or
/// blank; a backslash at the end of a line continues it, leading blanks of the next one dropped;
/// \t \n \r \f and \uXXXX are escapes, and before anything else the backslash is dropped. Lines
/// end in LF, CR or CRLF.
/// Stricter than Java: the text is UTF-8 (a byte order mark is skipped); a key given twice, an
/// empty key, a malformed \u, a lone surrogate, NUL, more than 1 MiB or 4,096 keys are refused
/// with bad_arguments.
[[nodiscard]] Result<std::vector<Property>> parse_properties(std::string_view text,
                                                             std::string_view file);

/// `key=value` in that syntax, without line end, escaped so that it parses back to the same.
/// REQUIRES: valid UTF-8 without NUL, no blanks around the value.
[[nodiscard]] std::string property_line(std::string_view key, std::string_view value);

}  // namespace quorate
