// From a file, the environment and flags to a checked Config, with the origin of every value.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "core/base/result.h"

namespace quorate {

/// Where a value came from. Later sources override earlier ones.
enum class ConfigSource : std::uint8_t { built_in, file, zoo_environment, environment, flag };

struct ConfigOrigin {
  ConfigSource source = ConfigSource::built_in;
  std::string place = "default";  ///< "zoo.cfg:7", "env ZOO_TICK_TIME", "flag --tick-time-ms".
  friend bool operator==(const ConfigOrigin&, const ConfigOrigin&) = default;
};

/// One `key = value` of any source, key in a spelling that a file may have.
struct ConfigSetting {
  std::string key;
  std::string value;
  ConfigOrigin origin;
};

/// Reads a small file as a whole. Errors: no_node when it does not exist.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// All that the configuration may depend on, so that loading it is a function.
struct ConfigSources {
  /// The configuration file; it must exist. Without it, the variable QUORATE_CONFIG names it
  /// (it must exist too), or else `zoo.cfg` in the directory ZOO_CONF_DIR is read if it exists.
  std::optional<std::string> file;
  /// All variables of the process; only those with QUORATE_ and ZOO_ are looked at.
  std::vector<std::pair<std::string, std::string>> environment;
  /// What the command line said; see parse_command_line().
  std::vector<ConfigSetting> flags;
  FileReader read_file;
};

/// By our name of the option, or by membership key ("server.1"); what is missing has its default.
using ConfigOrigins = std::map<std::string, ConfigOrigin, std::less<>>;

struct LoadedConfig {
  Config config;
  std::optional<std::string> file;  ///< The file that was read.
  ConfigOrigins origins;
  bool console_address_by_alias = false;  ///< It was given by ZooKeeper's name.
  /// What deserves to be known but stops nothing; one line each, for the log.
  std::vector<std::string> notices;

  [[nodiscard]] ConfigOrigin origin_of(std::string_view key) const;
};

/// Loads, merges (default < file < ZOO_* < QUORATE_* < flags) and checks everything, before
/// anything starts. Reads only through `sources.read_file`: the configuration file, the dynamic
/// file, and `myid` in the data directory.
/// Errors: bad_arguments; the text has one line for each problem, each naming place, key, value
/// and what is allowed. Values of secrets are not shown.
[[nodiscard]] Result<LoadedConfig> load_config(const ConfigSources& sources);

}  // namespace quorate
