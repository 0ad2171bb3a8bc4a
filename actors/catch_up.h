// Reads history, or the image, for learners that the leader's memory does not reach, on threads of
// its own.
#pragma once

#include <caf/typed_actor.hpp>
#include <memory>
#include <optional>

#include "actors/messages.h"
#include "actors/peer_link.h"
#include "schema/peer_messages.h"

namespace quorate {

struct ServerContext;
class TxnLog;

/// Where the logs of a learner and of this server part; see core/zab/effects.h (Survey).
struct Surveyed {
  ServerId learner;
  std::optional<LogPosition> common;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Surveyed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::Survey>)

namespace quorate {

///   (survey, survey)   From proposal; answered there with (survey, surveyed).
using Surveyor = caf::typed_actor<caf::reacts_to<meet_a, PeersPtr>,
                                  caf::reacts_to<survey_a, std::shared_ptr<const Survey>>>;

/// `log` outlives the actor.
Surveyor spawn_surveyor(ServerContext& context, const TxnLog& log);

///   (more)  From its connection, when there is room for another batch.
/// Ends when all was read; or on an error, of which it tells the connection.
using CatchUp = caf::typed_actor<caf::reacts_to<more_a>>;

/// Streams what `request` asks for to `connection`, no faster than leaves the disk to the others.
CatchUp spawn_catch_up(ServerContext& context, const HistoryWanted& request,
                       PeerConnection connection);

}  // namespace quorate
