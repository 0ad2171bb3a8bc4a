// Who is who in a server.
#pragma once

#include <map>

#include "actors/catch_up.h"
#include "actors/commit.h"
#include "actors/console/console.h"
#include "actors/election.h"
#include "actors/journal.h"
#include "actors/listener.h"
#include "actors/peer_link.h"
#include "actors/proposal.h"
#include "actors/session_tracker.h"
#include "actors/snapshotter.h"

namespace quorate {

/// Any handle may be empty while its actor is being started.
struct Peers {
  Journal journal;
  Proposal proposal;
  Elector election;
  Commit commit;
  Surveyor surveyor;
  SessionTracker session_tracker;
  Snapshotter snapshotter;
  Listener listener;
  std::map<ServerId, PeerLink> links;  ///< To every other server.
  Console console;                     ///< Empty where there is none.
  PeerListener peer_listener;          ///< Empty when there are none.
};

}  // namespace quorate
