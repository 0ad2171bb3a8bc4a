// Paths: what is accepted obeys the rules, judged a second time in the simplest way.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/tree/path.h"

namespace quorate {
namespace {

/// The rules for ASCII, by looking for what must not be there.
bool breaks_a_rule(std::string_view path) {
  for (const char character : path) {
    const auto byte = static_cast<std::uint8_t>(character);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  const std::string closed = std::string(path) + "/";
  return !path.starts_with('/') || (path.size() > 1 && path.ends_with('/')) ||
         path.find("//") != std::string_view::npos || closed.find("/./") != std::string::npos ||
         closed.find("/../") != std::string::npos;
}

void check_family(std::string_view path) {
  check(path::is_within(path, path), "a path is within itself");
  check(path::is_within(path, "/"), "every path is within the root");
  if (path == "/") return;
  const std::string_view parent = path::parent(path);
  const std::string_view name = path::name(path);
  check(path::validate(parent).ok(), "a valid path has a valid parent");
  check(!name.empty() && name.find('/') == std::string_view::npos, "a name is one segment");
  check((parent == "/" ? "/" : std::string(parent) + "/") + std::string(name) == path,
        "parent and name make the path");
  check(path::is_within(path, parent) && !path::is_within(parent, path),
        "a path is within its parent, not the other way around");
}

void check_path(std::string_view path) {
  const bool valid = path::validate(path).ok();
  if (valid) {
    check(!breaks_a_rule(path), "what is accepted obeys the rules");
    check(path::validate_sequential(path).ok(), "a path may be the prefix of a sequential node");
    check_family(path);
  }
  if (path::validate_sequential(path).ok()) {
    // The number makes a whole segment of whatever was there, dots included.
    check(path::validate(std::string(path) + "0000000001").ok(),
          "a number makes a sequential node's prefix a path");
  }
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  quorate::check_path(text);
  quorate::check_path("/" + std::string(text));
  return 0;
}
