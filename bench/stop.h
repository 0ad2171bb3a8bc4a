// Ending what would go on: a responder, the window of a load.
#pragma once

#include <atomic>

namespace quorate::bench {

/// From now on the first SIGINT or SIGTERM asks for the end, and a second one ends the process.
void stop_on_signals();

[[nodiscard]] const std::atomic<bool>& stop_requested();

}  // namespace quorate::bench
