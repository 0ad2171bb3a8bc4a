#include "config/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/membership.h"
#include "config/options.h"
#include "config/properties.h"

namespace quorate {
namespace {

constexpr std::string_view hidden = "(not shown)";

struct Row {
  std::string key;
  std::string value;
  std::string origin;
};

std::string shown_value(const Option& option, const Config& config) {
  std::string value = option.get(config);
  return option.is_secret() && !value.empty() ? std::string(hidden) : value;
}

std::vector<Row> rows_of(const LoadedConfig& loaded) {
  std::vector<Row> rows;
  for (const Option& option : options()) {
    rows.push_back({std::string(option.key.name), shown_value(option, loaded.config),
                    loaded.origin_of(option.key.name).place});
  }
  for (auto& [key, value] : membership_lines(loaded.config.membership)) {
    std::string origin = loaded.origin_of(key).place;
    rows.push_back({std::move(key), std::move(value), std::move(origin)});
  }
  return rows;
}

std::string print_table(const LoadedConfig& loaded) {
  std::vector<Row> rows = rows_of(loaded);
  rows.insert(rows.begin(), {"KEY", "VALUE", "ORIGIN"});
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  // One very long value shall not push all origins out of sight.
  constexpr std::size_t value_width_max = 40;
  for (const Row& row : rows) {
    key_width = std::max(key_width, row.key.size());
    value_width = std::max(value_width, std::min(row.value.size(), value_width_max));
  }
  std::string text;
  for (const Row& row : rows) {
    text += fmt::format("{:<{}}  {:<{}}  {}\n", row.key, key_width,
                        row.value.empty() ? "-" : row.value, value_width, row.origin);
  }
  for (const std::string& notice : loaded.notices) text += fmt::format("notice: {}\n", notice);
  return text;
}

nlohmann::ordered_json value_of(const Option& option, const Config& config) {
  if (const auto* number = std::get_if<NumberDomain>(&option.domain)) return number->get(config);
  if (const auto* flag = std::get_if<FlagDomain>(&option.domain)) return config.*flag->member;
  return shown_value(option, config);
}

std::string print_json(const LoadedConfig& loaded) {
  nlohmann::ordered_json root;
  root["file"] = loaded.file ? nlohmann::ordered_json(*loaded.file) : nlohmann::ordered_json();
  auto& options_json = root["options"] = nlohmann::ordered_json::object();
  for (const Option& option : options()) {
    const ConfigOrigin origin = loaded.origin_of(option.key.name);
    options_json[std::string(option.key.name)] = {{"value", value_of(option, loaded.config)},
                                                  {"source", to_string(origin.source)},
                                                  {"origin", origin.place}};
  }
  auto& members_json = root["members"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : membership_lines(loaded.config.membership)) {
    const ConfigOrigin origin = loaded.origin_of(key);
    members_json[key] = {
        {"value", value}, {"source", to_string(origin.source)}, {"origin", origin.place}};
  }
  root["notices"] = loaded.notices;
  // A path from the command line need not be UTF-8; replacing keeps dump() from throwing.
  constexpr int indent = 2;
  return root.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string print_properties(const LoadedConfig& loaded) {
  std::string text;
  std::string_view group;
  for (const Option& option : options()) {
    if (option.group != group) text += fmt::format("\n# {}\n", option.group);
    group = option.group;
    const std::string value = option.get(loaded.config);
    if (option.is_secret() && !value.empty()) {
      text += fmt::format("# {} is set by {} and not shown\n", option.key.name,
                          loaded.origin_of(option.key.name).place);
    } else {
      text += property_line(option.key.name, value) + "\n";
    }
  }
  const auto members = membership_lines(loaded.config.membership);
  if (!members.empty()) text += "\n# Members\n";
  // Members may stand in one place only, which dynamic_config_file already names.
  const bool elsewhere = !loaded.config.dynamic_config_file.empty();
  for (const auto& [key, value] : members)
    text += (elsewhere ? "# " : "") + property_line(key, value) + "\n";
  return text.substr(1);
}

}  // namespace

std::string_view to_string(ConfigSource source) {
  switch (source) {
    case ConfigSource::built_in:
      return "default";
    case ConfigSource::file:
      return "file";
    case ConfigSource::zoo_environment:
      return "zoo_environment";
    case ConfigSource::environment:
      return "environment";
    case ConfigSource::flag:
      return "flag";
  }
  return "";
}

std::string print_config(const LoadedConfig& loaded, PrintFormat format) {
  switch (format) {
    case PrintFormat::table:
      return print_table(loaded);
    case PrintFormat::json:
      return print_json(loaded);
    case PrintFormat::properties:
      return print_properties(loaded);
  }
  return {};
}

}  // namespace quorate
