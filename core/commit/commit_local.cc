// How the commit machine serves sessions that no record tells of, and reads without a leader.
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/commit/commit_machine.h"
#include "core/commit/connection_state.h"

namespace quorate {
namespace {

/// Sessions that end in one step.
constexpr std::size_t expired_at_once_max = 1000;

}  // namespace

/// Whether the handshake has been dealt with, without the log.
bool CommitMachine::greet_here(Connection& connection, const HeldHandshake& handshake) {
  const bool is_known = local_sessions_.find(handshake.session) != nullptr;
  const auto* create = std::get_if<CreateSession>(&handshake.body);
  const auto* attach = std::get_if<AttachSession>(&handshake.body);
  check(create != nullptr || attach != nullptr, "a handshake creates or attaches a session");
  if (read_only_ && (!connection.accepts_reads_only || (attach != nullptr && !is_known))) {
    // A session of the ensemble is attached by way of the log.
    close(connection, ErrorCode::not_read_only);
  } else if (create != nullptr && (read_only_ || rules_.local)) {
    open_here(connection, handshake.session, *create);
  } else if (attach != nullptr && is_known) {
    attach_here(connection, handshake.session, *attach);
  } else {
    return false;
  }
  return true;
}

void CommitMachine::open_here(Connection& connection, SessionId session,
                              const CreateSession& create) {
  if (connection.last_seen > state_.last_applied())
    return close(connection, ErrorCode::server_behind);
  local_sessions_.open(session, {create.timeout_ms, create.password, read_only_}, now_);
  welcome_here(connection, session, create.timeout_ms);
}

void CommitMachine::attach_here(Connection& connection, SessionId session,
                                const AttachSession& attach) {
  if (!is_equal_in_constant_time(local_sessions_.find(session)->password, attach.password))
    return close(connection, ErrorCode::session_expired);
  if (connection.last_seen > state_.last_applied())
    return close(connection, ErrorCode::server_behind);
  close_owner(session, &connection, ErrorCode::session_moved);
  local_sessions_.attach(session, attach.timeout_ms, now_);
  welcome_here(connection, session, attach.timeout_ms);
}

void CommitMachine::welcome_here(Connection& connection, SessionId session,
                                 std::int64_t timeout_ms) {
  owners_[session] = connection.serial;
  connection.phase = Connection::Phase::owner;
  connection.home = Connection::Home::here;
  connection.reads_only = read_only_;
  connection.deliveries.emplace_back(
      SessionOpened{session, timeout_ms, state_.last_applied(), read_only_});
  list(connection, true);
}

void CommitMachine::close_here(Connection& connection, std::int64_t xid) {
  local_sessions_.close(connection.session);
  answer(connection, xid, state_.last_applied(), ErrorCode::ok, {});
  close(connection, ErrorCode::ok);
}

/// From here on the session is the log's: whether it lives is for apply to say, also to who
/// attaches it while this is under way.
void CommitMachine::upgrade(Connection& connection) {
  const LocalSession* local = local_sessions_.find(connection.session);
  check(local != nullptr, "only a local session is upgraded");
  const CreateSession create{local->timeout_ms, local->password};
  local_sessions_.close(connection.session);
  connection.home = Connection::Home::upgrading;
  connection.order.await_write(0, AwaitedWrite::Kind::upgrade);
  submit(connection, nullptr, create);
}

void CommitMachine::on_read_only() {
  if (serving_ || read_only_ || state_.last_applied() == Zxid{}) return;
  read_only_ = true;
  local_sessions_.touch_all(now_);
  for (Connection* connection : all_connections()) {
    // Whoever can have its local session again, with reads, comes back for it. Who has a session of
    // the ensemble keeps it, and waits for a leader.
    if (connection->home == Connection::Home::here && connection->accepts_reads_only)
      close(*connection, ErrorCode::not_read_only);
    if (connection->phase == Connection::Phase::greeting) resume(*connection);
  }
}

void CommitMachine::end_read_only() {
  if (!std::exchange(read_only_, false)) return;
  for (Connection* connection : all_connections())
    if (connection->reads_only) close(*connection, ErrorCode::not_read_only);
  local_sessions_.close_stopgaps();
}

void CommitMachine::on_tick(Time now) {
  now_ = now;
  local_sessions_.on_tick(now);
  if (serving_ || read_only_) expire_local_sessions();
}

void CommitMachine::expire_local_sessions() {
  for (const SessionId session : local_sessions_.expire(now_, expired_at_once_max))
    close_owner(session, nullptr, ErrorCode::session_expired);
}

}  // namespace quorate
