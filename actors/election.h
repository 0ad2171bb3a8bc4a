// Finds out who shall lead: the actor around Election.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>

#include "actors/messages.h"
#include "actors/peer_link.h"
#include "core/zab/election.h"
#include "core/zab/peer_message.h"

namespace quorate {

struct ServerContext;

/// What the followed leader says of itself.
struct LeaderNews {
  ServerId leader;
  bool leads = false;  ///< Now it does; else it does no more.
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Elected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::LeaderNews)

namespace quorate {

///   (role, role)          From proposal, when its role changed; looking begins an election.
///   (link, state)         From a peer link: it came up, or went down.
///   (peer, message)       From a peer link: a ElectionNotice.
///   (tick, n)             Its own.
/// To proposal: (elected), and (leader) with what the followed leader says.
using Elector = caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<role_a, Role>,
                                 caf::reacts_to<link_a, LinkState>,
                                 caf::reacts_to<peer_a, std::shared_ptr<const FromPeer>>,
                                 caf::reacts_to<tick_a, std::uint64_t>>;

Elector spawn_election(ServerContext& context, Quorum quorum);

}  // namespace quorate
