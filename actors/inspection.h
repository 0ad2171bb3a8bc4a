// The answer to a client's Inspect.
#pragma once

#include <chrono>
#include <cstddef>

#include "actors/notice_board.h"
#include "config/config.h"
#include "schema/client_messages.h"

namespace quorate {

/// What the server of this configuration is, as the notice has it. Holds no secrets: anybody may
/// ask.
[[nodiscard]] Inspection inspection_of(const Config& config, const Notice& notice,
                                       std::chrono::milliseconds uptime, std::size_t connections);

}  // namespace quorate
