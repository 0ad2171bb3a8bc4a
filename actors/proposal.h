// The server's place in the broadcast of one epoch; hosts the machine of its role.
#pragma once

#include <caf/typed_actor.hpp>
#include <memory>
#include <vector>

#include "actors/journal.h"
#include "actors/messages.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"
#include "core/zab/tenure.h"

namespace quorate {

/// What one turn of commit, or a tick of the session tracker, wants written.
struct SubmitBatch {
  std::vector<Submission> writes;  ///< In order; before the syncs.
  std::vector<SyncRequest> syncs;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<quorate::SubmitBatch>)

namespace quorate {

///   (submit, batch)     Writes of local clients, in order, and syncs. The batch is taken over.
///   (logged, zxid)      The journal has everything up to the zxid on stable storage.
///   (promise, epochs)   The journal has stored the promise, behind all that it logged before.
using Proposal =
    caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>,
                     caf::reacts_to<submit_a, std::shared_ptr<SubmitBatch>>,
                     caf::reacts_to<logged_a, Logged>, caf::reacts_to<promise_a, EpochPromise>>;

/// Starts to lead when it has met its peers.
Proposal spawn_proposal(ServerContext& context, Standing standing);

}  // namespace quorate
