// A message that a traced actor has handled, as the admin API says it.
#pragma once

#include <cstdint>

#include "actors/console/admin_call.h"
#include "actors/runtime/actor_registry.h"

namespace quorate {

/// TracedMessage of console/openapi.yaml. Kinds and times, never contents.
[[nodiscard]] Json traced_json(const TracedMessage& message, const ActorRegistry& registry);

/// TraceItem: the same, with the actor that handled it.
[[nodiscard]] Json trace_item_json(std::uint64_t actor, const TracedMessage& message,
                                   const ActorRegistry& registry);

}  // namespace quorate
