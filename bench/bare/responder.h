// The bare limit of serving: one epoll thread that answers every frame with a canned one.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/bare/canned.h"
#include "bench/net/frame_stream.h"
#include "bench/net/poller.h"

namespace quorate::bench {

/// Reads what a read chunk holds, looks at nothing but each frame's size and xid, and answers the
/// chunk with one send: what the kernel and the network cost, without a coordination service.
///
/// The first frame of a connection is answered `welcome`; a getData and a setData with replies of
/// the sizes a server would send; a closeSession with `nothing`, after which the responder closes.
/// With fan-out, a setData is answered first and then an event is sent to every other connection
/// that has sent a getData since the last one: the bare loop of sends. Connecting, saying hello and
/// hearing welcome is the bare accept and echo.
class BareResponder {
 public:
  struct Options {
    bool fan_out = false;
  };

  /// Listens; port 0 takes a free one. `nodes` only sets sizes.
  [[nodiscard]] static Result<BareResponder> make(const Address& at, const NodeSet& nodes,
                                                  Options options);

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Serves until `stop`; looks at it every 100 ms.
  Status run(const std::atomic<bool>& stop);

 private:
  struct Connection {
    explicit Connection(Fd fd) : stream(std::move(fd)) {}
    FrameStream stream;
    bool is_greeted = false;
    bool is_armed = false;     ///< Has sent a getData since the last fan-out.
    bool ends = false;         ///< Answered closeSession.
    bool wants_write = false;  ///< Polled for EPOLLOUT too.
  };

  BareResponder(Fd listener, Poller poller, std::uint16_t port, const NodeSet& nodes,
                Options options);

  void accept_all();
  void serve(int fd);
  Status answer(Connection& connection, std::span<const std::byte> frame);
  /// Sends; polls for room as long as something is left. False when the connection is to go.
  bool flush(Connection& connection);
  void fan_out(const Connection& writer);
  void drop(int fd);

  Fd listener_;
  Poller poller_;
  std::uint16_t port_;
  CannedFrames frames_;
  Options options_;
  ReadBuffer buffer_;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< By descriptor.
};

}  // namespace quorate::bench
