#include "client/cli/event_view.h"

namespace quorate::cli {

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::created:
      return "created";
    case EventType::deleted:
      return "deleted";
    case EventType::data_changed:
      return "data_changed";
    case EventType::children_changed:
      return "children_changed";
    case EventType::none:
      break;
  }
  return "none";
}

Json to_json(const WatchEvent& event) {
  return Json{{"type", name_of(event.type)},
              {"path", event.path},
              {"zxid", event.zxid.value == 0 ? Json() : Json(to_string(event.zxid))}};
}

std::string to_text(const WatchEvent& event) {
  const std::string zxid = event.zxid.value == 0 ? "-" : to_string(event.zxid);
  return zxid + "\t" + std::string(name_of(event.type)) + "\t" + event.path;
}

}  // namespace quorate::cli
