// The client's half of a session: bytes and time in, bytes and callbacks out. No I/O, no clock,
// no thread: the owner (event_loop.h) carries bytes, a simulator can do the same.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/call.h"
#include "client/call_queue.h"
#include "client/chroot.h"
#include "client/host_list.h"
#include "client/options.h"
#include "client/watch_set.h"
#include "core/base/result.h"
#include "schema/client_messages.h"

namespace quorate::client {

/// What the owner must do, in the order of the fields. Nothing here has happened yet.
struct SessionEffects {
  bool hang_up = false;      ///< Close the connection or give up the dial, if there is one.
  std::optional<Host> dial;  ///< Then open a connection, resolving the name anew.
  /// Ask this server what it is, over a connection beside, instead of whom was asked before. The
  /// answer goes to on_inspected(); none is wanted after hang_up.
  std::optional<Host> inquire;
  std::vector<Delivery> deliveries;  ///< Hand these to the callback thread, in order.
};

/// One session over many connections.
///
///   waiting --(retry time)--> dialling --(on_open: Hello)--> greeting --(Welcome)--> serving
///      ^                          |                             |                       |
///      +--------------------------+-------- break_connection ---+-----------------------+
///   any --(expired, auth failed, closed)--> ended
///
/// Holds in every step:
///   (1) requests reach a server in the order they were submitted, and are answered in it;
///   (2) on each connection: Hello, credentials, watches, then requests;
///   (3) a sent request whose connection broke fails with connection_loss and is never repeated;
///   (4) the zxid that watches are registered with does not move while a registration is
///       unanswered, so that no change between two connections is missed;
///   (5) every call submitted ends in exactly one delivery.
///
/// Served by a server that cannot write, it asks the others, one after the other, whether they can,
/// at first after 100 ms and then in intervals that double up to a minute. When one can, nothing
/// more is sent, and when all that was sent is answered it goes there. A session that such a server
/// opened is a stopgap: it is not gone on with on another connection, but followed by a new one.
class Session {
 public:
  Session(const Options& options, Endpoints endpoints, std::uint64_t seed);

  /// Begins to dial.
  void start(TimePoint now);

  // --- From the application -------------------------------------------------------------------

  /// Queues a request and sends it when its turn comes. A refusal is delivered like an answer.
  /// With RemoveWatches, `watcher` is the only one to remove; when others stay, the server is
  /// asked only whether there is a watch.
  void submit(Operation operation, std::optional<Watcher> watcher, OutcomeCallback done,
              CallThread thread, TimePoint now);
  /// Proves an identity now and on every later connection.
  void add_credentials(Credentials credentials, OutcomeCallback done, CallThread thread,
                       TimePoint now);
  /// Ends the session after what was submitted before; at once when not connected (the ensemble
  /// then expires it).
  void close(TimePoint now);

  // --- From the connection --------------------------------------------------------------------

  void on_open(TimePoint now);
  void on_bytes(std::span<const std::byte> bytes, TimePoint now);
  void on_broken(const std::string& why, TimePoint now);
  /// What a server said that was asked because of SessionEffects::inquire.
  void on_inspected(const Host& host, const Result<Inspection>& inspection, TimePoint now);
  void on_tick(TimePoint now);
  /// The owner does not read for a while: silence proves nothing.
  void on_read_paused(bool paused, TimePoint now);

  // --- For the owner --------------------------------------------------------------------------

  [[nodiscard]] SessionEffects take_effects();
  [[nodiscard]] bool has_deliveries() const { return !effects_.deliveries.empty(); }
  /// Bytes to write; the owner erases what it wrote.
  [[nodiscard]] std::vector<char>& output() { return output_; }
  /// When on_tick() is needed next.
  [[nodiscard]] TimePoint next_tick() const;

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] SessionTicket ticket() const;
  [[nodiscard]] std::chrono::milliseconds timeout() const { return timeout_; }
  [[nodiscard]] ServerId server() const { return server_; }
  /// Why the last connection broke or could not be made.
  [[nodiscard]] const std::string& last_failure() const { return last_failure_; }
  [[nodiscard]] const WatchSet& watches() const { return watches_; }
  [[nodiscard]] const CallQueue& calls() const { return calls_; }

 private:
  enum class Phase : std::uint8_t { waiting, dialling, greeting, serving, ended };
  struct Proof {
    Credentials credentials;
    OutcomeCallback done;  ///< Of the call that added it, until it is sent.
    CallThread thread = CallThread::callback;
  };

  void dial(const Host& host, TimePoint now);
  void begin_search(TimePoint now);
  void search(TimePoint now);
  void move_when_idle(TimePoint now);
  void break_connection(const std::string& why, TimePoint now);
  void hang_up();
  void finish(SessionState state, const Error& error);
  [[nodiscard]] static Error ended(SessionState state);
  void set_state(SessionState state, const std::string& reason);

  bool on_frame(std::span<const std::byte> frame, TimePoint now);
  void on_message(Welcome&& welcome, TimePoint now);
  void on_message(Goodbye&& goodbye, TimePoint now);
  void on_message(WatchEvent&& event, TimePoint now);
  void on_message(Reply&& reply, TimePoint now);
  void on_message(Inspection&& inspection, TimePoint now);
  void on_message(LeadershipTransfer&& transfer, TimePoint now);
  void on_answer(CallSource source, const Error& error, TimePoint now);
  void register_watch(const Call& call, const Reply& reply);

  void narrow_removal(Call& call);
  void send_credentials(Proof& proof);
  void send_watches();
  void send_now(Operation operation, CallSource source, OutcomeCallback done, CallThread thread);
  /// Sends what waits, as far as the server allows.
  void pump(TimePoint now);
  [[nodiscard]] bool encode(Call& call, TimePoint now);

  [[nodiscard]] std::chrono::milliseconds connect_timeout() const;
  [[nodiscard]] std::chrono::milliseconds ping_interval() const;
  [[nodiscard]] std::chrono::milliseconds silence_max() const;

  // What was wanted.
  std::chrono::milliseconds wanted_timeout_;
  std::chrono::milliseconds operation_timeout_;
  bool read_only_;
  Chroot chroot_;

  // The session.
  SessionState state_ = SessionState::connecting;
  SessionId session_;
  SessionPassword password_{};
  std::chrono::milliseconds timeout_;
  Zxid seen_;      ///< Of replies and events: no server behind it is accepted.
  Zxid relative_;  ///< Up to here every event has been heard.
  std::vector<Proof> proofs_;
  WatchSet watches_;
  CallQueue calls_;

  // The connection.
  Phase phase_ = Phase::waiting;
  HostList hosts_;
  Host host_;
  ServerId server_;
  std::string last_failure_;
  TimePoint phase_deadline_ = TimePoint::max();  ///< Of waiting, dialling and greeting.
  TimePoint last_sent_;
  TimePoint last_heard_;
  TimePoint close_deadline_ = TimePoint::max();
  std::size_t frame_bytes_max_ = 0;
  std::size_t in_flight_max_ = 0;
  std::size_t restoring_ = 0;               ///< Watch registrations without an answer yet.
  bool is_stopgap_ = false;                 ///< The session dies with its connection.
  TimePoint search_at_ = TimePoint::max();  ///< For a server that writes.
  std::chrono::milliseconds search_pause_{0};
  std::optional<Host> better_;  ///< That was found: nothing more is sent here.
  bool ping_pending_ = false;
  bool read_paused_ = false;
  bool closing_ = false;
  std::vector<std::byte> input_;
  std::vector<char> output_;
  SessionEffects effects_;
};

}  // namespace quorate::client
