// A line of the server's log, as the admin API says it.
#pragma once

#include "actors/console/admin_call.h"
#include "actors/log_ring.h"

namespace quorate {

[[nodiscard]] Json log_line_json(const KeptLine& line);

}  // namespace quorate
