// The effective configuration, as the admin API says it.
#pragma once

#include "actors/console/admin_call.h"
#include "config/load.h"

namespace quorate {

/// Secrets are named, without their values.
[[nodiscard]] Json config_json(const Config& config, const ConfigOrigins& origins);

}  // namespace quorate
