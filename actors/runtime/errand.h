// Something done on an actor's own thread, when its mailbox comes to it: so what is learned is of a
// moment between two messages, and how long the errand waited is how long any message would have.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "actors/runtime/state_dump.h"

namespace quorate {

/// Sent by ActorRegistry::send_errand(); never seen by the actor's behaviour.
struct Errand {
  using Clock = std::chrono::steady_clock;

  Clock::time_point sent = Clock::now();
  bool wants_dump = false;  ///< Otherwise only the waiting is of interest.
  /// Called once on the actor's thread, so it must be short; or never, if the actor ends before.
  std::function<void(Clock::duration waited, StateDump dump)> done;
};

}  // namespace quorate

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const quorate::Errand>)
