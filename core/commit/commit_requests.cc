// How the commit machine treats requests: at once, in their turn, or by way of the leader.
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/commit/commit_machine.h"
#include "core/commit/connection_state.h"
#include "core/commit/expected_weight.h"
#include "core/commit/local_requests.h"
#include "core/commit/reply_weight.h"
#include "core/commit/request_kind.h"
#include "core/commit/watch_restore.h"
#include "core/commit/write_admission.h"

// A paced connection. Nobody can be told to ask for less: a client may send a thousand reads of a
// megabyte each and is owed every reply, in order. So what it asks runs as it reads: when the
// replies that it was given and has not read, as far as is known, are too many (is_stalled),
// whatever comes is held, and goes on when the word comes that it has read (on_drained).

namespace quorate {
namespace {

bool has_lapsed(const Request& request, CommitMachine::Time received, CommitMachine::Time now) {
  return request.deadline_ms != 0 && now - received > CommitMachine::Time(request.deadline_ms);
}

}  // namespace

void CommitMachine::on_handshake(ConnectionSerial serial, SessionId session, TxnBody body,
                                 Zxid last_seen, bool reads_suffice) {
  Connection* connection = find_alive(serial);
  if (connection == nullptr) return;
  check(connection->phase == Connection::Phase::opened, "a connection shakes hands once");
  connection->phase = Connection::Phase::greeting;
  connection->session = session;
  connection->last_seen = last_seen;
  connection->accepts_reads_only = reads_suffice;
  if (sends_away()) return close(*connection, ErrorCode::not_serving);
  if (std::holds_alternative<CreateSession>(body) && last_seen > state_.last_applied()) {
    return close(*connection, ErrorCode::server_behind);
  }
  greet(*connection, HeldHandshake{session, std::move(body)});
}

void CommitMachine::greet(Connection& connection, HeldHandshake&& handshake) {
  if (leaderless_) return close(connection, ErrorCode::not_serving);
  if (!serving_ && !read_only_) return connection.order.hold(std::move(handshake));
  if (greet_here(connection, handshake)) return;
  connection.order.await_write(0, AwaitedWrite::Kind::handshake);
  submit(connection, connection.identities, std::move(handshake.body));
}

void CommitMachine::on_requests(RequestBatch&& batch) {
  Connection* connection = find_alive(batch.connection);
  if (connection == nullptr) return;
  if (connection->phase == Connection::Phase::opened) {
    return close(*connection, ErrorCode::unknown_session);
  }
  if (connection->phase == Connection::Phase::owner) touch(*connection);
  if (connection->identities != batch.identities) connection->identities = batch.identities;
  auto& deliveries = connection->deliveries;
  if (deliveries.empty()) deliveries.reserve(batch.requests.size());
  for (Request& request : batch.requests) {
    if (runs(*connection) && connection->order.empty() && !is_stalled(*connection) &&
        kind_of(request.operation) == RequestKind::local) {
      run(*connection, request, batch.identities, batch.received);
    } else {
      handle(*connection, HeldRequest{std::move(request), batch.identities, batch.received});
    }
    if (connection->phase == Connection::Phase::closed) return;
  }
}

void CommitMachine::touch(const Connection& connection) {
  if (connection.home == Connection::Home::here) {
    local_sessions_.touch(connection.session, now_);
  } else {
    output_.touched.push_back(connection.session);
  }
}

/// Whether requests of the connection are executed, or held until the server serves.
bool CommitMachine::runs(const Connection& connection) const {
  return serving_ || connection.reads_only;
}

bool CommitMachine::is_stalled(const Connection& connection) const {
  return connection.unread_bytes > limits_.stall_bytes();
}

/// They would all have to run, read or not, when a write is applied that were sent on now.
bool CommitMachine::is_behind_much(const Connection& connection) const {
  return connection.held_bytes > limits_.stall_bytes();
}

void CommitMachine::on_drained(ConnectionSerial serial) {
  Connection* connection = find_alive(serial);
  if (connection == nullptr) return;
  // Its client lives, although what it sends may be behind what it does not read that fast.
  if (connection->phase == Connection::Phase::owner) touch(*connection);
  connection->unread_bytes -= std::exchange(connection->asked_bytes, 0);
  if (connection->unread_bytes >= limits_.word_bytes()) list(*connection, true);
  drain(*connection);
}

void CommitMachine::handle(Connection& connection, HeldRequest&& held) {
  if (connection.order.size() >= limits_.pending_requests_max) {
    return close(connection, ErrorCode::throttled);
  }
  if (!runs(connection)) return hold(connection, std::move(held));
  if (connection.is_leaving) return;  // Nothing runs behind the end of its session.
  const RequestKind kind = kind_of(held.request.operation);
  const bool waits_for_reads = kind == RequestKind::write && is_behind_much(connection);
  if (connection.is_backed_up || is_stalled(connection) || waits_for_reads) {
    if (kind != RequestKind::local) connection.is_backed_up = true;
    return hold(connection, std::move(held));
  }
  switch (kind) {
    case RequestKind::write:
      if (connection.home == Connection::Home::here &&
          std::holds_alternative<CloseSession>(held.request.operation)) {
        connection.is_leaving = true;
        break;
      }
      return send_write(connection, std::move(held));
    case RequestKind::sync:
      return send_sync(connection, std::move(held));
    case RequestKind::local:
      break;
  }
  if (!connection.order.empty()) return hold(connection, std::move(held));
  run(connection, held.request, held.identities, held.received);
}

void CommitMachine::hold(Connection& connection, HeldRequest&& held) {
  // Where nothing is sent on any more, nobody asks how much stands before it.
  const bool counts =
      !connection.is_backed_up && connection.order.size() >= limits_.reads_uncounted();
  held.expected_bytes =
      counts ? expected_weight(held.request.operation, state_.tree(), limits_) : 0;
  connection.held_bytes += held.expected_bytes;
  connection.order.hold(std::move(held));
}

void CommitMachine::send_write(Connection& connection, HeldRequest&& held) {
  if (connection.reads_only) return refuse(connection, std::move(held), ErrorCode::not_read_only);
  if (has_lapsed(held.request, held.received, now_))
    return refuse(connection, std::move(held), ErrorCode::throttled);
  if (!admits_writes_ && !std::holds_alternative<CloseSession>(held.request.operation))
    return refuse(connection, std::move(held), ErrorCode::not_read_only);
  const bool wants_to_own =
      connection.home == Connection::Home::here && creates_ephemeral(held.request.operation);
  if (wants_to_own && !rules_.upgrades) {
    const ErrorCode refused = refuse_ephemerals(held.request.operation, state_.settings());
    if (refused != ErrorCode::ok) return refuse(connection, std::move(held), refused);
  }
  Result<TxnBody> body =
      admit_write(std::move(held.request.operation), Connection::span_of(held.identities),
                  state_.settings(), limits_.write_bytes_max);
  if (!body.ok()) return refuse(connection, std::move(held), body.code());
  if (wants_to_own && rules_.upgrades) upgrade(connection);
  connection.order.await_write(held.request.xid, AwaitedWrite::Kind::request);
  submit(connection, held.identities, std::move(body).value());
}

/// REQUIRES: the write has just been queued.
void CommitMachine::submit(Connection& connection, const SharedIdentities& identities,
                           TxnBody body) {
  const std::uint64_t sequence =
      connection.order.oldest_write() + connection.order.writes_in_flight() - 1;
  Submission& submission = output_.submissions.emplace_back();
  if (connection.home == Connection::Home::here) {
    submission.origin = Origin{server_, incarnation_, {}, ++last_local_write_};
    local_writes_[last_local_write_] = {connection.serial, sequence};
  } else {
    submission.session = connection.session;
    submission.origin = Origin{server_, incarnation_, connection.serial, sequence};
  }
  if (identities != nullptr) submission.identities = *identities;
  submission.body = std::move(body);
}

void CommitMachine::send_sync(Connection& connection, HeldRequest&& held) {
  if (connection.reads_only) return refuse(connection, std::move(held), ErrorCode::not_read_only);
  if (has_lapsed(held.request, held.received, now_))
    return refuse(connection, std::move(held), ErrorCode::throttled);
  auto& sync = std::get<Sync>(held.request.operation);
  const std::uint64_t sequence =
      connection.order.await_sync(held.request.xid, std::move(sync.path));
  output_.syncs.push_back(SyncRequest{connection.serial, sequence});
}

/// The refusal takes the place of the request.
void CommitMachine::refuse(Connection& connection, HeldRequest&& held, ErrorCode error) {
  held.request.operation = Refused{error};
  if (!connection.order.empty()) return hold(connection, std::move(held));
  run(connection, held.request, held.identities, held.received);
}

void CommitMachine::run(Connection& connection, const Request& request,
                        const SharedIdentities& identities, Time received) {
  if (std::holds_alternative<CloseSession>(request.operation))
    return close_here(connection, request.xid);
  if (has_lapsed(request, received, now_) && !std::holds_alternative<Refused>(request.operation)) {
    return answer(connection, request.xid, state_.last_applied(), ErrorCode::throttled, {});
  }
  const Asker asker{connection.serial, connection.session, Connection::span_of(identities)};
  if (const auto* wanted = std::get_if<SetWatches>(&request.operation)) {
    return run_set_watches(connection, request.xid, *wanted, asker);
  }
  auto& reply = std::get<Reply>(connection.deliveries.emplace_back(std::in_place_type<Reply>));
  list(connection, true);
  reply.xid = request.xid;
  reply.zxid = state_.last_applied();
  LocalRequest local(state_, watches_, limits_, members_, asker, reply);
  std::visit(
      [&](const auto& operation) {
        if constexpr (std::is_invocable_v<LocalRequest&, decltype(operation)>) {
          local(operation);
        } else {
          check(false, "writes, syncs and setWatches go other ways");
        }
      },
      request.operation);
  connection.unread_bytes += weight_of(reply.body);
}

void CommitMachine::run_set_watches(Connection& connection, std::int64_t xid,
                                    const SetWatches& wanted, const Asker& asker) {
  auto events = restore_watches(wanted, state_, watches_, limits_, asker);
  if (events.ok()) {
    for (WatchEvent& event : *events) {
      connection.deliveries.emplace_back(std::make_shared<const WatchEvent>(std::move(event)));
    }
  }
  answer(connection, xid, state_.last_applied(), events.code(), {});
  if (!events.ok()) close(connection, events.code());
}

void CommitMachine::answer(Connection& connection, std::int64_t xid, Zxid zxid, ErrorCode error,
                           ReplyBody body) {
  connection.deliveries.emplace_back(Reply{xid, zxid, error, std::move(body)});
  list(connection, true);
}

void CommitMachine::answer_front_sync(Connection& connection) {
  auto& sync = std::get<AwaitedSync>(connection.order.front());
  const std::int64_t xid = sync.xid;
  PathReply body{std::move(sync.path)};
  connection.order.pop_front();
  answer(connection, xid, state_.last_applied(), ErrorCode::ok, std::move(body));
}

bool CommitMachine::run_front(Connection& connection) {
  if (!runs(connection) || connection.order.empty()) return false;
  ConnectionOrder::Entry& front = connection.order.front();
  if (auto* held = std::get_if<std::unique_ptr<ConnectionOrder::Held>>(&front)) {
    const auto& request = std::get<HeldRequest>(**held);
    const bool is_local = kind_of(request.request.operation) == RequestKind::local;
    if (connection.is_backed_up && !is_local) return false;
    const std::unique_ptr<ConnectionOrder::Held> taken = std::move(*held);
    connection.order.pop_front();
    connection.held_bytes -= request.expected_bytes;
    run(connection, request.request, request.identities, request.received);
    return true;
  }
  const auto* sync = std::get_if<AwaitedSync>(&front);
  if (sync == nullptr || !sync->point || *sync->point > state_.last_applied()) return false;
  answer_front_sync(connection);
  return true;
}

void CommitMachine::drain(Connection& connection) {
  while (!is_stalled(connection) && run_front(connection)) continue;
  const bool waits = is_stalled(connection) || is_behind_much(connection) || !runs(connection);
  if (connection.is_backed_up && !waits) send_backlog(connection);
}

/// As if it came only now. What stands before it keeps its place.
void CommitMachine::send_backlog(Connection& connection) {
  connection.is_backed_up = false;
  for (ConnectionOrder::Entry& entry : connection.order.take_unsent()) {
    if (connection.phase == Connection::Phase::closed) return;
    auto& held = std::get<std::unique_ptr<ConnectionOrder::Held>>(entry);
    handle(connection, std::move(std::get<HeldRequest>(*held)));
  }
}

}  // namespace quorate
