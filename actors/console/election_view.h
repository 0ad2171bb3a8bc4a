// What became of a server's role, as the admin API says it.
#pragma once

#include "actors/console/admin_call.h"
#include "actors/election_timeline.h"

namespace quorate {

[[nodiscard]] Json election_json(const ElectionEvent& event);

}  // namespace quorate
