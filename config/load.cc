#include "config/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/checks.h"
#include "config/environment.h"
#include "config/foreign_keys.h"
#include "config/options.h"
#include "config/properties.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

constexpr std::size_t problems_shown_max = 20;
constexpr std::size_t source_count = 5;
constexpr std::size_t path_bytes_shown_max = 256;

Error refused(const std::vector<std::string>& problems) {
  std::string text;
  const std::size_t shown = std::min(problems.size(), problems_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += '\n';
    text += problems[i];
  }
  if (problems.size() > shown) text += fmt::format("\n... and {} more", problems.size() - shown);
  return Error{ErrorCode::bad_arguments, std::move(text)};
}

/// Merges the layers into one configuration; collects every problem instead of the first.
class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {}

  Result<LoadedConfig> load() {
    if (Status status = read_file_layer(); !status) return status.error();
    const EnvironmentSettings environment = read_environment(sources_.environment);
    loaded_.notices.insert(loaded_.notices.end(), environment.notices.begin(),
                           environment.notices.end());
    problems_.insert(problems_.end(), environment.problems.begin(), environment.problems.end());
    apply_layer(environment.zoo);
    apply_layer(environment.own);
    apply_layer(sources_.flags);
    if (!problems_.empty()) return refused(problems_);

    adopt_membership();
    if (problems_.empty()) adopt_server_id();
    if (problems_.empty()) adopt_own_member();
    if (problems_.empty()) open_to_network_as_zookeeper_does();
    if (!problems_.empty()) return refused(problems_);

    derive_defaults(loaded_);
    keep_console_local(loaded_);
    problems_ = contradictions(loaded_);
    if (!problems_.empty()) return refused(problems_);
    return std::move(loaded_);
  }

 private:
  void problem(const ConfigOrigin& origin, std::string_view what) {
    problems_.push_back(fmt::format("{}: {}", origin.place, what));
  }

  // ---- The configuration file.

  [[nodiscard]] const std::string* variable(std::string_view name) const {
    for (const auto& [variable, value] : sources_.environment)
      if (variable == name && !value.empty()) return &value;
    return nullptr;
  }

  Status read_file_layer() {
    std::optional<std::string> path = sources_.file;
    const std::string* named = variable("QUORATE_CONFIG");
    const std::string* directory = variable("ZOO_CONF_DIR");
    const bool must_exist = path || named != nullptr;
    if (!path && named != nullptr) path = *named;
    if (!path && directory != nullptr) path = *directory + "/zoo.cfg";
    if (!path) return {};

    const auto text = sources_.read_file(*path);
    if (!text && text.code() == ErrorCode::no_node && !must_exist) return {};
    if (!text) return text.status();
    const std::string shown = escaped(*path, path_bytes_shown_max);
    auto properties = parse_properties(*text, shown);
    if (!properties) return properties.status();
    loaded_.file = path;
    std::vector<ConfigSetting> settings;
    for (Property& property : *properties) {
      settings.push_back({std::move(property.key),
                          std::move(property.value),
                          {ConfigSource::file, fmt::format("{}:{}", shown, property.line)}});
    }
    apply_layer(settings);
    return {};
  }

  // ---- One layer of settings over the others.

  void apply_layer(const std::vector<ConfigSetting>& settings) {
    std::map<std::string_view, ConfigOrigin> seen;
    for (const ConfigSetting& setting : settings) {
      // Java's name of the property, which people copy into the file.
      constexpr std::string_view java_prefix = "zookeeper.";
      std::string_view key = setting.key;
      if (key.starts_with(java_prefix)) key.remove_prefix(java_prefix.size());

      if (is_membership_key(key)) {
        members_[static_cast<std::size_t>(setting.origin.source)].push_back(setting);
        members_[static_cast<std::size_t>(setting.origin.source)].back().key = key;
      } else if (const OptionName name = find_option(key); name.option != nullptr) {
        apply_option(name, setting, seen);
      } else if (const ForeignKey* foreign = find_foreign_key(key); foreign != nullptr) {
        apply_foreign(*foreign, key, setting);
      } else {
        // A suggestion is dear, and only the first problems are shown.
        const std::string_view near =
            problems_.size() < problems_shown_max ? nearest_key(key) : std::string_view();
        problem(setting.origin,
                fmt::format("{} is not a known key{}", quoted(setting.key),
                            near.empty() ? "" : fmt::format("; did you mean {}?", near)));
      }
    }
  }

  void apply_option(const OptionName& name, const ConfigSetting& setting,
                    std::map<std::string_view, ConfigOrigin>& seen) {
    const Option& option = *name.option;
    const std::string_view value = trimmed(setting.value);
    const auto [earlier, fresh] = seen.try_emplace(option.key.name, setting.origin);
    if (!fresh) {
      problem(setting.origin, fmt::format("{} was already given at {} ({})", setting.key,
                                          earlier->second.place, option.key.name));
      return;
    }
    if (const Status status = option.set(loaded_.config, value, name.alias); !status) {
      const std::string shown = option.is_secret() ? "(not shown)" : quoted(value);
      problem(setting.origin, fmt::format("{} = {} {}", setting.key, shown, status.error().text));
      return;
    }
    if (is_default_mark(value, name.alias)) {
      loaded_.origins.erase(std::string(option.key.name));
    } else {
      loaded_.origins[std::string(option.key.name)] = setting.origin;
    }
    if (option.key.name == "client_port") port_by_alias_ = name.alias != nullptr;
    if (option.key.name == "console_address")
      loaded_.console_address_by_alias = name.alias != nullptr;
  }

  void apply_foreign(const ForeignKey& foreign, std::string_view key,
                     const ConfigSetting& setting) {
    if (foreign.treatment == ForeignKey::Treatment::ignored) {
      loaded_.notices.push_back(
          fmt::format("{}: {} ignored: {}", setting.origin.place, quoted(key), foreign.reason));
    } else if (!is_harmless(foreign, trimmed(setting.value))) {
      // Values of foreign keys may be passwords; only those with a list of harmless ones are not.
      const std::string value =
          foreign.harmless.empty() ? "" : fmt::format(" = {}", quoted(setting.value));
      problem(setting.origin, fmt::format("{}{} refused: {}", quoted(key), value, foreign.reason));
    }
  }

  // ---- Members of the ensemble.

  /// The lines of the highest source that has any; a dynamic file counts as the source that
  /// named it.
  void adopt_membership() {
    if (!loaded_.config.dynamic_config_file.empty()) read_dynamic_file();
    const auto highest = std::find_if(members_.rbegin(), members_.rend(),
                                      [](const auto& lines) { return !lines.empty(); });
    if (highest == members_.rend() || !problems_.empty()) return;
    Membership& membership = loaded_.config.membership;
    for (const ConfigSetting& line : *highest) {
      if (const Status status = add_membership_line(membership, line.key, line.value); !status) {
        problem(line.origin, fmt::format("{} = {} {}", escaped(line.key), quoted(line.value),
                                         status.error().text));
      }
      loaded_.origins[line.key] = line.origin;
    }
    if (!problems_.empty()) return;
    if (const Status status = check_membership(membership); !status) {
      problem(highest->front().origin, status.error().text);
    }
  }

  void read_dynamic_file() {
    const std::string& path = loaded_.config.dynamic_config_file;
    const ConfigOrigin named = loaded_.origin_of("dynamic_config_file");
    auto& lines = members_[static_cast<std::size_t>(named.source)];
    if (!lines.empty()) {
      problem(lines.front().origin,
              fmt::format("{} may not stand here and in the dynamic file {} too",
                          escaped(lines.front().key), quoted(path)));
      return;
    }
    const auto text = sources_.read_file(path);
    auto properties =
        text ? parse_properties(*text, path) : Result<std::vector<Property>>(text.error());
    if (!properties) {
      problem(named, properties.error().text);
      return;
    }
    for (Property& property : *properties) {
      const ConfigOrigin origin{named.source, fmt::format("{}:{}", path, property.line)};
      if (is_membership_key(property.key)) {
        lines.push_back({std::move(property.key), std::move(property.value), origin});
      } else if (property.key != "version") {
        problem(origin, fmt::format("{} is not a key of a dynamic file; allowed: server.N, "
                                    "group.N, weight.N, version",
                                    quoted(property.key)));
      }
    }
  }

  // ---- Which server this is, and where it listens.

  void adopt_server_id() {
    Config& config = loaded_.config;
    const Option& option = *find_option("server_id").option;
    const ConfigOrigin configured = loaded_.origin_of("server_id");
    const std::string path = config.data_dir + "/myid";
    const auto text = sources_.read_file(path);
    if (text) {
      Config stored;
      const std::vector<std::string_view> words = split_blanks(*text);
      const Status status =
          option.set(stored, words.size() == 1 ? words.front() : std::string_view(*text));
      const ConfigOrigin origin{ConfigSource::file, path};
      if (!status) {
        problem(origin, fmt::format("server_id = {} {}", quoted(*text), status.error().text));
      } else if (configured.source != ConfigSource::built_in &&
                 stored.server_id != config.server_id) {
        problem(configured,
                fmt::format("server_id = {}, but {} says {}: this data belongs to another server",
                            config.server_id.value, path, stored.server_id.value));
      } else if (configured.source == ConfigSource::built_in) {
        config.server_id = stored.server_id;
        loaded_.origins["server_id"] = origin;
      }
    } else if (text.code() != ErrorCode::no_node) {
      problems_.push_back(text.error().text);
    } else if (configured.source == ConfigSource::built_in &&
               config.membership.members.size() == 1) {
      const auto& [id, member] = *config.membership.members.begin();
      config.server_id = id;
      loaded_.origins["server_id"] = loaded_.origin_of(fmt::format("server.{}", id.value));
    }
  }

  void adopt_own_member() {
    Config& config = loaded_.config;
    if (config.membership.members.empty()) return;
    const auto found = config.membership.members.find(config.server_id);
    if (found == config.membership.members.end()) {
      problem(loaded_.origin_of("server_id"),
              fmt::format("server_id = {} has no server.{} line", config.server_id.value,
                          config.server_id.value));
      return;
    }
    const ConfigOrigin origin = loaded_.origin_of(fmt::format("server.{}", config.server_id.value));
    Member& own = found->second;
    take_over("peer_address", own.addresses.front().host, origin);
    take_over("peer_port", fmt::format("{}", own.addresses.front().quorum_port), origin);
    if (own.client) {
      take_over("client_address", own.client->host, origin);
      take_over("client_port", fmt::format("{}", own.client->port), origin);
      if (config.client_port == 0) {
        problem(loaded_.origin_of("client_port"),
                fmt::format("client_port = 0 lets the system choose a port, but this server's line "
                            "({}) has to name it",
                            origin.place));
      }
      own.client = ClientAddress{config.client_address, config.client_port};
    }
    // A flag may have moved this server: its line shall say where it is.
    own.addresses.front().host = config.peer_address;
    own.addresses.front().quorum_port = config.peer_port;
  }

  /// What a server line says about an option: it overrides lower sources, yields to higher ones
  /// and must agree with its own.
  void take_over(std::string_view key, const std::string& value, const ConfigOrigin& origin) {
    const Option& option = *find_option(key).option;
    const ConfigOrigin before = loaded_.origin_of(key);
    if (before.source > origin.source) return;
    if (before.source == origin.source && option.get(loaded_.config) != value) {
      problem(before, fmt::format("{} = {}, but this server's line ({}) says {}", key,
                                  option.get(loaded_.config), origin.place, value));
      return;
    }
    if (const Status status = option.set(loaded_.config, value); !status)
      problem(origin, fmt::format("{} = {} {}", key, quoted(value), status.error().text));
    loaded_.origins[std::string(key)] = origin;
  }

  /// In ZooKeeper a clientPort without clientPortAddress listens on all addresses; who brings
  /// such a file means that. Our own spelling keeps the safe default.
  void open_to_network_as_zookeeper_does() {
    const ConfigOrigin port = loaded_.origin_of("client_port");
    const bool from_file = port.source == ConfigSource::file && port_by_alias_;
    if (!from_file || loaded_.origin_of("client_address").source != ConfigSource::built_in) return;
    loaded_.config.client_address = "0.0.0.0";
    loaded_.origins["client_address"] = {
        ConfigSource::file, fmt::format("{} (clientPort without clientPortAddress)", port.place)};
    loaded_.notices.push_back(fmt::format(
        "{}: clientPort without clientPortAddress listens on all addresses, as in ZooKeeper; "
        "set clientPortAddress or write client_port",
        port.place));
  }

  const ConfigSources& sources_;
  LoadedConfig loaded_;
  std::array<std::vector<ConfigSetting>, source_count> members_;  ///< Membership lines by source.
  bool port_by_alias_ = false;
  std::vector<std::string> problems_;
};

}  // namespace

ConfigOrigin LoadedConfig::origin_of(std::string_view key) const {
  const auto found = origins.find(key);
  return found == origins.end() ? ConfigOrigin{} : found->second;
}

Result<LoadedConfig> load_config(const ConfigSources& sources) { return Loader(sources).load(); }

}  // namespace quorate
