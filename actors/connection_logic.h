// What a connection does: framing, the handshake, identities, order in and out, limits. A plain
// class between a byte stream and the server, the same in production, simulation and tests.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/client_wire.h"
#include "actors/connection_row.h"
#include "actors/connection_traffic.h"
#include "actors/counters.h"
#include "actors/four_letter_words/connection_report.h"
#include "actors/frames_in_flight.h"
#include "actors/outstanding.h"
#include "actors/runtime/byte_link.h"
#include "actors/slow_requests.h"
#include "actors/traces_in_flight.h"
#include "config/four_letter_words.h"
#include "core/commit/delivery.h"
#include "core/commit/request_batch.h"
#include "core/txn/txn.h"
#include "schema/client_messages.h"

namespace quorate {

/// The same for all connections of a server; from the configuration.
struct ConnectionLimits {
  std::size_t frame_bytes_max = 1 << 20;
  std::uint32_t requests_in_flight_max = 1000;
  std::size_t bytes_in_flight_max = std::size_t{4} << 20;
  /// What a peer may leave unread before it is cut off. It is paced well below: with a quarter of
  /// it unread, no more is read from the peer until most of that is gone.
  std::size_t output_bytes_max = std::size_t{16} << 20;
  [[nodiscard]] std::size_t output_high_bytes() const { return output_bytes_max / 4; }
  [[nodiscard]] std::size_t output_low_bytes() const { return output_bytes_max / 16; }
  std::chrono::milliseconds session_timeout_min{4000};
  std::chrono::milliseconds session_timeout_max{40000};
  /// A connection without an identity of one of these may only authenticate; empty: any may ask.
  std::vector<std::string> schemes_required;
  FourLetterWords words;  ///< That are answered.
  /// How long who is sent away may wait for what it has in flight.
  std::chrono::milliseconds leaving_max{3000};
};

/// A connection's wish for a session, judged by apply.
struct Handshake {
  ConnectionSerial connection;
  SessionId session;
  Zxid last_seen;              ///< A server behind it refuses.
  TxnBody body;                ///< CreateSession or AttachSession.
  bool reads_suffice = false;  ///< The client is content with a server that cannot write.
};

/// A four-letter word that came instead of a first frame.
struct AskedWord {
  FourLetterWord word = FourLetterWord::ruok;
  std::int64_t trace_mask = 0;  ///< Of stmk.
  friend bool operator==(const AskedWord&, const AskedWord&) = default;
};

/// What the logic needs of its server.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual void hand_on(Handshake handshake) = 0;
  virtual void hand_on(RequestBatch batch) = 0;
  /// The peer has read what on_deliveries() wanted to know of.
  virtual void tell_drained() = 0;
  /// How things stand; at once, whatever the server is busy with.
  [[nodiscard]] virtual Inspection inspect() = 0;
  /// Answered with ConnectionLogic::on_leadership().
  virtual void transfer_leadership(std::optional<ServerId> to) = 0;
  /// Answered with ConnectionLogic::on_words(), at once or later.
  virtual void tell(const AskedWord& asked) = 0;
  /// A reply is about to leave that is slow, or was sampled.
  virtual void look_at(const AnsweredRequest& request) = 0;
  /// On the monotonic clock.
  [[nodiscard]] virtual std::chrono::microseconds now() const = 0;
  /// An id that no session of this ensemble has had.
  [[nodiscard]] virtual SessionId new_session_id() = 0;
  [[nodiscard]] virtual SessionPassword new_password() = 0;
};

/// One client's byte stream.
///
///   hello --Hello--> greeting --SessionOpened--> open --close, error, limit--> closed
///   hello --Inspect, answered--> closed
///   hello --TransferLeadership, four-letter word--> greeting --answered--> closed
///
/// hello     The first bytes tell which protocol the client speaks, or are a four-letter word. Only
///           a Hello, Inspect or TransferLeadership of at most 4 KiB is accepted.
/// greeting  The session is being created or attached, or the leader asked; nothing is read.
/// open      Requests are read as long as fewer than the limits allow are in flight, on this
///           connection and (Outstanding) on all, and the peer reads what it is sent.
/// closed    Whatever comes is ignored; the host is done with it.
///
/// Replies leave in the order of their requests; events where the commit machine put them.
class ConnectionLogic {
 public:
  /// All but `serial` outlive the logic. `super_digest`: see credentials.h.
  ConnectionLogic(ConnectionSerial serial, ServerId server, const ConnectionLimits& limits,
                  const std::string& super_digest, ByteLink& link, ConnectionHost& host,
                  EventCaches& events, Outstanding& outstanding, ServerCounters& counters,
                  ClientProtocols spoken = ClientProtocols::all);
  ConnectionLogic(const ConnectionLogic&) = delete;
  ConnectionLogic& operator=(const ConnectionLogic&) = delete;
  ~ConnectionLogic();

  void on_bytes(std::span<const char> bytes);
  /// `wants_word`: the host is told once the peer has read them, but for a little.
  void on_deliveries(std::span<const Delivery> deliveries, bool wants_word = false);
  /// The link has little to send. REQUIRES: called whenever its unsent bytes fall from above to at
  /// most output_low_bytes().
  void on_drained();
  /// The leader has agreed to hand over to a successor, or why it does not.
  void on_leadership(const Result<ServerId>& successor);
  /// The answer to the four-letter word.
  void on_words(std::string_view text);

  /// The stream itself proves who the client is.
  void on_identity(Identity identity);

  /// No Hello came in time, or the server stops: says goodbye and closes. To who waits for a
  /// session since its Hello, lateness is the server's: not_serving.
  void dismiss(ErrorCode reason, std::string_view text);

  /// As dismiss(), but reads no more and waits until what was read is answered.
  void dismiss_when_answered(ErrorCode reason, const char* literal);

  [[nodiscard]] bool is_closed() const { return phase_ == Phase::closed; }
  [[nodiscard]] bool is_greeted() const { return phase_ == Phase::open; }
  [[nodiscard]] SessionId session() const { return session_; }

  /// All but the time since when it is there.
  [[nodiscard]] ConnectionReport report() const;
  /// The same for the console, which knows the serial, the actor, TLS and since when.
  [[nodiscard]] ConnectionRow row(std::chrono::milliseconds now) const;
  /// Begins to count anew.
  void reset_traffic() { traffic_ = {}; }

 private:
  enum class Phase : std::uint8_t { hello, greeting, open, closed };

  /// Handles whole frames; returns how many bytes it took.
  std::size_t consume(std::span<const char> bytes);
  /// Whether the connection began with a four-letter word, of which enough may not be there yet.
  bool consume_word(std::span<const char> bytes);
  void on_refused_word(FourLetterWord word);
  void say(std::string_view text);
  void on_frame(std::span<const char> frame);
  void on_hello(const Hello& hello);
  void on_inspect();
  void on_transfer(const TransferLeadership& asked);
  void on_request(Request request, std::size_t bytes);
  void on_authenticate(Request& request);
  [[nodiscard]] bool lacks_identity() const;
  [[nodiscard]] bool is_leaving() const { return last_word_ != ErrorCode::ok; }
  void hand_on_batch();
  [[nodiscard]] bool is_full() const;
  /// Nothing of this connection is waited for any more.
  void forget_outstanding();
  void pause_if_full();
  void resume_if_drained();
  [[nodiscard]] bool has_drained() const;

  void deliver(const Reply& reply, std::chrono::microseconds now);
  void look_at(const Reply& reply, const FrameInFlight& answered, Look look,
               std::chrono::microseconds now);
  void deliver(const SharedEvent& event);
  void deliver(const SessionOpened& opened, std::chrono::microseconds now);
  void deliver(const CloseConnection& close);
  void close(CloseMode mode, Counter& reason);

  const ConnectionSerial serial_;
  const ServerId server_;
  const ConnectionLimits& limits_;
  const std::string& super_digest_;
  ByteLink& link_;
  ConnectionHost& host_;
  EventCaches& events_;
  const ClientProtocols spoken_;
  Outstanding& outstanding_;
  ServerCounters& counters_;

  std::unique_ptr<ClientWire> wire_;  ///< As soon as the first bytes are there.
  Phase phase_ = Phase::hello;
  bool paused_ = false;
  bool owes_word_ = false;  ///< The host wants to know when the link has drained.
  /// Set: nothing more is read, and this is said behind the last reply.
  ErrorCode last_word_ = ErrorCode::ok;
  const char* last_text_ = "";  ///< A literal.
  SessionId session_;
  SessionPassword password_{};  ///< Until the Welcome is sent.
  SharedIdentities identities_;
  std::vector<char> input_;  ///< The beginning of a frame, or what waits while full.
  RequestBatch batch_;
  FramesInFlight in_flight_;
  TracesInFlight traces_;
  std::uint32_t received_us_ = 0;  ///< As FrameInFlight has it; of the requests of `batch_`.
  std::uint32_t timeout_ms_ = 0;   ///< Of the session.
  ConnectionTraffic traffic_;
};

}  // namespace quorate
