// One connection between two servers: who is there, whether it is allowed to be, and whether it
// still lives.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actors/frame_input.h"
#include "actors/runtime/byte_link.h"
#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/zab/peer_message.h"
#include "schema/peer_messages.h"

namespace quorate {

/// Who this server is among its peers.
struct PeerIdentity {
  std::array<std::uint8_t, 16> cluster{};
  ServerId server;
  Incarnation incarnation;
  std::string key;  ///< Shared by all servers of the ensemble; empty: nobody proves anything.
  /// Has never promised anything to anybody by now: its cluster is that of whomever it meets.
  bool is_new = false;
};

struct PeerLinkLimits {
  std::chrono::milliseconds heartbeat{100};
  std::chrono::milliseconds silence{1000};
  std::chrono::milliseconds handshake{5000};
};

/// What the logic wants of its owner; called from within its functions.
class PeerLinkHost {
 public:
  virtual ~PeerLinkHost() = default;
  /// The handshake is over, and the other side is who it says. Nothing is handed on until begin().
  virtual void on_greeted(const PeerHello& peer) = 0;
  virtual void on_message(PeerMessage message) = 0;
  /// On a stream of history, on the side that asked for it.
  virtual void on_history(HistoryFrame frame) = 0;
  /// It is over; `reason` for the log, empty when the other side just closed.
  virtual void on_ended(const std::string& reason) = 0;
};

/// The dialler says hello first. Whoever hears a hello that it does not want says why and closes:
/// another ensemble, another server than was dialled, no common version, a wrong proof. When one of
/// two ensembles is that of a new server, both are greeted, and their owners compare the clusters.
///
///   hello --their hello--> proving --their proof--> greeted --begin()--> open --> closed
///
/// Without a key there is no proof, and hello leads to greeted. With one, each side proves that it
/// has the key by an HMAC over both hellos, in which the challenges are fresh.
///
/// Silence. Each side sends something every heartbeat; who hears nothing for the silence time
/// closes, and the other side sees the connection break. So a link works in both directions or not
/// at all. On a stream of history only the side that asked listens.
class PeerLinkLogic {
 public:
  using Time = std::chrono::milliseconds;

  /// `dials`: whom this side has dialled; nothing when it was dialled. `wants`: the connection is
  /// for a stream of history. `challenge`: random.
  PeerLinkLogic(const PeerIdentity& self, std::optional<ServerId> dials,
                const std::optional<HistoryWanted>& wants,
                const std::array<std::uint8_t, 32>& challenge, const PeerLinkLimits& limits,
                ByteLink& link, PeerLinkHost& host, Time now);

  void start();
  void on_bytes(std::span<const char> bytes, Time now);
  void on_tick(Time now);
  /// The owner wants this connection: what comes is handed on.
  void begin(Time now);
  /// While this side cannot take more nothing is read, and silence says nothing.
  void pause();
  void resume(Time now);
  /// One encoded message. REQUIRES: begun.
  void send(const Blob& frame);
  void refuse(ErrorCode code, const std::string& text);

  [[nodiscard]] bool is_closed() const { return phase_ == Phase::closed; }
  [[nodiscard]] const std::optional<PeerHello>& peer() const { return theirs_; }

 private:
  enum class Phase { hello, proving, greeted, open, closed };

  [[nodiscard]] Result<std::size_t> frame_size(std::span<const char> rest) const;
  void on_frame(std::span<const char> frame);
  void on_stream_frame(std::span<const std::byte> frame);
  void on_handshake(std::span<const std::byte> frame);
  void on_hello(const PeerHello& hello);
  void on_proof(const PeerProof& proof);
  void greeted();
  void write(const Blob& frame);
  void close(CloseMode mode, const std::string& reason);
  [[nodiscard]] PeerProof proof(bool by_dialler) const;

  PeerIdentity self_;
  std::optional<ServerId> dials_;
  bool is_stream_ = false;
  PeerLinkLimits limits_;
  ByteLink& link_;
  PeerLinkHost& host_;
  Phase phase_ = Phase::hello;
  PeerHello ours_;
  std::optional<PeerHello> theirs_;
  FrameInput input_;
  Time since_;
  Time heard_;
  bool sent_ = false;  ///< Since the last tick.
  bool paused_ = false;
};

}  // namespace quorate
