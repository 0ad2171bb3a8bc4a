// Sources of a configuration without a disk: files are texts.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "config/command_line.h"
#include "config/load.h"

namespace quorate::test {

using Files = std::map<std::string, std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

/// Sources with these files, of which `zoo.cfg` is the configuration if it is there.
inline ConfigSources sources(const Files& files, const Variables& environment = {},
                             const std::vector<std::string>& arguments = {}) {
  ConfigSources result;
  if (files.contains("zoo.cfg")) result.file = "zoo.cfg";
  result.environment = environment;
  const auto line = parse_command_line(arguments);
  REQUIRE_MESSAGE(line.ok(), (line.ok() ? "" : line.error().text));
  result.flags = line->flags;
  result.read_file = [files](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return Error{ErrorCode::no_node, path + ": does not exist"};
    return found->second;
  };
  return result;
}

/// The configuration of a file `zoo.cfg` with that text. REQUIRES: it is accepted.
inline LoadedConfig loaded(const ConfigSources& from) {
  auto result = load_config(from);
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().text));
  return std::move(*result);
}

inline LoadedConfig loaded_file(const std::string& text) {
  return loaded(sources({{"zoo.cfg", text}}));
}

/// Why it is refused. REQUIRES: it is.
inline std::string refusal(const ConfigSources& from) {
  const auto result = load_config(from);
  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::bad_arguments);
  return result.error().text;
}

inline std::string refusal_of_file(const std::string& text) {
  return refusal(sources({{"zoo.cfg", text}}));
}

}  // namespace quorate::test
