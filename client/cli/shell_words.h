// Lines of the shell: words, and the spellings of ZooKeeper's own shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quorate::cli {

/// Splits at blanks; single and double quotes and backslashes keep them. A word that starts with
/// '#' begins a comment. Error bad_arguments for a quote that is not closed.
[[nodiscard]] Result<std::vector<std::string>> split_line(std::string_view line);

/// "getAcl /a" becomes "acl get /a", and so on; others stay as they are.
[[nodiscard]] std::vector<std::string> translate(std::vector<std::string> words);

/// Whether the line holds credentials and must not be kept in the history.
[[nodiscard]] bool holds_secret(std::string_view line);

}  // namespace quorate::cli
