// Accepts clients and owns their connections: caps, records, deadlines, and what is left of them.
#pragma once

#include <caf/io/typed_broker.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>

#include "actors/connection_row.h"
#include "actors/messages.h"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ConnectionsWanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ConnectionRowsPtr)

namespace quorate {

struct ServerContext;

///   (meet, peers)  Accepting begins. Clients of a server that serves nobody yet wait for their
///                  session; those that only want to know how it is doing are told at once.
///   (drain, whether) From the console, or when the server stops: clients go to other servers, or
///   may
///                  come again. Answered when those who have to go have gone.
///   (shed, percent) From the console: so many of the clients, chosen by chance, are sent to other
///                  servers; answered with how many.
///   (inquire, ...) From the console: all connections. Answered when they are gathered, in slices
///                  beside all else; whoever asks meanwhile gets the same answer.
///   (more)         Its own: the next slice.
///   (tick, n)      Its own: looks for connections that never said hello.
using Listener =
    caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>,
                     caf::replies_to<drain_a, Drained>::with<Drained>,
                     caf::replies_to<shed_a, std::uint32_t>::with<std::uint64_t>,
                     caf::replies_to<inquire_a, ConnectionsWanted>::with<ConnectionRowsPtr>,
                     caf::reacts_to<more_a>, caf::reacts_to<tick_a, std::uint64_t>>;

/// Bound and listening.
struct ClientSockets {
  int client = -1;
  int native = -1;  ///< Where there is one, the other speaks ZooKeeper's protocol alone.
};

/// On an exit message it accepts no more, dismisses its connections, and ends when they have. Takes
/// the sockets over.
Listener spawn_listener(ServerContext& context, const ClientSockets& sockets);

}  // namespace quorate
