// One client's connection: the broker shell around ConnectionLogic.
#pragma once

#include <caf/io/connection_handle.hpp>
#include <caf/typed_actor.hpp>
#include <memory>
#include <string_view>

#include "actors/messages.h"
#include "core/commit/delivery.h"

namespace quorate {

/// Why the server ends a connection.
struct Dismissal {
  ErrorCode reason = ErrorCode::not_serving;
  const char* text = "";  ///< A literal.
  bool at_once = false;   ///< False: when all that it has in flight is answered, for a while.
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::ConnectionStream>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quorate::Dismissal)

namespace quorate {

///   (deliver, stream)   Replies, events and the session's fate, to be written in this order.
///                       Answered with (drained) where commit wants to hear when it was read.
///   (dismiss, reason)   Say goodbye and close: no Hello in time, or clients are sent away. What is
///                       in flight is answered before, unless that takes too long.
using Connection =
    caf::typed_actor<caf::reacts_to<deliver_a, std::shared_ptr<const ConnectionStream>>,
                     caf::reacts_to<dismiss_a, Dismissal>>;

}  // namespace quorate
