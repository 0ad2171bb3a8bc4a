#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/words.h"

namespace quorate {

using namespace words;

Result<std::vector<ComponentLevel>> component_levels(std::string_view text) {
  std::vector<ComponentLevel> levels;
  if (trimmed(text).empty()) return levels;
  for (const std::string_view pair : split(text, ',')) {
    const std::size_t equals = pair.find('=');
    const std::string_view name = trimmed(pair.substr(0, equals));
    const std::string word =
        equals == std::string_view::npos ? "" : lower_case(trimmed(pair.substr(equals + 1)));
    const auto found = std::find(log_level_words.begin(), log_level_words.end(), word);
    const bool named =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
    if (!named || found == log_level_words.end()) {
      return Error{ErrorCode::bad_arguments,
                   fmt::format("has {}, which is not component=level; levels: trace, debug, info, "
                               "warn, error",
                               quoted(pair))};
    }
    levels.push_back({std::string(name), static_cast<LogLevel>(found - log_level_words.begin())});
  }
  return levels;
}

Result<std::vector<std::string>> auth_schemes(std::string_view text) {
  std::vector<std::string> schemes;
  if (trimmed(text).empty()) return schemes;
  for (const std::string_view word : split(text, ',')) {
    std::string scheme = lower_case(trimmed(word));
    if (scheme != "digest" && scheme != "ip" && scheme != "x509") {
      return Error{
          ErrorCode::bad_arguments,
          fmt::format("has {}, with which nobody can authenticate here; schemes: digest, ip, x509",
                      quoted(word))};
    }
    schemes.push_back(std::move(scheme));
  }
  return schemes;
}

}  // namespace quorate
