#include "actors/peer_link_logic.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "actors/credentials.h"
#include "schema/capnp/frame.h"
#include "schema/capnp/quorum_codec.h"

namespace quorate {
namespace {

using capnp_codec::FrameLimits;

/// Says only that this side lives; never handed on.
bool is_keep_alive(const PeerMessage& message) {
  const auto* alive = std::get_if<Alive>(&message);
  return alive != nullptr && *alive == Alive{};
}

}  // namespace

PeerLinkLogic::PeerLinkLogic(const PeerIdentity& self, std::optional<ServerId> dials,
                             const std::optional<HistoryWanted>& wants,
                             const std::array<std::uint8_t, 32>& challenge,
                             const PeerLinkLimits& limits, ByteLink& link, PeerLinkHost& host,
                             Time now)
    : self_(self),
      dials_(dials),
      limits_(limits),
      link_(link),
      host_(host),
      since_(now),
      heard_(now) {
  ours_.features |= peer_feature_admin;
  if (!self.key.empty()) ours_.features |= peer_feature_proof;
  if (self.is_new) ours_.features |= peer_feature_new;
  ours_.cluster = self.cluster;
  ours_.server = self.server;
  ours_.incarnation = self.incarnation;
  ours_.challenge = challenge;
  is_stream_ = wants.has_value();
  if (wants) ours_.purpose = *wants;
  if (!dials) ours_.purpose = HelloAnswer{};
}

void PeerLinkLogic::start() {
  if (!dials_) return;
  write(capnp_codec::encode_handshake(ours_));
}

// --- In
// --------------------------------------------------------------------------------------------

void PeerLinkLogic::on_bytes(std::span<const char> bytes, Time now) {
  if (phase_ == Phase::closed) return;
  heard_ = now;
  const Status cut = input_.feed(
      bytes, [this](std::span<const char> rest) { return frame_size(rest); },
      [this](std::span<const char> frame) {
        on_frame(frame);
        return phase_ != Phase::closed;
      });
  if (!cut) refuse(cut.error().code, cut.error().text);
}

Result<std::size_t> PeerLinkLogic::frame_size(std::span<const char> rest) const {
  // While the owner decides, what comes waits.
  if (phase_ == Phase::greeted) return std::size_t{0};
  const FrameLimits limits =
      phase_ == Phase::open ? capnp_codec::peer_limits : capnp_codec::hello_limits;
  return capnp_codec::frame_size(std::as_bytes(rest), limits);
}

void PeerLinkLogic::on_frame(std::span<const char> frame) {
  if (phase_ != Phase::open) return on_handshake(std::as_bytes(frame));
  link_.count_frames(1, 0);
  if (is_stream_) return on_stream_frame(std::as_bytes(frame));
  Result<PeerMessage> message = capnp_codec::decode_peer_message(std::as_bytes(frame));
  if (!message) return refuse(message.error().code, message.error().text);
  if (!is_keep_alive(*message)) host_.on_message(*std::move(message));
}

void PeerLinkLogic::on_stream_frame(std::span<const std::byte> frame) {
  if (!dials_) return refuse(ErrorCode::marshalling_error, "who asks for history only listens");
  Result<HistoryFrame> part = capnp_codec::decode_history_frame(frame);
  if (!part) return refuse(part.error().code, part.error().text);
  if (const auto* refusal = std::get_if<PeerRefusal>(&*part))
    return close(CloseMode::graceful, "no history: " + refusal->text.substr(0, 200));
  host_.on_history(*std::move(part));
}

void PeerLinkLogic::on_handshake(std::span<const std::byte> frame) {
  const Result<PeerHandshake> said = capnp_codec::decode_handshake(frame);
  if (!said) return refuse(said.error().code, said.error().text);
  if (const auto* refusal = std::get_if<PeerRefusal>(&*said)) {
    // Their words; of a stranger, so not at any length.
    return close(CloseMode::graceful, "the other server refuses: " + refusal->text.substr(0, 200));
  }
  if (const auto* hello = std::get_if<PeerHello>(&*said)) {
    if (phase_ == Phase::hello) return on_hello(*hello);
    return refuse(ErrorCode::marshalling_error, "a second hello");
  }
  if (phase_ == Phase::proving) return on_proof(std::get<PeerProof>(*said));
  refuse(ErrorCode::marshalling_error, "a proof before a hello");
}

void PeerLinkLogic::on_hello(const PeerHello& hello) {
  const auto number = [](ServerId server) { return std::to_string(server.value); };
  if (hello.version_min > peer_protocol_version || hello.version_max < peer_protocol_version)
    return refuse(ErrorCode::unimplemented, "this server speaks peer protocol version 1 only");
  const bool is_new = (hello.features & peer_feature_new) != 0;
  if (hello.cluster != self_.cluster && is_new == self_.is_new)
    return refuse(
        ErrorCode::foreign,
        "server " + number(hello.server) +
            " belongs to another ensemble: its cluster id differs; correct the addresses, "
            "or set the same cluster_id on all servers before their first start");
  if (std::holds_alternative<HelloAnswer>(hello.purpose) != dials_.has_value())
    return refuse(ErrorCode::marshalling_error, "a hello without the purpose that was its turn");
  if (hello.server == self_.server)
    return refuse(ErrorCode::foreign, "both sides say that they are server " +
                                          number(self_.server) + ": correct one server_id");
  if (dials_ && hello.server != *dials_)
    return refuse(ErrorCode::foreign, "server " + number(hello.server) +
                                          " answers at the address of " + "server " +
                                          number(*dials_) + ": correct the server lines");
  if (const bool proves = (hello.features & peer_feature_proof) != 0; proves == self_.key.empty())
    return refuse(ErrorCode::auth_failed,
                  "server " + number(proves ? hello.server : self_.server) + " has a shared key, " +
                      "server " + number(proves ? self_.server : hello.server) +
                      " has none: set the same peer_key_file content on all servers");
  theirs_ = hello;
  if (!dials_) is_stream_ = std::holds_alternative<HistoryWanted>(hello.purpose);
  if (!dials_) {
    write(capnp_codec::encode_handshake(ours_));
  }
  if (self_.key.empty()) return greeted();
  phase_ = Phase::proving;
  write(capnp_codec::encode_handshake(proof(dials_.has_value())));
}

PeerProof PeerLinkLogic::proof(bool by_dialler) const {
  using capnp_codec::PeerSide;
  const PeerSide prover = by_dialler ? PeerSide::dialler : PeerSide::dialled;
  const PeerHello& dialler = dials_ ? ours_ : *theirs_;
  const PeerHello& dialled = dials_ ? *theirs_ : ours_;
  return {hmac_sha256(self_.key, capnp_codec::proof_input(prover, dialler, dialled))};
}

void PeerLinkLogic::on_proof(const PeerProof& given) {
  const PeerProof wanted = proof(!dials_.has_value());
  if (CRYPTO_memcmp(wanted.mac.data(), given.mac.data(), wanted.mac.size()) != 0)
    return refuse(ErrorCode::auth_failed,
                  "the key of server " + std::to_string(theirs_->server.value) +
                      " differs: set the same peer_key_file content on all servers");
  greeted();
}

void PeerLinkLogic::greeted() {
  phase_ = Phase::greeted;
  host_.on_greeted(*theirs_);
}

void PeerLinkLogic::begin(Time now) {
  if (phase_ != Phase::greeted) return;
  phase_ = Phase::open;
  heard_ = now;
  on_bytes({}, now);  // What waited.
}

void PeerLinkLogic::pause() {
  if (!std::exchange(paused_, true)) link_.pause();
}

void PeerLinkLogic::resume(Time now) {
  if (!std::exchange(paused_, false)) return;
  heard_ = now;
  link_.resume();
}

// --- Out
// -------------------------------------------------------------------------------------------

void PeerLinkLogic::send(const Blob& frame) {
  if (phase_ == Phase::open) write(frame);
}

void PeerLinkLogic::write(const Blob& frame) {
  std::vector<char>& output = link_.output();
  const std::string_view text = frame.text();
  output.insert(output.end(), text.begin(), text.end());
  link_.flush();
  link_.count_frames(0, 1);
  sent_ = true;
}

void PeerLinkLogic::on_tick(Time now) {
  if (phase_ == Phase::closed) return;
  if (phase_ != Phase::open) {
    if (now - since_ > limits_.handshake) close(CloseMode::forced, "no handshake came in time");
    return;
  }
  const bool listens = !paused_ && (!is_stream_ || dials_.has_value());
  if (listens && now - heard_ > limits_.silence)
    return close(CloseMode::forced, "nothing was heard for too long");
  if (std::exchange(sent_, false) || (is_stream_ && dials_)) return;
  write(is_stream_ ? capnp_codec::encode_history({}, {})
                   : capnp_codec::encode_peer_message(Alive{}));
  sent_ = false;
}

void PeerLinkLogic::refuse(ErrorCode code, const std::string& text) {
  if (phase_ == Phase::closed) return;
  if (phase_ != Phase::open) write(capnp_codec::encode_handshake(PeerRefusal{code, text}));
  close(CloseMode::graceful, text);
}

void PeerLinkLogic::close(CloseMode mode, const std::string& reason) {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  link_.close(mode);
  host_.on_ended(reason);
}

}  // namespace quorate
