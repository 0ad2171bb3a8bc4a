#include "actors/console/log_view.h"

#include <array>
#include <utility>

#include "config/log_level.h"

namespace quorate {

Json log_line_json(const KeptLine& line) {
  Json fields = Json::parse(line.json, nullptr, false);
  if (!fields.is_object()) fields = Json::object();
  Json event = fields.value("event", Json(""));
  // What every line has stands beside the fields of the event.
  for (const char* key : {"time", "level", "event", "server", "component"}) fields.erase(key);
  return {{"seq", line.seq},
          {"at_ms", line.at_ms},
          {"level", to_string(line.level)},
          {"component", line.component},
          {"event", std::move(event)},
          {"fields", std::move(fields)}};
}

}  // namespace quorate
