// Where the actors that block run.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>
#include <utility>

#include "actors/server_context.h"

namespace quorate {

/// Spawns an actor that works on the disk: on a thread of its own, or, in a simulation or a test,
/// like any other.
template <class Actor, class... Args>
auto spawn_blocking(ServerContext& context, Args&&... args) {
  if (context.own_threads) {
    return context.system.spawn<Actor, caf::detached>(context, std::forward<Args>(args)...);
  }
  return context.system.spawn<Actor>(context, std::forward<Args>(args)...);
}

/// Lets the request path go first when cores are short. For a thread of one's own that does bulk
/// work nobody waits for; REQUIRES: called on it.
void yield_to_requests();

}  // namespace quorate
