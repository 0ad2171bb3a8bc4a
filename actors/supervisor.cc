#include "actors/supervisor.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/peers.h"
#include "actors/runtime/pinned.h"
#include "actors/runtime/supervision.h"
#include "actors/server_context.h"
#include "storage/durable_log.h"
#include "storage/snapshot_store.h"
#include "storage/store.h"

namespace quorate {
namespace {

/// For another server to lead when this one stops: nobody gains from waiting longer.
constexpr std::chrono::milliseconds hand_over_max{1500};
constexpr std::chrono::milliseconds look_every{10};
/// For the leader's own clients to leave, before it hands over.
constexpr std::chrono::milliseconds leaving_max{4000};

struct SupervisorState {
  static inline const char* name = "supervisor";
  Peers peers;
};

class SupervisorActor final : public ThreadActor<Supervisor, SupervisorState> {
 public:
  SupervisorActor(caf::actor_config& config, ServerContext& context, ServerParts parts)
      : ThreadActor(config),
        context_(context),
        log_(context.log.component(SupervisorState::name)),
        parts_(std::move(parts)) {}

  behavior_type make_behavior() override {
    attach_functor([this](const caf::error& reason) { on_end(reason); });
    supervision_.emplace(*this, children(), RestartLimit{}, [this] { introduce_all(); });
    supervision_->start_all();
    return {
        [this](restart_a, const RestartWanted& wanted) {
          return RestartAnswer{supervision_->restart(wanted.actor, wanted.reason)};
        },
        [this](stop_a) {
          if (std::exchange(stopping_, true)) return;
          begin_to_stop();
        },
        [this](tick_a) { stop_when_led(); },
    };
  }

 private:
  /// In the order of their starts; stopped in the opposite one.
  std::vector<ChildSpec> children() {
    std::vector<ChildSpec> specs;
    specs.push_back(child("journal", OnDeath::escalate, state.peers.journal,
                          [this] { return spawn_journal(context_, parts_.log); }));
    specs.push_back(child("proposal", OnDeath::escalate, state.peers.proposal,
                          [this] { return spawn_proposal(context_, std::move(parts_.standing)); }));
    specs.push_back(child("election", OnDeath::escalate, state.peers.election,
                          [this] { return spawn_election(context_, parts_.quorum); }));
    specs.push_back(child("commit", OnDeath::escalate, state.peers.commit,
                          [this] { return spawn_commit(context_, std::move(parts_.machine)); }));
    specs.push_back(child("surveyor", OnDeath::restart, state.peers.surveyor,
                          [this] { return spawn_surveyor(context_, parts_.log); }));
    specs.push_back(child("session_tracker", OnDeath::restart, state.peers.session_tracker,
                          [this] { return spawn_session_tracker(context_); }));
    specs.push_back(child("snapshotter", OnDeath::restart, state.peers.snapshotter, [this] {
      return spawn_snapshotter(context_, parts_.store, parts_.image, parts_.log);
    }));
    for (const auto& [id, member] : context_.config.membership.members) {
      if (id == context_.config.server_id) continue;
      specs.push_back(child(
          "peer_link", OnDeath::restart, state.peers.links[id],
          [this, id = id] { return spawn_peer_link(context_, parts_.identity, id); },
          peer_label(id)));
    }
    if (parts_.peer_socket >= 0) {
      specs.push_back(child("peer_listener", OnDeath::escalate, state.peers.peer_listener, [this] {
        return spawn_peer_listener(context_, parts_.identity,
                                   std::exchange(parts_.peer_socket, -1));
      }));
    }
    if (parts_.console) {
      specs.push_back(child("console", OnDeath::restart, state.peers.console, [this] {
        return parts_.console(context_, caf::actor_cast<Supervisor>(this));
      }));
    }
    specs.push_back(child("listener", OnDeath::escalate, state.peers.listener,
                          [this] { return parts_.listen(context_); }));
    return specs;
  }

  template <class Handle, class Spawn>
  ChildSpec child(std::string name, OnDeath rule, Handle& handle, Spawn spawn,
                  std::string label = {}) {
    return {name, std::move(label), rule, [this, name, &handle, spawn] {
              if (handle) log_.warn("actor_restarts", kv("actor", name));
              handle = spawn();
              return caf::actor_cast<caf::strong_actor_ptr>(handle);
            }};
  }

  void introduce_all() {
    const auto peers = std::make_shared<const Peers>(state.peers);
    send(state.peers.journal, meet_a::value, peers);
    send(state.peers.commit, meet_a::value, peers);
    send(state.peers.surveyor, meet_a::value, peers);
    send(state.peers.session_tracker, meet_a::value, peers);
    send(state.peers.snapshotter, meet_a::value, peers);
    send(state.peers.listener, meet_a::value, peers);
    send(state.peers.election, meet_a::value, peers);
    if (state.peers.console) send(state.peers.console, meet_a::value, peers);
    for (const auto& [id, link] : state.peers.links) send(link, meet_a::value, peers);
    if (state.peers.peer_listener) send(state.peers.peer_listener, meet_a::value, peers);
    // Last: it starts to lead at once, on other threads, and all that follows from that must find
    // the others introduced.
    send(state.peers.proposal, meet_a::value, peers);
  }

  /// A leader that stops lets another lead first, while it still serves the others: so nobody has
  /// to notice that it is gone. Its clients go before: what they have in flight when the leader
  /// changes, nobody could tell them what became of it.
  void begin_to_stop() {
    const Notice notice = context_.board.read();
    const bool leads = notice.stance == Stance::leading && notice.established;
    if (!leads || state.peers.links.empty()) return supervision_->stop_all();
    request(state.peers.listener, leaving_max, drain_a::value, Drained{true})
        .then([this](const Drained&) { hand_over(); }, [this](const caf::error&) { hand_over(); });
  }

  void hand_over() {
    led_since_ = context_.clock.read().monotonic;
    request(state.peers.proposal, hand_over_max, hand_over_a::value, HandOverWanted{})
        .then(
            [this](const HandOverAnswer& answer) {
              if (answer.code == ErrorCode::ok) return stop_when_led();
              log_.info("stops_leading", kv("reason", answer.text));
              supervision_->stop_all();
            },
            [this](const caf::error&) { supervision_->stop_all(); });
  }

  void stop_when_led() {
    const Notice notice = context_.board.read();
    const bool led = notice.stance == Stance::following && notice.established;
    if (led || context_.clock.read().monotonic - led_since_ >= hand_over_max)
      return supervision_->stop_all();
    delayed_send(this, look_every, tick_a::value);
  }

  void on_end(const caf::error& reason) {
    if (stopping_) return;
    context_.ending.end(ExitCode::broken,
                        "an actor died that cannot be replaced: " + context_.system.render(reason));
  }

  void describe(StateDump& dump) const override {
    dump.add("children", supervision_->children());
    dump.add("running", supervision_->running());
    dump.add("links", state.peers.links.size());
    dump.add("stopping", stopping_);
  }

  ServerContext& context_;
  Log log_;
  ServerParts parts_;
  std::optional<Supervision> supervision_;
  bool stopping_ = false;
  std::chrono::milliseconds led_since_{0};  ///< When this server began to hand over.
};

}  // namespace

Supervisor spawn_supervisor(ServerContext& context, ServerParts parts) {
  return context.system.spawn<SupervisorActor>(context, std::move(parts));
}

}  // namespace quorate
