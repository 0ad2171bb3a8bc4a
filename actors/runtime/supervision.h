// Starts actors from a table, starts them again when they die, and gives up when that is no use.
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "actors/runtime/restart_policy.h"

namespace quorate {

struct ChildSpec {
  std::string name;   ///< That of its actor, for the registry and for messages.
  std::string label;  ///< Likewise, of one among several of that name; may be empty.
  OnDeath on_death = OnDeath::restart;
  /// Spawns it (not lazily) and keeps its typed handle wherever hand_out finds it.
  std::function<caf::strong_actor_ptr()> start;
};

/// The duty of a supervising actor, as a member of it:
///
///   supervision_.emplace(*this, std::move(children), RestartLimit{}, [this] { tell_holders(); });
///   supervision_->start_all();     // in make_behavior
///
/// It takes over the actor's down handler. Restarts and last exit reasons appear in the
/// ActorRegistry. Giving up means: the children are stopped and the actor quits with the reason,
/// for its own supervisor, or whoever started the system, to see.
class Supervision {
 public:
  /// `hand_out` is called after each group of starts, when all of the group are spawned: it gives
  /// the new handles to every actor that holds one. Holders then send state again, not messages.
  /// REQUIRES: `self` outlives this.
  Supervision(caf::scheduled_actor& self, std::vector<ChildSpec> children, RestartLimit limit,
              std::function<void()> hand_out);

  void start_all();

  enum class Restart : std::uint8_t {
    done,
    unknown,          ///< No child of that id runs.
    not_restartable,  ///< Its death would end more than itself.
    too_often,        ///< One more restart would make the supervisor give up.
  };
  /// Ends a child that is started again when it has died, for a person who wants that.
  Restart restart(caf::actor_id child, const std::string& reason);

  [[nodiscard]] std::size_t children() const { return children_.size(); }
  [[nodiscard]] std::size_t running() const;

  /// Stops the children, last first, each after the one before has ended; then the actor quits
  /// normally.
  void stop_all();

 private:
  void on_down(const caf::down_msg& down);
  void perform(const RestartDecision& decision);
  void start(std::size_t child);
  void give_up(const std::string& name, const caf::error& reason);
  void stop_next();

  caf::scheduled_actor& self_;
  std::vector<ChildSpec> children_;
  std::vector<caf::strong_actor_ptr> running_;  ///< Null where the child is down.
  std::vector<std::size_t> starts_;
  RestartPolicy policy_;
  std::function<void()> hand_out_;
  bool stopping_ = false;
};

}  // namespace quorate
