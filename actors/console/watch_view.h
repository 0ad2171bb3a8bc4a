// Watches, as the console shows them.
#pragma once

#include <cstdint>

#include "actors/console/json.h"
#include "core/inquiry/state_answer.h"
#include "core/inquiry/state_inquiry.h"

namespace quorate {

/// The word of console/openapi.yaml for a kind of watch.
[[nodiscard]] std::string_view name_of(WatchKind kind);

/// The schema Watches of console/openapi.yaml, with how many fired of late.
[[nodiscard]] Json watches_view(const WatchesInquiry& asked, const WatchesAnswer& answer,
                                std::int64_t at_ms, double fired_per_s);

}  // namespace quorate
