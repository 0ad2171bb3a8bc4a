// Who is who in a server.
#pragma once

#include "actors/commit.h"
#include "actors/journal.h"
#include "actors/listener.h"
#include "actors/proposal.h"
#include "actors/session_tracker.h"
#include "actors/snapshotter.h"

namespace quorate {

/// Any handle may be empty while its actor is being started.
struct Peers {
  Journal journal;
  Proposal proposal;
  Commit commit;
  SessionTracker session_tracker;
  Snapshotter snapshotter;
  Listener listener;
};

}  // namespace quorate
