#include "actors/console/election_view.h"

#include <utility>

namespace quorate {

Json election_json(const ElectionEvent& event) {
  Json json{{"seq", event.seq},
            {"at_ms", event.at_ms},
            {"event", to_string(event.event)},
            {"server", event.server.value},
            {"leader", event.leader ? Json(event.leader->value) : Json()},
            {"epoch", event.epoch ? Json(event.epoch->value) : Json()},
            {"zxid", to_string(event.zxid)},
            {"reason", event.reason ? Json(to_string(*event.reason)) : Json()},
            {"text", text_of(event)},
            {"lasted_ms", event.lasted ? Json(event.lasted->count()) : Json()}};
  if (event.votes.empty()) return json;
  Json votes = Json::array();
  for (const Vote& vote : event.votes) {
    votes.push_back({{"server", vote.server.value},
                     {"for", vote.leader.value},
                     {"epoch", vote.recency.current.value},
                     {"zxid", to_string(vote.recency.last)}});
  }
  json["votes"] = std::move(votes);
  return json;
}

}  // namespace quorate
