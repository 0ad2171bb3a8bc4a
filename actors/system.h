// One server: wires its actors to its disk and its ports, starts and stops them.
#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "actors/server_context.h"
#include "config/config.h"
#include "config/load.h"
#include "core/base/result.h"

namespace quorate {

/// With this signal a server asks its own process to stop it and to start it again.
inline constexpr int start_over_signal = SIGUSR1;

/// A running server. Made whole or not at all: whatever can be refused (port, store, identity) is
/// refused before the first actor starts.
class System {
 public:
  virtual ~System() = default;
  /// Stops in order: no new connections, goodbyes, then the actors one by one. Bounded in time;
  /// whatever was acknowledged is on disk anyway, in the log if not in the image.
  virtual void stop() = 0;
};

/// `config` outlives the system. Errors name what was refused, where, and what to do. `origins`:
/// for who asks where a value comes from.
[[nodiscard]] Result<std::unique_ptr<System>> start_system(const Config& config, const Log& log,
                                                           const ConfigOrigins& origins);

}  // namespace quorate
