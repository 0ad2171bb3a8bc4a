// The actor behind the console: answers the admin API, looks at the others once a second, and feeds
// the pages that are open.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "actors/messages.h"
#include "actors/peer_link.h"

namespace quorate {

struct ServerContext;
class UniqueFd;

/// Something to be done on the console's thread.
struct ConsoleTask {
  std::function<void()> run;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::ConsoleTask)

namespace quorate {

///   (run, task)      From its HTTP thread, and from actors that have done an errand.
///   (link, state)    From a keeper of links; (peer, message) requests and replies of others.
///   (tick, n)        Its own, twice a second.
using Console =
    caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>, caf::reacts_to<run_a, ConsoleTask>,
                     caf::reacts_to<link_a, LinkState>,
                     caf::reacts_to<peer_a, std::shared_ptr<const FromPeer>>,
                     caf::reacts_to<tick_a, std::uint64_t>>;

}  // namespace quorate
