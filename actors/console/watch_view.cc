#include "actors/console/watch_view.h"

#include <cmath>
#include <string>

namespace quorate {

std::string_view name_of(WatchKind kind) {
  switch (kind) {
    case WatchKind::data:
      return "data";
    case WatchKind::child:
      return "child";
    case WatchKind::persistent:
      return "persistent";
    case WatchKind::recursive:
      return "recursive";
  }
  return "data";
}

Json watches_view(const WatchesInquiry& asked, const WatchesAnswer& answer, std::int64_t at_ms,
                  double fired_per_s) {
  Json items = Json::array();
  for (const WatchesItem& item : answer.items) {
    Json json = {{"name", item.name}, {"watches", item.watches()}};
    for (std::size_t kind = 0; kind < watch_kinds; ++kind)
      json[std::string(name_of(static_cast<WatchKind>(kind)))] = item.kinds[kind];
    json["some"] = item.some;
    items.push_back(std::move(json));
  }
  return {{"at_ms", at_ms},
          {"by", asked.by == WatchesInquiry::By::path ? "path" : "session"},
          {"total", answer.total},
          {"offset", asked.offset},
          {"watches", answer.watches},
          {"paths", answer.paths},
          {"sessions", answer.watchers},
          {"fired_per_s", std::round(fired_per_s * 10) / 10},
          {"items", std::move(items)}};
}

}  // namespace quorate
