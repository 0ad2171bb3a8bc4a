#include "client/cli/stat_view.h"

#include "client/cli/text.h"

namespace quorate::cli {

Json to_json(const Stat& stat) {
  Json json;
  json["czxid"] = to_string(stat.czxid);
  json["mzxid"] = to_string(stat.mzxid);
  json["pzxid"] = to_string(stat.pzxid);
  json["ctime"] = to_iso_time(stat.ctime_ms);
  json["mtime"] = to_iso_time(stat.mtime_ms);
  json["version"] = stat.version;
  json["cversion"] = stat.cversion;
  json["aversion"] = stat.aversion;
  json["ephemeral_owner"] =
      stat.ephemeral_owner.value == 0 ? Json() : Json(to_string(stat.ephemeral_owner));
  json["data_length"] = stat.data_length;
  json["num_children"] = stat.num_children;
  return json;
}

std::string to_text(const Stat& stat) {
  constexpr std::size_t width = 17;
  std::string text;
  const Json json = to_json(stat);
  for (const auto& [name, value] : json.items()) {
    std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    if (value.is_null()) shown = "-";
    text += (text.empty() ? "" : "\n") + name + std::string(width - name.size(), ' ') + shown;
  }
  return text;
}

}  // namespace quorate::cli
