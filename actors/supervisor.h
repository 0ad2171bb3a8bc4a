// Starts the actors of a server, starts again what may be, and gives up when that is no use.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/console/console.h"
#include "actors/listener.h"
#include "actors/messages.h"
#include "actors/peer_link_logic.h"
#include "actors/runtime/supervision.h"
#include "core/commit/commit_machine.h"
#include "core/zab/standing.h"

namespace quorate {

struct ServerContext;
class DurableLog;
class SnapshotStore;
class Store;

/// From the console: end an actor that is started again when it has died.
struct RestartWanted {
  std::uint64_t actor = 0;
  std::string reason;
};

struct RestartAnswer {
  Supervision::Restart outcome = Supervision::Restart::unknown;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::RestartAnswer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::RestartWanted)

namespace quorate {

///   (restart, actor)  From the console: ends one that is started again.
///   (stop)   Ends all: a leader first hands over; the listener says goodbye to the clients; then
///            the others in turn.
///   (tick)   Its own.
///
/// session_tracker, snapshotter, peer_link, surveyor and console are started again when they die;
/// every actor is then given the new handles and sends what they need to know. The death of any
/// other ends the process: journal and commit hold what cannot be had twice, and a quorum of one
/// has nobody to take over from proposal.
using Supervisor = caf::typed_actor<caf::replies_to<restart_a, RestartWanted>::with<RestartAnswer>,
                                    caf::reacts_to<stop_a>, caf::reacts_to<tick_a>>;

/// What the actors of a server are made of; each part is used once.
struct ServerParts {
  Store& store;
  DurableLog& log;
  SnapshotStore& image;
  CommitMachine machine;
  Quorum quorum;
  PeerIdentity identity;
  int peer_socket = -1;  ///< Bound and listening; -1 when there are no other servers.
  Standing standing;
  std::function<Listener(ServerContext&)> listen;  ///< The way in; a simulation has its own.
  /// Empty: there is none.
  std::function<Console(ServerContext&, const Supervisor&)> console = {};
};

Supervisor spawn_supervisor(ServerContext& context, ServerParts parts);

}  // namespace quorate
