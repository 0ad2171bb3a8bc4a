// Notices that clients have gone silent: expiry of sessions, on the leader only.
#pragma once

#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "actors/messages.h"
#include "core/commit/commit_machine.h"

namespace quorate {

struct ServerContext;

/// What happened to sessions in one turn of commit; to be read in this order.
struct SessionNews {
  std::uint64_t service = 0;  ///< In which time of serving as leader; 0: this server leads no more.
  std::vector<SessionId> touched;
  std::vector<OpenedSession> opened;
  std::vector<SessionId> closed;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::SessionNews>)

namespace quorate {

///   (session, news)  Who was heard from, who came, who went. After a (re)start commit first names
///                    all open sessions: each gets its full timeout.
///   (tick, n)        Its own.
using SessionTracker =
    caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>,
                     caf::reacts_to<session_a, std::shared_ptr<const SessionNews>>,
                     caf::reacts_to<tick_a, std::uint64_t>>;

SessionTracker spawn_session_tracker(ServerContext& context);

}  // namespace quorate
