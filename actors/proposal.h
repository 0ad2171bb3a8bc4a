// The server's place in its ensemble: the actor around Replica.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "actors/catch_up.h"
#include "actors/election.h"
#include "actors/journal.h"
#include "actors/messages.h"
#include "actors/peer_link.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"
#include "core/zab/replica.h"

namespace quorate {

/// What one turn of commit, or a tick of the session tracker, wants written.
struct SubmitBatch {
  std::uint64_t service = 0;       ///< In which time of serving; see CommittedBatch.
  std::vector<Submission> writes;  ///< In order; before the syncs.
  std::vector<SyncRequest> syncs;
};

/// Sessions whose clients were heard from.
struct Touched {
  std::vector<SessionId> sessions;
};

/// Let `to` lead, or whichever voter has come furthest.
struct HandOverWanted {
  std::optional<ServerId> to;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::HandOverAnswer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::HandOverWanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<quorate::SubmitBatch>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::Touched>)

namespace quorate {

///   (submit, batch)     Writes of local clients, in order, and syncs. The batch is taken over.
///   What
///                       belongs to an earlier time of serving is dropped: its connections are
///                       closed, and nothing behind what was lost may run.
///   (session, touched)  Clients of this server were heard from.
///   (logged, zxid)      The journal has everything up to the zxid on stable storage.
///   (promise, epochs)   The journal has stored the promise, behind all that it logged before.
///   (settle)            The journal has nothing left to do.
///   (elected)           From election; (leader) what the followed leader says of itself.
///   (link, state)       From a keeper of links; (peer, message) from a connection.
///   (survey, surveyed)  From the surveyor; (history, records) from a stream that was asked for;
///                       (image, received) from the receiver of one: is it wanted?
///   (hand_over, wanted) Answered when the leader has agreed or refused, or was lost meanwhile.
///   (tick, n)           Its own.
using Proposal = caf::typed_actor<
    caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<submit_a, std::shared_ptr<SubmitBatch>>,
    caf::reacts_to<session_a, std::shared_ptr<const Touched>>, caf::reacts_to<logged_a, Logged>,
    caf::reacts_to<promise_a, EpochPromise>, caf::reacts_to<settle_a>,
    caf::reacts_to<elected_a, Elected>, caf::reacts_to<leader_a, LeaderNews>,
    caf::reacts_to<link_a, LinkState>, caf::reacts_to<peer_a, std::shared_ptr<const FromPeer>>,
    caf::reacts_to<survey_a, Surveyed>, caf::reacts_to<history_a, FromHistory>,
    caf::replies_to<image_a, ReceivedImage>::with<bool>,
    caf::replies_to<hand_over_a, HandOverWanted>::with<HandOverAnswer>,
    caf::reacts_to<tick_a, std::uint64_t>>;

/// Begins when it has met its peers.
Proposal spawn_proposal(ServerContext& context, Standing standing);

}  // namespace quorate
