// All actors of a process, for whoever looks at them.
#pragma once

#include <caf/actor_control_block.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/actor_record.h"
#include "actors/runtime/actor_snapshot.h"
#include "actors/runtime/errand.h"
#include "actors/runtime/message_profile.h"
#include "actors/runtime/restart_policy.h"
#include "core/base/flat_map.h"

namespace quorate {

/// What an actor tells of itself when it starts to run.
struct ActorStart {
  std::shared_ptr<ActorRecord> record;
  std::string_view name;
  std::string label;
  ActorThread thread = ActorThread::pool;
  caf::weak_actor_ptr actor;
};

/// Thread-safe; owned by the System, found by actors through their SystemConfig. Nothing is counted
/// here, only listed and added up: it is locked when an actor starts or ends and when somebody
/// looks.
class ActorRegistry {
 public:
  // From actors and their supervisors.
  void started(ActorStart start);
  void ended(const ActorRecord& record, std::string reason);
  void supervised(std::uint64_t actor, OnDeath rule);
  /// The supervisor started the actor of this name and label again.
  void restarted(std::string_view name, std::string_view label);
  /// Where a watched actor counts its messages; null: it is not watched any more.
  [[nodiscard]] std::shared_ptr<MessageProfile> profile_of(std::uint64_t actor) const;

  /// Living actors, oldest first; then one line for each of which none is alive any more.
  [[nodiscard]] std::vector<ActorSnapshot> list() const { return list_but({}); }
  /// Without those of one name.
  [[nodiscard]] std::vector<ActorSnapshot> list_but(std::string_view name) const;
  /// Only those of one name.
  [[nodiscard]] std::vector<ActorSnapshot> list_only(std::string_view name) const;
  /// Name and label, as in "peer_link to server 2"; empty: it does not live.
  [[nodiscard]] std::string title_of(std::uint64_t actor) const;
  /// How many of one name live.
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::vector<ActorSnapshot> children_of(std::uint64_t actor) const;
  /// By name; one for each that ever ran. Cheaper than a list where very many live.
  [[nodiscard]] std::vector<ActorKind> kinds() const;

  /// Has an actor count the kinds of its messages, and time them, until it is told otherwise or
  /// ends. False if no living actor has this id.
  bool watch(std::uint64_t actor, bool kinds, bool times);

  /// False if no living actor has this id.
  bool send_errand(std::uint64_t actor, std::shared_ptr<const Errand> errand);

 private:
  struct Listed {
    std::shared_ptr<ActorRecord> record;
    const std::string* name = nullptr;  ///< In names_: one string for ten thousand connections.
    caf::weak_actor_ptr actor;
    ActorThread thread = ActorThread::pool;
  };
  struct History {
    std::string name, label;
    std::uint64_t restarts = 0;
    std::string last_exit_reason;
  };

  [[nodiscard]] ActorSnapshot snapshot(const Listed& listed) const;
  [[nodiscard]] std::string_view label_of(std::uint64_t actor) const;
  [[nodiscard]] History& history_of(std::string_view name, std::string_view label);
  [[nodiscard]] std::vector<ActorSnapshot> list_if(
      const std::function<bool(std::string_view name)>& wanted) const;

  mutable std::mutex mutex_;
  FlatMap<std::uint64_t, Listed> actors_;
  TextMap<std::unique_ptr<const std::string>> names_;
  TextMap<std::size_t> living_;                 ///< By name.
  FlatMap<std::uint64_t, std::string> labels_;  ///< Of those that have one.
  FlatMap<std::uint64_t, OnDeath> rules_;       ///< Of those that are supervised.
  FlatMap<std::uint64_t, std::shared_ptr<MessageProfile>> profiles_;
  TextMap<History> history_;  ///< By name and label, of which there are few.
  TextMap<ActorKind> ended_;  ///< By name: what those that ended had counted.
};

}  // namespace quorate
