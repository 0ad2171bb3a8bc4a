#include "actors/console/trace_view.h"

#include <cmath>
#include <string>
#include <utility>

namespace quorate {
namespace {

double microseconds(std::uint64_t ns) { return std::round(static_cast<double>(ns) / 100) / 10; }

}  // namespace

Json traced_json(const TracedMessage& message, const ActorRegistry& registry) {
  // Who has ended meanwhile is known by nothing but its id, which says nothing to people.
  std::string from = message.from == 0 ? std::string() : registry.title_of(message.from);
  return {{"seq", message.number},
          {"at_ms", message.at_ms},
          {"message", message.message},
          {"wait_us", message.wait_ns ? Json(microseconds(*message.wait_ns)) : Json()},
          {"took_us", microseconds(message.took_ns)},
          {"from", from.empty() ? Json() : Json(std::move(from))}};
}

Json trace_item_json(std::uint64_t actor, const TracedMessage& message,
                     const ActorRegistry& registry) {
  Json item{{"actor", actor}, {"name", registry.title_of(actor)}};
  item.update(traced_json(message, registry));
  return item;
}

}  // namespace quorate
