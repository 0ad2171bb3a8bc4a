// Accepts clients and owns their connections: caps, records, deadlines, and what is left of them.
#pragma once

#include <caf/io/typed_broker.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>

#include "actors/messages.h"

namespace quorate {

struct ServerContext;

///   (meet, peers)  Accepting begins. Clients of a server that serves nobody yet wait for their
///                  session; those that only want to know how it is doing are told at once.
///   (tick, n)      Its own: looks for connections that never said hello.
using Listener =
    caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<tick_a, std::uint64_t>>;

/// Bound and listening.
struct ClientSockets {
  int client = -1;
  int native = -1;  ///< Where there is one, the other speaks ZooKeeper's protocol alone.
};

/// On an exit message it accepts no more, dismisses its connections, and ends when they have. Takes
/// the sockets over.
Listener spawn_listener(ServerContext& context, const ClientSockets& sockets);

}  // namespace quorate
