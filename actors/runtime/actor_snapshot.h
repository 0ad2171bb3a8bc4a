// An actor as it was when somebody looked at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "actors/runtime/actor_record.h"
#include "actors/runtime/restart_policy.h"

namespace quorate {

/// One line of the list of actors.
struct ActorSnapshot {
  std::uint64_t id = 0;  ///< 0 when not alive.
  std::string name;
  std::string label;  ///< What sets it apart from others of its name; may be empty.
  bool alive = true;
  std::uint64_t parent = 0;
  ActorThread thread = ActorThread::pool;
  std::chrono::seconds age{0};
  std::uint64_t enqueued = 0, handled = 0, depth = 0, high_water = 0, io_events = 0, busy_ns = 0;
  std::uint64_t restarts = 0;    ///< Of the actors of this name and label.
  std::string last_exit_reason;  ///< Of the last one of them that died; empty if none did.
  bool traced = false;
  OnDeath on_death = OnDeath::leave;  ///< What its supervisor does.
  bool supervised = false;
};

/// All actors of one name together. The totals keep what those that ended had counted, so that they
/// never shrink.
struct ActorKind {
  std::string name;
  std::uint64_t alive = 0, traced = 0;
  std::uint64_t depth = 0;       ///< Of the living, together.
  std::uint64_t high_water = 0;  ///< Of the living, the largest.
  // Totals.
  std::uint64_t enqueued = 0, handled = 0, io_events = 0, busy_ns = 0, restarts = 0;
};

}  // namespace quorate
