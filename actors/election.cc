#include "actors/election.h"

#include <chrono>
#include <utility>

#include "actors/peer_frames.h"
#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/ticker.h"
#include "actors/server_context.h"

namespace quorate {
namespace {

constexpr std::chrono::milliseconds tick_every{50};

struct ElectionState {
  static inline const char* name = "election";
  PeersPtr peers;
  PeerFrames frames;
};

class ElectionActor final : public PinnedActor<Elector, ElectionState> {
 public:
  ElectionActor(caf::actor_config& config, ServerContext& context, Quorum quorum)
      : PinnedActor(config),
        context_(context),
        log_(context.log.component(ElectionState::name)),
        election_(context.config.server_id, std::move(quorum)),
        ticker_(tick_every) {}

  behavior_type make_behavior() override {
    return {
        [this](meet_a, const PeersPtr& peers) { state.peers = peers; },
        [this](role_a, const Role& role) {
          // An election has deadlines; outside of one there is nothing to look at.
          ticker_.stop();
          if (role.stance == Stance::looking) ticker_.start(*this);
          perform(election_.on_role(role, now()));
        },
        [this](link_a, const LinkState& link) {
          state.frames.on_link(link);
          perform(link.connection ? election_.on_link_up(link.peer, now())
                                  : election_.on_link_down(link.peer, now()));
        },
        [this](peer_a, const std::shared_ptr<const FromPeer>& from) {
          const auto* said = std::get_if<ElectionNotice>(&from->message);
          if (said != nullptr && state.frames.is_current(*from))
            perform(election_.on_notification(from->peer, *said, now()));
        },
        [this](tick_a, std::uint64_t generation) {
          if (!ticker_.is_current(generation)) return;
          perform(election_.on_tick(now()));
          ticker_.rearm(*this);
        },
    };
  }

 private:
  [[nodiscard]] Election::Time now() const { return context_.clock.read().monotonic; }

  void perform(const ElectionEffects& effects) {
    for (const Envelope& envelope : effects.send) state.frames.send(*this, envelope);
    if (effects.leader_left)
      send(state.peers->proposal, leader_a::value, LeaderNews{*effects.leader_left, false});
    if (effects.leader_ready)
      send(state.peers->proposal, leader_a::value, LeaderNews{*effects.leader_ready, true});
    if (!effects.elected) return;
    ticker_.stop();
    log_.info("elected", kv("leader", effects.elected->leader.value),
              kv("round", election_.own().round));
    context_.timeline.on_elected(effects.elected->leader, effects.votes, context_.clock.read());
    send(state.peers->proposal, elected_a::value, *effects.elected);
  }

  void describe(StateDump& dump) const override {
    const ElectionNotice& own = election_.own();
    dump.add("running", election_.is_running());
    dump.add("stance", to_string(own.stance));
    dump.add("round", own.round);
    if (own.leader) dump.add("vote", own.leader->value);
    dump.add("stands", own.stands);
    dump.add("epoch", own.recency.current.value);
    dump.add("last", to_string(own.recency.last));
    dump.add("links", state.frames.links());
  }

  ServerContext& context_;
  Log log_;
  Election election_;
  Ticker ticker_;
};

}  // namespace

Elector spawn_election(ServerContext& context, Quorum quorum) {
  return context.system.spawn<ElectionActor>(context, std::move(quorum));
}

}  // namespace quorate
