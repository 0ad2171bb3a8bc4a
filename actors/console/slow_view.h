// Slow requests, as the admin API says them.
#pragma once

#include "actors/console/admin_call.h"
#include "actors/slow_requests.h"

namespace quorate {

/// Without the path: that one is looked up in the log (logged_path.h).
[[nodiscard]] Json slow_json(const SlowRequest& request);

}  // namespace quorate
