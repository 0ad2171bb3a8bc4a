#include "core/commit/commit_machine.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/commit/connection_state.h"

namespace quorate {

CommitMachine::CommitMachine(State state, ServerId server, Incarnation incarnation,
                             const CommitLimits& limits, std::uint64_t table_seed,
                             const SessionRules& rules)
    : state_(std::move(state)),
      server_(server),
      incarnation_(incarnation),
      limits_(limits),
      watches_(table_seed),
      rules_(rules),
      local_sessions_(rules.expiry_grain) {}

CommitMachine::CommitMachine(CommitMachine&&) noexcept = default;
CommitMachine::~CommitMachine() = default;

CommitMachine::Connection* CommitMachine::find(ConnectionSerial connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? nullptr : found->second.get();
}

CommitMachine::Connection* CommitMachine::find_alive(ConnectionSerial connection) const {
  Connection* found = find(connection);
  return found == nullptr || found->phase == Connection::Phase::closed ? nullptr : found;
}

SessionId CommitMachine::session_of(ConnectionSerial connection) const {
  const Connection* found = find(connection);
  return found == nullptr ? SessionId{} : found->session;
}

ConnectionSerial CommitMachine::connection_of(SessionId session) const {
  const auto owner = owners_.find(session);
  return owner == owners_.end() ? ConnectionSerial{} : owner->second;
}

std::vector<CommitMachine::Connection*> CommitMachine::all_connections() const {
  std::vector<Connection*> all;
  all.reserve(connections_.size());
  for (const auto& [serial, connection] : connections_) all.push_back(connection.get());
  std::sort(all.begin(), all.end(),
            [](const Connection* a, const Connection* b) { return a->serial < b->serial; });
  return all;
}

// --- Life of a connection ------------------------------------------------------------------------

void CommitMachine::on_open(ConnectionSerial connection) {
  check(connection != ConnectionSerial{}, "connection 0 is the server itself");
  auto opened = std::make_unique<Connection>();
  opened->serial = connection;
  const bool added = connections_.emplace(connection, std::move(opened)).second;
  check(added, "connection serials are never reused");
}

void CommitMachine::on_closed(ConnectionSerial connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  detach(*found->second);
  connections_.erase(found);
}

void CommitMachine::close(Connection& connection, ErrorCode reason) {
  if (connection.phase == Connection::Phase::closed) return;
  detach(connection);
  connection.phase = Connection::Phase::closed;
  connection.order.take_all();
  connection.held_bytes = 0;
  connection.deliveries.emplace_back(CloseConnection{reason});
  list(connection, true);
}

/// Nothing of the service refers to the connection any more.
void CommitMachine::detach(Connection& connection) {
  watches_.remove_connection(connection.serial);
  const auto owner = owners_.find(connection.session);
  if (owner != owners_.end() && owner->second == connection.serial) owners_.erase(owner);
}

// --- Serving -------------------------------------------------------------------------------------

void CommitMachine::on_serving(Clients clients) {
  if (serving_) return;
  end_read_only();
  serving_ = true;
  leaderless_ = false;
  clients_ = clients;
  local_sessions_.touch_all(now_);
  if (sends_away()) return send_all_away();
  for (Connection* connection : all_connections()) resume(*connection);
}

void CommitMachine::admit_clients(Clients clients) {
  clients_ = clients;
  if (sends_away()) send_waiting_away();
}

/// Requeued in order: syncs are asked again, what was held is now sent on, or runs.
void CommitMachine::resume(Connection& connection) {
  connection.is_leaving = false;  // Until the end of its session has its turn again.
  connection.is_backed_up = false;
  connection.held_bytes = 0;
  for (ConnectionOrder::Entry& entry : connection.order.take_all()) {
    if (connection.phase == Connection::Phase::closed) break;
    if (auto* sync = std::get_if<AwaitedSync>(&entry)) {
      handle(connection, {{sync->xid, 0, {}, Sync{std::move(sync->path)}}, {}, now_});
    } else if (auto* held = std::get_if<std::unique_ptr<ConnectionOrder::Held>>(&entry)) {
      if (auto* request = std::get_if<HeldRequest>(held->get())) {
        handle(connection, std::move(*request));
      } else {
        greet(connection, std::move(std::get<HeldHandshake>(**held)));
      }
    } else {
      check(false, "no write is in flight while nobody serves");
    }
  }
}

/// Who has not said hello is left alone: it may only want to know how this server is doing.
void CommitMachine::send_all_away() {
  for (Connection* connection : all_connections())
    if (connection->phase != Connection::Phase::opened) close(*connection, ErrorCode::not_serving);
}

void CommitMachine::send_waiting_away() {
  for (Connection* connection : all_connections())
    if (connection->phase == Connection::Phase::greeting)
      close(*connection, ErrorCode::not_serving);
}

void CommitMachine::on_leaderless() {
  if (serving_ || read_only_) return;
  leaderless_ = true;
  send_waiting_away();
}

void CommitMachine::on_leader_lost() {
  stop_serving();
  for (Connection* connection : all_connections()) {
    if (connection->order.writes_in_flight() > 0) close(*connection, ErrorCode::connection_loss);
  }
}

void CommitMachine::on_state_replaced(State state) {
  stop_serving();
  end_read_only();
  state_ = std::move(state);
  for (Connection* connection : all_connections()) close(*connection, ErrorCode::not_serving);
}

/// What has not left yet need not: its connections are closed, or ask again.
void CommitMachine::stop_serving() {
  serving_ = false;
  syncs_.clear();
  local_writes_.clear();
  lose_edits();
  output_.submissions.clear();
  output_.syncs.clear();
}

// --- Output --------------------------------------------------------------------------------------

void CommitMachine::list(Connection& connection, bool has_reply) {
  if (has_reply && !connection.in_with_replies) {
    connection.in_with_replies = true;
    with_replies_.push_back(connection.serial);
  } else if (!has_reply && !connection.in_with_replies && !connection.in_with_events) {
    connection.in_with_events = true;
    with_events_.push_back(connection.serial);
  }
}

bool CommitMachine::take(ConnectionStream& into) {
  while (has_deliveries()) {
    const bool has_reply = has_replies();
    auto& queue = has_reply ? with_replies_ : with_events_;
    Connection* connection = find(queue.front());
    queue.pop_front();
    if (connection == nullptr) continue;  // Closed meanwhile.
    (has_reply ? connection->in_with_replies : connection->in_with_events) = false;
    const bool asks =
        connection->asked_bytes == 0 && connection->unread_bytes >= limits_.word_bytes();
    // Its events may have left with a reply.
    if (connection->deliveries.empty() && !asks) continue;
    into.connection = connection->serial;
    into.deliveries = std::exchange(connection->deliveries, {});
    into.wants_word = asks;
    if (asks) connection->asked_bytes = connection->unread_bytes;
    return true;
  }
  return false;
}

// --- Invariants ----------------------------------------------------------------------------------

void CommitMachine::check_session(const Connection& connection) const {
  const Session* logged = state_.sessions().find(connection.session);
  const bool is_local = local_sessions_.find(connection.session) != nullptr;
  switch (connection.home) {
    case Connection::Home::log:
      return check(!is_local && logged != nullptr && logged->owner.connection == connection.serial,
                   "a session's owner here is its owner in the log");
    case Connection::Home::here:
      return check(is_local && logged == nullptr, "a local session is known here alone");
    case Connection::Home::upgrading:
      return check(!is_local && connection.order.writes_in_flight() > 0,
                   "a session that is being made one of the ensemble is in flight");
  }
}

void CommitMachine::check_order(const Connection& connection) const {
  const ConnectionOrder& order = connection.order;
  order.check_invariants();
  const bool is_stalled_now = is_stalled(connection);
  const bool is_closed = connection.phase == Connection::Phase::closed;
  check(is_closed || !is_stalled_now || connection.asked_bytes > 0 || connection.in_with_replies,
        "who is stalled will be told to go on");
  check(connection.asked_bytes <= connection.unread_bytes, "a word is about what was given");
  check(!connection.reads_only || is_closed || (!serving_ && (order.empty() || is_stalled_now)),
        "who only reads waits for nothing but itself");
  check(!order.empty() || connection.held_bytes == 0, "what is held is in the order");
  if (!serving_ || order.empty()) return;
  check(is_stalled_now ||
            !std::holds_alternative<std::unique_ptr<ConnectionOrder::Held>>(order.front()),
        "what is at the front waits for somebody");
  check(is_stalled_now || is_behind_much(connection) || !connection.is_backed_up,
        "only who is stalled, or behind much, is not sent on");
  // Beside what is backed up, only the end of a local session, which is not for the leader.
  check(connection.is_backed_up || connection.is_leaving || !order.holds_unsent(),
        "writes and syncs are sent on when they arrive");
}

void CommitMachine::check_invariants() const {
  state_.check_invariants();
  watches_.check_invariants();
  std::size_t watches = 0;
  std::size_t owners = 0;
  for (const Connection* connection : all_connections()) {
    const bool is_closed = connection->phase == Connection::Phase::closed;
    const bool is_owner = connection->phase == Connection::Phase::owner;
    const ConnectionOrder& order = connection->order;
    check_order(*connection);
    check(serving_ || order.writes_in_flight() == 0, "no write is in flight while nobody serves");
    const bool waits = connection->phase == Connection::Phase::greeting;
    check(!waits || !(sends_away() || leaderless_),
          "nobody waits for a session where clients are sent away");
    check(!is_closed || (order.empty() && watches_.count_of(connection->serial) == 0),
          "a closed connection waits for nothing and watches nothing");
    const auto owner = owners_.find(connection->session);
    const bool owns = owner != owners_.end() && owner->second == connection->serial;
    check(owns == is_owner, "exactly the owners are known as such");
    if (is_owner) check_session(*connection);
    check(
        connection->deliveries.empty() || connection->in_with_replies || connection->in_with_events,
        "whoever has something to deliver is listed");
    watches += watches_.count_of(connection->serial);
    owners += owns ? 1 : 0;
  }
  check(serving_ || edits_.empty(), "no edit is in flight while nobody serves");
  check(watches == watches_.size(), "only connections watch");
  check(owners == owners_.size(), "only connections own sessions");
}

}  // namespace quorate
