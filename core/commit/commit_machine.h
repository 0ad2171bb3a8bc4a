// The one owner of the truth: applies what is committed, answers reads, hands writes on, and keeps
// the order of every connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/base/flat_map.h"
#include "core/base/ids.h"
#include "core/commit/apply_mark.h"
#include "core/commit/commit_limits.h"
#include "core/commit/connection_order.h"
#include "core/commit/delivery.h"
#include "core/commit/local_requests.h"
#include "core/commit/request_batch.h"
#include "core/commit/session_rules.h"
#include "core/session/local_sessions.h"
#include "core/tree/state.h"
#include "core/txn/digest_mark.h"
#include "core/txn/sync_request.h"
#include "core/txn/txn.h"
#include "core/watch/watch_table.h"

namespace quorate {

/// A session that was created or attached, here or on another server.
struct OpenedSession {
  SessionId session;
  std::int64_t timeout_ms = 0;
  friend bool operator==(const OpenedSession&, const OpenedSession&) = default;
};

/// What became of a write that CommitMachine::edit() took.
struct Edited {
  std::uint64_t number = 0;
  ErrorCode error = ErrorCode::ok;
  Zxid zxid;  ///< {0}: nobody can say whether it was done.
  ReplyBody body;
};

/// Whether a server that serves takes clients itself.
enum class Clients : std::uint8_t { welcome, sent_away };

/// What the machine wants done beyond the connections. The owner takes each list whole and leaves
/// it empty; `submissions` go out before `syncs`.
struct CommitOutput {
  std::vector<Submission> submissions;  ///< In the order in which the leader must see them.
  std::vector<SyncRequest> syncs;
  // For the session tracker, to be read in this order.
  std::vector<SessionId> touched;     ///< Sent something, once per batch; or has read much.
  std::vector<OpenedSession> opened;  ///< By applied txns, of all servers.
  std::vector<SessionId> closed;      ///< Closed or expired by applied txns, of all servers.
  std::vector<DigestMark> marks;      ///< For the others, to compare; see is_marked().
  std::vector<Edited> edited;         ///< For who asked for them.
};

/// State, watches and the order of every connection; no I/O, no clock.
///
/// Order on a connection. A request runs when all before it on its connection have run, and its
/// reply takes its place in the stream: with nothing pending, at once. Writes and syncs are sent
/// on when they arrive, without waiting for earlier ones, and run when applied; what came behind
/// a write runs right after that write is applied and before the next record is: of pipelined
/// `set 1, get, set 2` the get returns 1. What is refused here (Refused, an invalid ACL or path of
/// a create, too large a write, a lapsed deadline) takes its place in the order but no zxid.
///
/// Pace. A connection whose client has not read what it was given (CommitLimits) is stalled: what
/// it sends is held in its order, and nothing of it runs or is sent on until on_drained(). Only the
/// writes that were sent on before are applied meanwhile, and what stands before them runs just
/// before they are. So that this is not much, no write is sent on behind reads that will probably
/// be answered with much; who has more all the same than CommitLimits allow is closed (throttled).
///
/// Watches are registered in the step of the read they belong to; a txn's events enter the streams
/// before its reply and before any later read result. They are filtered by READ with the ACL that
/// came with the change and the identities of the connection's last batch; a filtered standard
/// watch is consumed all the same.
///
/// Sync. Answered when the tree has everything that had been proposed when the leader was asked.
/// A later write of the same connection that is applied says as much: whatever anybody had been
/// acknowledged when the sync was sent has a smaller zxid.
///
/// Sessions. A connection owns its session from the moment its CreateSession or AttachSession is
/// applied. When a txn closes or expires that session, or another connection attaches it, the
/// former owner's queue dies and its stream ends with CloseConnection.
///
/// Local sessions (SessionRules) are known to this server alone: no record tells of them. What they
/// write is written, as far as the log knows, by the server itself on behalf of nobody, which apply
/// takes from it as it takes its settings: so every server decides the same from the record. The
/// permissions are those of the identities in it, as ever. A session owns no nodes then; where the
/// rules allow it, the first ephemeral node sends a CreateSession of the same id ahead, and from
/// then on the session is one like all.
///
/// Reading only. Between on_leader_lost() and on_serving() the owner may say on_read_only(): then
/// clients that accept it have their reads answered from the tree as it is, in local sessions that
/// end when the server serves again. Nothing at all is submitted meanwhile.
///
/// Serving. Begins with on_serving(). Until then, and between on_leader_lost() and on_serving(),
/// requests are held and none is answered; records are applied and events delivered all the same.
///
/// Invariants, verified by check_invariants():
///   (1) while serving, the queue of a connection that is not stalled begins, unless it is empty,
///       with an awaited write or sync, and holds no write or sync that was not sent on, except
///       behind many bytes of reads; behind one that was not, nothing is awaited; who is stalled
///       has been asked for a word, or is about to be;
///   (2) while not serving, no write is in flight;
///   (3) a session has at most one connection here, and that one names the session;
///   (4) a connection that was told to close has no watches, no session and nothing queued;
///   (5) whoever has something to deliver stands in one of the two queues of take();
///   (6) while clients are sent away, or there has been no leader for a while, nobody waits for a
///       session;
///   (7) a local session is in the table of this server and not in the state; one that reads only
///       has nothing queued unless it is stalled, and there are none of these while serving;
///   (8) while not serving, no edit is in flight.
class CommitMachine {
 public:
  using Time = std::chrono::milliseconds;

  /// `server` and `incarnation` are the origin of the writes that connections here make;
  /// `table_seed` keys the table of watched paths (hash flooding).
  CommitMachine(State state, ServerId server, Incarnation incarnation, const CommitLimits& limits,
                std::uint64_t table_seed, const SessionRules& rules = {});
  CommitMachine(CommitMachine&&) noexcept;
  CommitMachine& operator=(CommitMachine&&) = delete;
  ~CommitMachine();

  // --- Connections. Events of connections that are unknown or closed are ignored. ---------------

  /// REQUIRES: the serial is new and not 0.
  void on_open(ConnectionSerial connection);

  /// The connection wants `session`: `body` is CreateSession or AttachSession. Answered by
  /// SessionOpened or CloseConnection. REQUIRES: once per connection, before its requests.
  ///
  /// A server behind `last_seen` refuses a new session at once (server_behind). An attach is in
  /// the log behind whatever its client has seen, so that it is refused only if this server has
  /// applied it and is still behind: the client comes from another history.
  ///
  /// `reads_suffice`: the client is content with a server that cannot write.
  void on_handshake(ConnectionSerial connection, SessionId session, TxnBody body, Zxid last_seen,
                    bool reads_suffice = false);

  /// Takes the requests out of the batch. Requests behind an unanswered handshake wait for it.
  /// A connection that never shook hands is closed (unknown_session).
  void on_requests(RequestBatch&& batch);

  /// The client has read what the last stream with `wants_word` had, and all before it.
  void on_drained(ConnectionSerial connection);

  /// The connection is gone: its watches, its queue and what it was not yet given are forgotten.
  void on_closed(ConnectionSerial connection);

  // --- Nobody's: what operators do (commit_edits.cc). --------------------------------------------

  /// Submits a write on nobody's session, like those of local sessions: judged by `identities` when
  /// it is applied. What became of it is in the output under the number that is returned here; when
  /// the leader is lost before, that is connection_loss. Errors, and nothing was submitted:
  /// not_serving, not_read_only, throttled (too many in flight), ephemeral_on_local_session (nobody
  /// owns nodes), or as admit_write(). REQUIRES: create, setData, delete or setACL.
  [[nodiscard]] Result<std::uint64_t> edit(Operation operation, std::vector<Identity> identities);

  /// Ends a session, of the ensemble or of this server. A local one ends at once, and the number is
  /// 0; otherwise as edit(). Error, besides: session_expired when there is none.
  [[nodiscard]] Result<std::uint64_t> end_session(SessionId session);

  // --- Replication ------------------------------------------------------------------------------

  /// Applies committed txns. REQUIRES: in zxid order, after last_applied(). The owner bounds its
  /// turns by passing few at a time.
  void on_committed(std::span<const std::shared_ptr<const Txn>> txns);

  /// Marks the state as it is, beside the txns at which all servers do: when nothing is written,
  /// these may never come.
  void mark_digest();

  /// The leader's word for a SyncRequest: answered when everything up to the point is applied.
  void on_synced(const SyncPoint& synced);

  /// Writes reach a leader (again): sends on what was held. Nothing may be in flight from before.
  /// Clients that are sent away are told that nobody is served here (not_serving), those that come
  /// later too; the state is kept up to date all the same.
  void on_serving(Clients clients = Clients::welcome);

  /// Whether those are served that come from now on, while serving, or hear not_serving, as does
  /// who waits for a session. Who has one is served on: the owner sends it away when nothing of it
  /// is in flight.
  void admit_clients(Clients clients);

  /// There has been no leader for a while: serves reads to those who said that these suffice, until
  /// on_serving(). Others that wait for a session are told to go elsewhere (not_read_only), and so
  /// is who asks for one of the ensemble, new or old. Nothing happens while serving, nor on a
  /// server that has nothing to show.
  void on_read_only();

  /// There has been no leader for a while, and reads are not served either: who waits for a
  /// session, or comes for one, is told to go elsewhere (not_serving) until on_serving(), because
  /// its time runs on. Who has one keeps its connection. Nothing happens while serving or reading
  /// only.
  void on_leaderless();

  /// The link to the leader broke or the leader changed: connections with writes in flight are
  /// closed, because nobody can say what became of them; the others stay, and their syncs are
  /// asked again when serving.
  void on_leader_lost();

  /// The state jumped (a snapshot was installed): every connection is closed. Not serving then.
  void on_state_replaced(State state);

  /// Whether writes of clients are taken, or refused with not_read_only, which is never stamped:
  /// false while a disk is about to be full, or nobody knows whose state is right. Sessions still
  /// come and go.
  void admit_writes(bool admitted) { admits_writes_ = admitted; }

  /// What /zookeeper/config shows as long as nobody has written anything into it: the members as
  /// this server has them. Not replicated.
  void show_members(Blob text) { members_ = std::move(text); }

  /// Where the txn being applied is marked from now on; outlives the machine.
  void mark_applies(ApplyMark& mark) { mark_ = &mark; }

  /// Time passes; never back. For the deadlines of requests, and of local sessions.
  void on_tick(Time now);

  /// Takes away up to `most` of what the connection watches, any; returns how many. Its client is
  /// told nothing.
  std::size_t forget_watches(ConnectionSerial connection, std::size_t most) {
    return watches_.remove_some(connection, most);
  }

  // --- Output -----------------------------------------------------------------------------------

  [[nodiscard]] CommitOutput& output() { return output_; }

  /// Gives the next connection's deliveries; false when there are none. Connections that have
  /// replies come first; those with nothing but events wait behind them, so that the owner can
  /// spread a fan-out over turns while replies leave. Each connection's own order holds in any
  /// case.
  bool take(ConnectionStream& into);
  /// False: take() would give events only, or nothing.
  [[nodiscard]] bool has_replies() const { return !with_replies_.empty(); }
  [[nodiscard]] bool has_deliveries() const { return has_replies() || !with_events_.empty(); }

  // --- The state, for its other readers ---------------------------------------------------------

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] const WatchTable& watches() const { return watches_; }
  [[nodiscard]] bool is_serving() const { return serving_; }
  [[nodiscard]] bool is_read_only() const { return read_only_; }
  [[nodiscard]] bool is_leaderless() const { return leaderless_; }
  [[nodiscard]] const LocalSessions& local_sessions() const { return local_sessions_; }
  /// Whether whoever asks is told to go to another server.
  [[nodiscard]] bool sends_away() const { return serving_ && clients_ == Clients::sent_away; }
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  /// {0}: none, or there is no such connection.
  [[nodiscard]] SessionId session_of(ConnectionSerial connection) const;
  /// {0}: the session is not connected here.
  [[nodiscard]] ConnectionSerial connection_of(SessionId session) const;
  [[nodiscard]] ServerId server() const { return server_; }
  /// What changed since the last seal, for the image, in slices (core/tree/state.h).
  void begin_seal() { state_.begin_seal(); }
  [[nodiscard]] ImageChanges seal_some(std::size_t records) { return state_.seal_some(records); }

  void check_invariants() const;

 private:
  struct Connection;

  [[nodiscard]] Connection* find(ConnectionSerial connection) const;
  /// As find(), but nullptr for one that was told to close.
  [[nodiscard]] Connection* find_alive(ConnectionSerial connection) const;
  /// In the order of serials, so that nothing depends on the table's.
  [[nodiscard]] std::vector<Connection*> all_connections() const;

  // Requests (commit_requests.cc).
  void handle(Connection& connection, HeldRequest&& held);
  /// Goes on with what was held of the connection.
  void resume(Connection& connection);
  [[nodiscard]] bool runs(const Connection& connection) const;
  /// Whether its client has too much to read as it is.
  [[nodiscard]] bool is_stalled(const Connection& connection) const;
  /// Whether the reads that wait in its order will be answered with much.
  [[nodiscard]] bool is_behind_much(const Connection& connection) const;
  void hold(Connection& connection, HeldRequest&& held);
  void touch(const Connection& connection);
  void greet(Connection& connection, HeldHandshake&& handshake);
  void submit(Connection& connection, const SharedIdentities& identities, TxnBody body);
  void send_write(Connection& connection, HeldRequest&& held);
  void send_sync(Connection& connection, HeldRequest&& held);
  void refuse(Connection& connection, HeldRequest&& held, ErrorCode error);
  /// Executes a local request and adds its reply.
  void run(Connection& connection, const Request& request, const SharedIdentities& identities,
           Time received);
  void run_set_watches(Connection& connection, std::int64_t xid, const SetWatches& wanted,
                       const Asker& asker);
  void answer(Connection& connection, std::int64_t xid, Zxid zxid, ErrorCode error, ReplyBody body);
  void answer_front_sync(Connection& connection);
  /// Runs or answers what is at the front, stalled or not; false when it waits for others.
  bool run_front(Connection& connection);
  /// Runs and answers from the front what nothing holds up any more, then sends on what can be.
  void drain(Connection& connection);
  void send_backlog(Connection& connection);

  // Local sessions, and reading only (commit_local.cc).
  [[nodiscard]] bool greet_here(Connection& connection, const HeldHandshake& handshake);
  void open_here(Connection& connection, SessionId session, const CreateSession& create);
  void attach_here(Connection& connection, SessionId session, const AttachSession& attach);
  void welcome_here(Connection& connection, SessionId session, std::int64_t timeout_ms);
  void close_here(Connection& connection, std::int64_t xid);
  /// The session goes into the log, ahead of what it wants to own.
  void upgrade(Connection& connection);
  void end_read_only();
  void expire_local_sessions();

  // Edits (commit_edits.cc).
  [[nodiscard]] ErrorCode may_edit() const;
  std::uint64_t submit_edit(SessionId session, std::vector<Identity> identities, TxnBody body);
  void complete_edit(const Txn& txn, Outcome& outcome);
  void lose_edits();

  // Txns (commit_txns.cc).
  void apply(const Txn& txn);
  /// The connection that waits for this txn, or nullptr. What waits before it has run then.
  Connection* release_author(const Txn& txn);
  std::pair<ConnectionSerial, std::uint64_t> place_of(const Origin& origin);
  void tell_watchers(const std::vector<Change>& changes, Zxid zxid);
  void follow_sessions(const Txn& txn, const Outcome& outcome, Connection* author);
  void close_owner(SessionId session, const Connection* except, ErrorCode reason);
  void complete(Connection& author, const Txn& txn, Outcome& outcome);
  void complete_handshake(Connection& author, const Txn& txn, const Outcome& outcome);
  void wake_syncs();

  /// What it had queued dies; CloseConnection is the last thing it is told.
  void close(Connection& connection, ErrorCode reason);
  void detach(Connection& connection);
  void check_session(const Connection& connection) const;
  void check_order(const Connection& connection) const;
  void send_all_away();
  void send_waiting_away();
  void stop_serving();
  void list(Connection& connection, bool has_reply);

  State state_;
  Blob members_;
  ApplyMark* mark_ = nullptr;
  ServerId server_;
  Incarnation incarnation_;
  CommitLimits limits_;
  WatchTable watches_;
  bool serving_ = false;
  Clients clients_ = Clients::welcome;  ///< While serving.
  bool read_only_ = false;              ///< Reads are served, and nothing else.
  bool leaderless_ = false;             ///< For a while, and not reading only.
  bool admits_writes_ = true;
  Time now_{0};
  SessionRules rules_;
  LocalSessions local_sessions_;
  /// What local sessions have in the log, by the number in its origin: whose it is, and its place
  /// in that connection's order.
  std::map<std::uint64_t, std::pair<ConnectionSerial, std::uint64_t>> local_writes_;
  std::uint64_t last_local_write_ = 0;
  std::set<std::uint64_t> edits_;  ///< In flight, by the number in their origin, likewise.
  FlatMap<ConnectionSerial, std::unique_ptr<Connection>> connections_;
  FlatMap<SessionId, ConnectionSerial> owners_;  ///< Sessions whose connection is here.
  std::multimap<Zxid, ConnectionSerial> syncs_;  ///< Points not yet applied.
  std::vector<Notification> notifications_;      ///< Of the change at hand; kept for its capacity.
  // Each connection stands in each at most once.
  std::deque<ConnectionSerial> with_replies_;
  std::deque<ConnectionSerial> with_events_;
  CommitOutput output_;
};

}  // namespace quorate
