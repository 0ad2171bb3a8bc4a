#include "actors/peer_link.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "actors/peer_connection.h"
#include "actors/peers.h"
#include "actors/runtime/unique_fd.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_every{20};
constexpr milliseconds dial_timeout{1000};
/// Between dials that fail: soon at first, because a server that restarts is back soon.
constexpr milliseconds pause_min{20};
constexpr milliseconds pause_max{1000};

struct PeerLinkState {
  static inline const char* name = "peer_link";
  PeersPtr peers;
  PeerConnection connection;
};

class PeerLinkActor final : public BrokerActor<PeerLink, PeerLinkState> {
 public:
  PeerLinkActor(caf::actor_config& config, ServerContext& context, const PeerIdentity& identity,
                ServerId peer)
      : BrokerActor(config),
        context_(context),
        log_(context.log.component(PeerLinkState::name)),
        identity_(identity),
        peer_(peer),
        addresses_(context.config.membership.members.at(peer).addresses),
        ticker_(tick_every) {
    set_label(peer_label(peer));
  }

  behavior_type make_behavior() override {
    set_down_handler([this](const caf::down_msg& down) { on_down(down); });
    return {
        [this](meet_a, const PeersPtr& peers) { meet(peers); },
        [this](claim_a, const PeerClaim& claim) { on_claim(claim); },
        [this](dialled_a, const Dialled& dialled) { on_dialled(dialled); },
        [this](fetch_a, const Stream& stream) { dial(stream); },
        [this](peer_a, const std::shared_ptr<const FromPeer>& from) {
          // Without a console the other side gets no answer in time, and says so.
          if (state.peers->console) send(state.peers->console, peer_a::value, from);
        },
        [this](tick_a, std::uint64_t generation) {
          if (!ticker_.is_current(generation)) return;
          dial_if_due();
          ticker_.rearm(*this);
        },
    };
  }

 private:
  [[nodiscard]] milliseconds now() const { return context_.clock.read().monotonic; }

  void meet(const PeersPtr& peers) {
    const PeersPtr former = std::exchange(state.peers, peers);
    if (former && former->console != peers->console && state.connection) {
      // It was started again, and knows of no link.
      send(peers->console, link_a::value,
           LinkState{peer_, incarnation_, state.connection, answers_admin_});
    }
    if (std::exchange(started_, true)) return;
    // A keeper that was started again knows of no link, and the numbers of its links go on.
    incarnation_ = static_cast<std::uint64_t>(now().count()) << 8U;
    down();
  }

  void dial_if_due() {
    if (dialling_ || state.connection || now() < next_dial_) return;
    dialling_ = true;
    dial(std::nullopt);
  }

  void dial(const std::optional<Stream>& stream) {
    const PeerAddress& address = addresses_[dials_++ % addresses_.size()];
    // On a thread of the transport; the handle keeps this actor until then.
    context_.transport->dial(
        address.host, address.quorum_port, dial_timeout,
        [self = caf::actor_cast<PeerLink>(this), stream](Result<DialledSocket> socket) {
          Dialled dialled;
          dialled.stream = stream;
          if (socket) {
            dialled.socket = std::make_shared<DialledSocket>(*std::move(socket));
          } else {
            dialled.error = socket.error().text;
          }
          caf::anon_send(self, dialled_a::value, std::move(dialled));
        });
  }

  void on_dialled(const Dialled& dialled) {
    if (dialled.stream) return on_stream_dialled(dialled);
    dialling_ = false;
    if (!dialled.socket) {
      pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
      next_dial_ = now() + pause_;
      // Once, not each time: a server may be away for days.
      if (std::exchange(told_, dialled.error) != dialled.error)
        log_.info("peer_unreachable", kv("peer", peer_), kv("reason", dialled.error));
      return;
    }
    told_.clear();
    next_dial_ = now() + dial_timeout;
    if (state.connection) return;
    const auto handle = add_scribe(dialled.socket->fd.release());
    fork_broker<PeerConnectionActor>(*this, handle, context_, identity_, state.peers,
                                     std::optional(peer_));
  }

  void on_stream_dialled(const Dialled& dialled) {
    if (!dialled.socket) {
      send(state.peers->proposal, history_a::value, FromHistory{*dialled.stream, {}, {}});
      return;
    }
    const auto handle = add_scribe(dialled.socket->fd.release());
    fork_broker<PeerConnectionActor>(*this, handle, context_, identity_, state.peers,
                                     std::optional(peer_), dialled.stream);
  }

  void on_claim(const PeerClaim& claim) {
    if (state.connection && claim.incarnation < peer_incarnation_) {
      log_.error("two_servers_with_one_id", kv("peer", peer_),
                 kv("do", "stop the one that is not in the configuration's place"));
      send(claim.connection, dismiss_a::value,
           PeerDismissal{"another server " + std::to_string(peer_.value) + " is connected"});
      return;
    }
    if (state.connection) {
      send(state.connection, dismiss_a::value, PeerDismissal{"replaced by a newer connection"});
      down();
    }
    ticker_.stop();
    peer_incarnation_ = claim.incarnation;
    state.connection = claim.connection;
    monitor(state.connection);
    pause_ = milliseconds{0};
    answers_admin_ = claim.answers_admin;
    ++incarnation_;
    tell_of_link();
    send(state.connection, serve_a::value, incarnation_);
    log_.info("peer_linked", kv("peer", peer_), kv("incarnation", claim.incarnation));
  }

  void on_down(const caf::down_msg& gone) {
    if (!state.connection || gone.source != state.connection->address()) return;
    down();
    log_.info("peer_lost", kv("peer", peer_));
  }

  void down() {
    if (state.connection) demonitor(state.connection.address());
    state.connection = PeerConnection{};
    next_dial_ = now() + pause_min;
    // Of two servers, one dials: no two connections meet each other halfway.
    if (identity_.server > peer_) ticker_.start(*this);
    tell_of_link();
  }

  void tell_of_link() {
    const LinkState link{peer_, incarnation_, state.connection, answers_admin_};
    send(state.peers->election, link_a::value, link);
    send(state.peers->proposal, link_a::value, link);
    if (state.peers->console) send(state.peers->console, link_a::value, link);
  }

  void describe(StateDump& dump) const override {
    dump.add("peer", peer_.value);
    dump.add("linked", bool(state.connection));
    dump.add("dials", identity_.server > peer_);
    dump.add("dialling", dialling_);
    dump.add("tries", dials_);
    if (!told_.empty()) dump.add("unreachable", told_);
    dump.add("peer_incarnation", peer_incarnation_.value);
    dump.add("answers_admin", answers_admin_);
  }

  ServerContext& context_;
  Log log_;
  PeerIdentity identity_;
  ServerId peer_;
  std::vector<PeerAddress> addresses_;
  Ticker ticker_;
  std::size_t dials_ = 0;
  bool started_ = false;
  bool dialling_ = false;
  milliseconds next_dial_{0};
  milliseconds pause_{0};
  std::string told_;
  std::uint64_t incarnation_ = 0;
  Incarnation peer_incarnation_;
  bool answers_admin_ = false;
};

/// Connections that have not said who they are, at once: a few for each server that may come.
constexpr std::size_t strangers_max = 64;

using PeerListenerBroker = PeerListener::extend_with<caf::io::accept_handler>;

struct PeerListenerState {
  static inline const char* name = "peer_listener";
  PeersPtr peers;
};

class PeerListenerActor final : public BrokerActor<PeerListenerBroker, PeerListenerState> {
 public:
  PeerListenerActor(caf::actor_config& config, ServerContext& context, const PeerIdentity& identity,
                    int socket)
      : BrokerActor(config), context_(context), identity_(identity), socket_(socket) {}

  behavior_type make_behavior() override {
    set_down_handler([this](const caf::down_msg&) { --open_; });
    return {
        [this](meet_a, const PeersPtr& peers) {
          state.peers = peers;
          if (socket_.valid()) add_doorman(socket_.release());
        },
        [this](const caf::io::new_connection_msg& accepted) {
          if (open_ >= strangers_max) {
            close(accepted.handle);
            return;
          }
          ++open_;
          fork_broker<PeerConnectionActor, caf::monitored>(*this, accepted.handle, context_,
                                                           identity_, state.peers, std::nullopt);
        },
        [this](const caf::io::acceptor_closed_msg&) {
          context_.ending.end(ExitCode::broken, "the peer port was closed");
        },
    };
  }

 private:
  void describe(StateDump& dump) const override {
    dump.add("accepting", state.peers != nullptr);
    dump.add("connections", open_);
    dump.add("connections_max", strangers_max);
  }

  ServerContext& context_;
  PeerIdentity identity_;
  UniqueFd socket_;
  std::size_t open_ = 0;
};

}  // namespace

std::string peer_label(ServerId peer) { return "to server " + std::to_string(peer.value); }

PeerLink spawn_peer_link(ServerContext& context, const PeerIdentity& identity, ServerId peer) {
  return PeerLink(spawn_broker<PeerLinkActor>(context.system, context, identity, peer));
}

PeerListener spawn_peer_listener(ServerContext& context, const PeerIdentity& identity, int socket) {
  return PeerListener(spawn_broker<PeerListenerActor>(context.system, context, identity, socket));
}

}  // namespace quorate
