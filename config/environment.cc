#include "config/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/foreign_keys.h"
#include "config/options.h"
#include "config/words.h"

namespace quorate {

using namespace words;

namespace {

constexpr std::string_view own_prefix = "QUORATE_";
constexpr std::string_view zoo_prefix = "ZOO_";

constexpr std::string_view digits = "0123456789";

/// Variables that belong to our other programs, or that load_config() reads itself.
bool is_elsewhere(std::string_view rest) {
  return rest == "CONFIG" || rest == "ENDPOINTS" || rest == "LAUNCHER" || rest == "AUTH" ||
         rest == "CONSOLE" || rest == "TOKEN_FILE" || rest == "CA" || rest == "CLIENT_CERT" ||
         rest == "CLIENT_KEY" || rest.starts_with("CLI_") || rest.starts_with("TEST_") ||
         rest.starts_with("BENCH_");
}

/// Kubernetes gives every pod variables about each service; a service named quorate-client gives
/// QUORATE_CLIENT_PORT=tcp://10.0.0.1:2181, which is not what our key of that name means.
bool is_from_kubernetes(std::string_view name, std::string_view value) {
  if (value.starts_with("tcp://") || value.starts_with("udp://")) return true;
  if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT")) return true;
  if (name.find("_SERVICE_PORT_") != name.npos) return true;
  const std::size_t port = name.find("_PORT_");
  if (port == name.npos) return false;
  const std::string_view behind = name.substr(port + 6);
  const std::size_t letters = behind.find_first_not_of(digits);
  return letters != behind.npos && letters > 0 &&
         (behind.substr(letters).starts_with("_TCP") || behind.substr(letters).starts_with("_UDP"));
}

/// "server.1" for SERVER_1, and likewise for GROUP_ and WEIGHT_.
std::optional<std::string> membership_key(std::string_view rest) {
  for (const std::string_view kind : {"SERVER", "GROUP", "WEIGHT"}) {
    if (!rest.starts_with(kind) || rest.size() <= kind.size() + 1 || rest[kind.size()] != '_')
      continue;
    const std::string_view number = rest.substr(kind.size() + 1);
    if (number.find_first_not_of(digits) == number.npos)
      return fmt::format("{}.{}", lower_case(kind), number);
  }
  return std::nullopt;
}

/// The key whose spelling in capitals is `rest`.
std::optional<std::string> key_of(std::string_view rest) {
  for (const Option& option : options()) {
    if (upper_snake(option.key.name) == rest) return std::string(option.key.name);
    for (const OptionAlias& alias : option.key.aliases)
      if (upper_snake(alias.name) == rest) return std::string(alias.name);
  }
  std::optional<std::string> found;
  for (const ForeignKey& foreign : foreign_keys()) {
    const bool open = foreign.pattern.back() == '*';
    const std::string_view stem =
        foreign.pattern.substr(0, foreign.pattern.size() - (open ? 1 : 0));
    const std::string snake = upper_snake(stem);
    if (snake == rest) return std::string(stem);
    if (open && !found && rest.starts_with(snake))
      found = fmt::format("{}{}", stem, lower_case(rest.substr(snake.size())));
  }
  return found;
}

/// Several lines in one variable: `key=value` words between blanks.
void read_lines(std::vector<ConfigSetting>& settings, std::vector<std::string>& problems,
                const ConfigOrigin& origin, std::string_view value) {
  for (const std::string_view line : split_blanks(value)) {
    const std::size_t equals = line.find('=');
    if (equals == line.npos) {
      problems.push_back(fmt::format("{}: {} is not key=value; several are separated by blanks",
                                     origin.place, quoted(line)));
      continue;
    }
    settings.push_back(
        {std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)), origin});
  }
}

void read_own(EnvironmentSettings& result, const std::string& name, const std::string& value) {
  const std::string_view rest = std::string_view(name).substr(own_prefix.size());
  if (is_elsewhere(rest)) return;
  const ConfigOrigin origin{ConfigSource::environment, "env " + escaped(name)};
  if (is_from_kubernetes(name, value)) {
    result.notices.push_back(fmt::format(
        "{}: ignored: it looks like what Kubernetes injects for a service", origin.place));
    return;
  }
  if (rest == "SERVERS") return read_lines(result.own, result.problems, origin, value);
  auto key = membership_key(rest);
  if (!key) key = key_of(rest);
  if (key) {
    result.own.push_back({std::move(*key), value, origin});
    return;
  }
  std::vector<std::string> names;
  for (const Option& option : options()) names.push_back(variable_of(option.key.name));
  const std::string_view near = nearest(name, {names.begin(), names.end()});
  result.problems.push_back(
      fmt::format("env {}: unknown variable{}", quoted(name),
                  near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

void read_zoo(EnvironmentSettings& result, const std::string& name, const std::string& value) {
  const ConfigOrigin origin{ConfigSource::zoo_environment, "env " + escaped(name)};
  if (name == "ZOO_CONF_DIR") return;
  if (name == "ZOO_SERVERS" || name == "ZOO_CFG_EXTRA")
    return read_lines(result.zoo, result.problems, origin, value);
  for (const auto& [variable, key] : zoo_variables()) {
    if (variable == name) {
      result.zoo.push_back({std::string(key), value, origin});
      return;
    }
  }
  const std::string lower = lower_case(value);
  const bool asked = lower == "yes" || lower == "true" || lower == "1";
  const bool protects = name == "ZOO_ENABLE_AUTH" || name == "ZOO_ENABLE_QUORUM_AUTH" ||
                        name == "ZOO_TLS_CLIENT_ENABLE" || name == "ZOO_TLS_QUORUM_ENABLE";
  if (protects && asked) {
    result.problems.push_back(
        fmt::format("{}: refused: it asks for SASL, which this server does not speak, or for TLS, "
                    "which is set up "
                    "by QUORATE_TLS_CERTIFICATE_FILE and QUORATE_TLS_KEY_FILE",
                    origin.place));
  } else {
    result.notices.push_back(fmt::format("{}: ignored: it has no meaning here", origin.place));
  }
}

}  // namespace

EnvironmentSettings read_environment(
    const std::vector<std::pair<std::string, std::string>>& variables) {
  EnvironmentSettings result;
  for (const auto& [name, value] : variables) {
    if (value.empty()) continue;
    if (name.starts_with(own_prefix)) read_own(result, name, value);
    if (name.starts_with(zoo_prefix)) read_zoo(result, name, value);
  }
  return result;
}

std::string variable_of(std::string_view key) { return std::string(own_prefix) + upper_snake(key); }

const std::vector<std::pair<std::string_view, std::string_view>>& zoo_variables() {
  static const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"ZOO_DATA_DIR", "dataDir"},
      {"ZOO_DATA_LOG_DIR", "dataLogDir"},
      {"ZOO_TICK_TIME", "tickTime"},
      {"ZOO_INIT_LIMIT", "initLimit"},
      {"ZOO_SYNC_LIMIT", "syncLimit"},
      {"ZOO_MAX_CLIENT_CNXNS", "maxClientCnxns"},
      {"ZOO_AUTOPURGE_PURGEINTERVAL", "autopurge.purgeInterval"},
      {"ZOO_AUTOPURGE_SNAPRETAINCOUNT", "autopurge.snapRetainCount"},
      {"ZOO_STANDALONE_ENABLED", "standaloneEnabled"},
      {"ZOO_ADMINSERVER_ENABLED", "admin.enableServer"},
      {"ZOO_4LW_COMMANDS_WHITELIST", "4lw.commands.whitelist"},
      {"ZOO_MY_ID", "server_id"},
  };
  return table;
}

}  // namespace quorate
