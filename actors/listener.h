// Accepts clients and owns their connections: caps, records, deadlines, and what is left of them.
#pragma once

#include <caf/io/typed_broker.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>

#include "actors/messages.h"

namespace quorate {

struct ServerContext;

///   (serve)    The server may be used from now on: accepting begins.
///   (tick, n)  Its own: looks for connections that never said hello.
using Listener = caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<serve_a>,
                                  caf::reacts_to<tick_a, std::uint64_t>>;

/// On an exit message it accepts no more, dismisses its connections, and ends when they have.
/// `socket`: bound and listening; taken over.
Listener spawn_listener(ServerContext& context, int socket);

}  // namespace quorate
