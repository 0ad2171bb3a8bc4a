// A client that goes on writing when its server is gone.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "bench/load/node_set.h"
#include "bench/load/session.h"
#include "schema/client_messages.h"

namespace quorate::bench {

/// One session that writes a node of its own, over whichever server serves it.
///
///   connecting -> greeting -> reading -> writing -> closing -> closed
///        ^            |          |          |
///        +------------+----------+----------+   the connection broke: the next server, same
///        session
///
/// What was unanswered when a connection broke may have been executed or not. So the node is read
/// before more is written: its version must be one that the requests so far can have made, at
/// least the last acknowledged one, and its data the value of that version.
class FailoverClient {
 public:
  struct Settings {
    std::vector<Address> servers;
    std::size_t depth = 16;
    std::int64_t timeout_ms = 30'000;
  };

  /// Writes node `number` of `nodes`, now at `version`; begins at server `number`, modulo their
  /// number. The number is the tag of its events.
  FailoverClient(Poller& poller, const Settings& settings, const NodeSet& nodes,
                 std::uint32_t number, std::int32_t version);

  Status connect();
  /// Error: a wrong reply, or a lost connection unless `may_reconnect`.
  Status on_ready(ReadBuffer& buffer, bool may_reconnect);
  /// Tries the next server when it is time to.
  Status on_tick(Nanoseconds now);
  /// Sends no more writes; ends the session when all are answered.
  Status end();

  [[nodiscard]] bool is_writing() const { return phase_ == Phase::writing && writes_ > 0; }
  [[nodiscard]] bool is_closed() const { return phase_ == Phase::closed; }
  [[nodiscard]] std::size_t server() const { return server_; }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }  ///< Acknowledged.
  [[nodiscard]] std::uint64_t reconnects() const { return reconnects_; }
  /// Of the last acknowledged write: when it was sent, and answered.
  [[nodiscard]] Nanoseconds sent_at() const { return sent_at_; }
  [[nodiscard]] Nanoseconds answered_at() const { return answered_at_; }

 private:
  enum class Phase : std::uint8_t {
    waiting,
    connecting,
    greeting,
    reading,
    writing,
    closing,
    closed
  };

  Status step(ReadBuffer& buffer);
  Status greet();
  Status on_frame(std::span<const std::byte> frame, Nanoseconds at);
  Status on_welcome(const Welcome& welcome);
  Status on_read(const Reply& reply);
  Status on_written(const Reply& reply, Nanoseconds at);
  Status on_reply(const Reply& reply, Nanoseconds at);
  Status refill();
  Status close();
  void send(Operation operation);
  Status push();
  void drop();
  [[nodiscard]] Error wrong(const std::string& expected, const std::string& got) const;

  Poller& poller_;
  const Settings& settings_;
  const NodeSet& nodes_;
  std::uint32_t number_;
  std::size_t server_;
  Phase phase_ = Phase::waiting;
  Nanoseconds retry_at_ = 0;
  std::unique_ptr<Session> session_;
  SessionId id_;  ///< {0}: none yet.
  SessionPassword password_{};
  Zxid zxid_;
  std::int32_t acknowledged_;  ///< The node's version after the last acknowledged write.
  std::int32_t issued_;        ///< After all that were sent.
  std::int64_t answered_xid_ = 0;
  std::deque<Nanoseconds> sent_;  ///< Of the unanswered writes, oldest first.
  bool ending_ = false;
  std::uint64_t writes_ = 0;
  std::uint64_t reconnects_ = 0;
  Nanoseconds sent_at_ = 0;
  Nanoseconds answered_at_ = 0;
};

}  // namespace quorate::bench
