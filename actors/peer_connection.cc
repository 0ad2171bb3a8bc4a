#include "actors/peer_connection.h"

#include <caf/send.hpp>
#include <utility>

#include "actors/peers.h"

namespace quorate {
namespace {

/// More than this unsent, and the other side is given up: it is too slow to follow, and will be
/// brought up to date when it is back.
constexpr std::size_t output_limit_bytes = std::size_t{64} << 20;
/// When no more than this is left to be sent of a stream, more is read.
constexpr std::size_t stream_low_bytes = std::size_t{256} << 10;
/// More than this from a stream and not on the disk yet, and no more is read.
constexpr std::size_t in_hand_bytes_max = std::size_t{8} << 20;

}  // namespace

PeerConnectionActor::PeerConnectionActor(caf::actor_config& config,
                                         caf::io::connection_handle handle, ServerContext& context,
                                         const PeerIdentity& identity, PeersPtr peers,
                                         std::optional<ServerId> dials,
                                         std::optional<Stream> stream)
    : BrokerActor(config),
      handle_(handle),
      context_(context),
      log_(context.log.component("peer_link")),
      identity_(identity),
      dials_(dials),
      stream_(stream),
      ticker_(PeerLinkLimits{}.heartbeat) {
  state.peers = std::move(peers);
  identity_.is_new = context_.is_new;
}

PeerConnectionActor::behavior_type PeerConnectionActor::make_behavior() {
  set_down_handler([this](const caf::down_msg&) {
    // Without its keeper nobody would hear of its end; and when the reader is through, or has given
    // up, what it sent still goes out.
    link_->close(CloseMode::graceful);
    quit();
  });
  if (stream_) tell_of_end();
  link_.emplace(*this, handle_);
  link_->set_peer_link(true);
  link_->set_output_limit(output_limit_bytes);
  logic_.emplace(identity_, dials_, stream_ ? std::optional(stream_->wants) : std::nullopt,
                 context_.entropy.challenge(), PeerLinkLimits{}, *link_,
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
      [this](logged_a, Zxid zxid) {
        while (!in_hand_.empty() && in_hand_.front().first <= zxid) dealt_with_first();
      },
      [this](more_a) {
        if (!in_hand_.empty()) dealt_with_first();
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

void PeerConnectionActor::describe(StateDump& dump) const {
  dump.add("address", link_->remote());
  dump.add("dialled", dials_.has_value());
  if (const auto& peer = logic_->peer()) dump.add("peer", peer->server.value);
  dump.add("purpose", stream_ ? "receives history" : state.catch_up ? "sends history" : "link");
  dump.add("link_incarnation", incarnation_);
  dump.add("batches_in_hand", in_hand_.size());
  dump.add("bytes_in_hand", bytes_in_hand_);
  dump.set_link(link_->counts());
}

void PeerConnectionActor::on_greeted(const PeerHello& peer) {
  const auto keeper = state.peers->links.find(peer.server);
  if (keeper == state.peers->links.end()) {
    logic_->refuse(ErrorCode::foreign, "server " + std::to_string(peer.server.value) +
                                           " is not in the configuration of server " +
                                           std::to_string(identity_.server.value));
    return;
  }
  if (peer.cluster != identity_.cluster) {
    // One of the two is new. It has heard which ensemble this is, and comes back as part of it.
    if (identity_.is_new) send(state.peers->journal, join_a::value, ClusterToJoin{peer.cluster});
    return logic_->refuse(ErrorCode::foreign, "a new server finds its ensemble");
  }
  if (stream_) {
    monitor(keeper->second);
    if (stream_->wants.image) receive_image();
    logic_->begin(now());
    return;
  }
  if (const auto* wanted = std::get_if<HistoryWanted>(&peer.purpose)) return greet_stream(*wanted);
  send(keeper->second, claim_a::value,
       PeerClaim{peer.server, peer.incarnation, caf::actor_cast<PeerConnection>(this),
                 (peer.features & peer_feature_admin) != 0});
}

void PeerConnectionActor::tell_of_end() {
  end_ = std::make_shared<StreamEnd>();
  attach_functor([end = end_, stream = *stream_, proposal = state.peers->proposal] {
    const ImageReceiver receiver = std::exchange(end->receiver, ImageReceiver{});
    if (std::exchange(end->is_told, true)) return;
    if (receiver) {
      caf::anon_send(receiver, closed_a::value);
    } else {
      caf::anon_send(proposal, history_a::value, FromHistory{stream, {}, {}});
    }
  });
}

void PeerConnectionActor::receive_image() {
  end_->receiver =
      spawn_image_receiver(context_, state.peers, *stream_, caf::actor_cast<PeerConnection>(this));
  monitor(end_->receiver);
}

void PeerConnectionActor::greet_stream(const HistoryWanted& wanted) {
  link_->notify_below(stream_low_bytes);
  state.catch_up = spawn_catch_up(context_, wanted, caf::actor_cast<PeerConnection>(this));
  monitor(state.catch_up);
  logic_->begin(now());
  pull();
}

void PeerConnectionActor::on_message(PeerMessage message) {
  const bool votes = std::holds_alternative<ElectionNotice>(message);
  const bool administers =
      std::holds_alternative<AdminRequest>(message) || std::holds_alternative<AdminReply>(message);
  std::shared_ptr<const FromPeer> from = std::make_shared<FromPeer>(
      FromPeer{logic_->peer()->server, incarnation_, std::move(message)});
  if (votes) {
    send(state.peers->election, peer_a::value, std::move(from));
  } else if (administers) {
    // The keeper knows which console there is now.
    send(state.peers->links.at(from->peer), peer_a::value, std::move(from));
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
  if (end_->is_told) return;
  auto* chunk = std::get_if<ImageChunk>(&frame);
  if (auto* records = std::get_if<HistoryRecords>(&frame)) {
    // Without any it only says that the other side lives.
    if (!records->records.empty()) on_records(std::move(*records));
  } else if (chunk != nullptr && end_->receiver) {
    on_chunk(std::move(*chunk));
  } else {
    logic_->refuse(ErrorCode::marshalling_error, "an image that was not asked for");
  }
}

void PeerConnectionActor::on_records(HistoryRecords records) {
  auto batch = std::make_shared<ProposalBatch>();
  batch->epoch = stream_->wants.epoch;
  batch->previous = records.previous;
  batch->records = std::move(records.records);
  std::size_t bytes = 0;
  for (const Record& record : batch->records) bytes += record.memory_bytes();
  const Zxid last = batch->records.back().zxid();
  took_in(last, bytes);
  send(state.peers->proposal, history_a::value,
       FromHistory{*stream_, std::move(batch), caf::actor_cast<PeerConnection>(this)});
  if (last >= stream_->wants.end.zxid) end_stream();
}

void PeerConnectionActor::on_chunk(ImageChunk chunk) {
  std::size_t bytes = 0;
  for (const ImagePair& pair : chunk.records) bytes += pair.key.size() + pair.value.size();
  took_in(Zxid{}, bytes);
  const bool is_last = chunk.last.has_value();
  send(end_->receiver, image_a::value,
       std::shared_ptr<const ImageChunk>(std::make_shared<ImageChunk>(std::move(chunk))));
  if (is_last) end_stream();
}

void PeerConnectionActor::took_in(Zxid zxid, std::size_t bytes) {
  in_hand_.emplace_back(zxid, bytes);
  bytes_in_hand_ += bytes;
  if (bytes_in_hand_ > in_hand_bytes_max) logic_->pause();
}

void PeerConnectionActor::dealt_with_first() {
  bytes_in_hand_ -= in_hand_.front().second;
  in_hand_.pop_front();
  if (bytes_in_hand_ <= in_hand_bytes_max / 2) logic_->resume(now());
}

void PeerConnectionActor::end_stream() {
  end_->is_told = true;
  link_->close(CloseMode::graceful);
  quit();
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
