#include "actors/console/config_view.h"

#include <utility>

#include "config/membership.h"
#include "config/options.h"

namespace quorate {

Json config_json(const Config& config, const ConfigOrigins& origins) {
  const Config defaults;
  Json items = Json::array();
  for (const Option& option : options()) {
    const auto origin = origins.find(option.key.name);
    const std::string value = option.get(config);
    items.push_back({{"name", option.key.name},
                     {"value", option.is_secret() ? Json() : Json(value)},
                     {"origin", origin == origins.end() ? "default" : origin->second.place},
                     {"is_default", value == option.get(defaults)},
                     {"group", option.group},
                     {"text", option.text}});
  }
  Json members = Json::array();
  for (const auto& [key, value] : membership_lines(config.membership)) {
    std::string line = key;
    members.push_back(line.append("=").append(value));
  }
  return {{"items", std::move(items)}, {"members", std::move(members)}};
}

}  // namespace quorate
