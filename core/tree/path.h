// The rules of znode paths.
#pragma once

#include <string_view>

#include "core/base/result.h"

namespace quorate::path {

/// Whether `path` may name a node to create: "/", or starts with '/', no empty, "." or ".."
/// segment, no trailing '/', valid UTF-8, and none of U+0000-U+001F, U+007F-U+009F, U+D800-U+F8FF,
/// U+FFF0-U+FFFF. Nothing above U+FFFF either: ZooKeeper forbids surrogates in UTF-16, so its
/// clients could not name such a node. Error bad_arguments, whose text names the offending place.
[[nodiscard]] Status validate(std::string_view path);

/// As validate(), for the path of a sequential node before its number is appended: valid if the
/// path with a number behind it is, so it may end in '/' or in a segment "." or "..".
[[nodiscard]] Status validate_sequential(std::string_view path);

/// "/a/b" of "/a/b/c", "/" of "/a". REQUIRES: starts with '/', is not "/".
[[nodiscard]] std::string_view parent(std::string_view path);

/// "c" of "/a/b/c". REQUIRES: as parent().
[[nodiscard]] std::string_view name(std::string_view path);

/// Whether `path` is `ancestor` or lies below it: "/a/b" is within "/a" and "/", "/ab" is not
/// within "/a".
[[nodiscard]] bool is_within(std::string_view path, std::string_view ancestor);

}  // namespace quorate::path
