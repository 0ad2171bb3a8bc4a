#include "actors/peer_connection.h"

#include <utility>

#include "actors/peers.h"

namespace quorate {
namespace {

/// More than this unsent, and the other side is given up: it is too slow to follow, and will be
/// brought up to date when it is back.
constexpr std::size_t output_limit_bytes = std::size_t{64} << 20;
/// When no more than this is left to be sent of a stream, more is read.
constexpr std::size_t stream_low_bytes = std::size_t{256} << 10;

}  // namespace

PeerConnectionActor::PeerConnectionActor(caf::actor_config& config,
                                         caf::io::connection_handle handle, ServerContext& context,
                                         const PeerIdentity& identity, PeersPtr peers,
                                         std::optional<ServerId> dials,
                                         std::optional<HistoryWanted> wants)
    : BrokerActor(config),
      handle_(handle),
      context_(context),
      log_(context.log.component("peer_link")),
      identity_(identity),
      dials_(dials),
      wants_(wants),
      ticker_(PeerLinkLimits{}.heartbeat) {
  state.peers = std::move(peers);
}

PeerConnectionActor::behavior_type PeerConnectionActor::make_behavior() {
  set_down_handler([this](const caf::down_msg&) {
    // Without its keeper nobody would hear of its end; and when the reader is through, or has given
    // up, what it sent still goes out.
    link_->close(CloseMode::graceful);
    quit();
  });
  link_.emplace(*this, handle_);
  link_->set_peer_link(true);
  link_->set_output_limit(output_limit_bytes);
  logic_.emplace(identity_, dials_, wants_, context_.entropy.challenge(), PeerLinkLimits{}, *link_,
                 static_cast<PeerLinkHost&>(*this), now());
  link_->start();
  logic_->start();
  ticker_.start(*this);
  return {
      [this](frame_a, const Blob& frame) {
        logic_->send(frame);
        pulled_ = false;
        pull();
        end_if_closed();
      },
      [this](serve_a, std::uint64_t incarnation) {
        incarnation_ = incarnation;
        monitor(state.peers->links.at(logic_->peer()->server));
        logic_->begin(now());
        end_if_closed();
      },
      [this](dismiss_a, const PeerDismissal& dismissal) {
        logic_->refuse(ErrorCode::foreign, dismissal.text);
        end_if_closed();
      },
      [this](tick_a, std::uint64_t generation) {
        if (!ticker_.is_current(generation)) return;
        logic_->on_tick(now());
        end_if_closed();
        ticker_.rearm(*this);
      },
      [this](const caf::io::new_data_msg& data) {
        logic_->on_bytes(data.buf, now());
        end_if_closed();
      },
      [this](const caf::io::connection_closed_msg&) { quit(); },
      [this](const caf::io::data_transferred_msg&) { pull(); },
  };
}

void PeerConnectionActor::on_greeted(const PeerHello& peer) {
  const auto keeper = state.peers->links.find(peer.server);
  if (keeper == state.peers->links.end()) {
    logic_->refuse(ErrorCode::foreign, "server " + std::to_string(peer.server.value) +
                                           " is not in the configuration of server " +
                                           std::to_string(identity_.server.value));
    return;
  }
  if (wants_) {
    monitor(keeper->second);
    logic_->begin(now());
    return;
  }
  if (const auto* wanted = std::get_if<HistoryWanted>(&peer.purpose)) {
    if (context_.txn_log == nullptr || wanted->image)
      return logic_->refuse(ErrorCode::unimplemented, "this server streams no images");
    link_->notify_below(stream_low_bytes);
    state.catch_up =
        spawn_catch_up(context_, *context_.txn_log, *wanted, caf::actor_cast<PeerConnection>(this));
    monitor(state.catch_up);
    logic_->begin(now());
    pull();
    return;
  }
  send(keeper->second, claim_a::value,
       PeerClaim{peer.server, peer.incarnation, caf::actor_cast<PeerConnection>(this)});
}

void PeerConnectionActor::on_message(PeerMessage message) {
  const bool votes = std::holds_alternative<ElectionNotice>(message);
  std::shared_ptr<const FromPeer> from = std::make_shared<FromPeer>(
      FromPeer{logic_->peer()->server, incarnation_, std::move(message)});
  if (votes) {
    send(state.peers->election, peer_a::value, std::move(from));
  } else {
    send(state.peers->proposal, peer_a::value, std::move(from));
  }
}

void PeerConnectionActor::pull() {
  if (!state.catch_up || pulled_ || link_->unsent_bytes() > stream_low_bytes) return;
  pulled_ = true;
  send(state.catch_up, more_a::value);
}

void PeerConnectionActor::on_history(HistoryFrame frame) {
  auto* records = std::get_if<HistoryRecords>(&frame);
  if (records == nullptr)
    return logic_->refuse(ErrorCode::unimplemented, "this server takes no images");
  if (records->records.empty()) return;
  auto batch = std::make_shared<ProposalBatch>();
  batch->epoch = wants_->epoch;
  batch->previous = records->previous;
  batch->records = std::move(records->records);
  const bool all = batch->records.back().zxid() >= wants_->end.zxid;
  send(state.peers->proposal, history_a::value, FromHistory{*dials_, std::move(batch)});
  if (!all) return;
  wants_done_ = true;
  link_->close(CloseMode::graceful);
  quit();
}

bool PeerConnectionActor::cleanup(caf::error&& reason, caf::execution_unit* host) {
  if (wants_ && !std::exchange(wants_done_, true))
    send(state.peers->proposal, history_a::value, FromHistory{*dials_, nullptr});
  return BrokerActor::cleanup(std::move(reason), host);
}

void PeerConnectionActor::on_ended(const std::string& reason) {
  if (reason.empty()) return;
  const auto& peer = logic_ ? logic_->peer() : std::nullopt;
  const std::uint64_t id = peer ? peer->server.value : dials_.value_or(ServerId{}).value;
  log_.warn("link_ends", kv("peer", id), kv("remote", link_->remote()), kv("reason", reason));
}

std::chrono::milliseconds PeerConnectionActor::now() const {
  return context_.clock.read().monotonic;
}

void PeerConnectionActor::end_if_closed() {
  if (logic_->is_closed()) quit();
}

}  // namespace quorate
