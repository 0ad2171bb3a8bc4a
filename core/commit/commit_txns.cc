// How the commit machine applies committed txns and what follows for connections.
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/commit/commit_machine.h"
#include "core/commit/connection_state.h"
#include "core/tree/digest.h"

namespace quorate {
namespace {

/// Room for the notifications of a change that is kept between changes.
constexpr std::size_t notifications_kept = 4096;

}  // namespace

void CommitMachine::on_committed(std::span<const std::shared_ptr<const Txn>> txns) {
  for (const std::shared_ptr<const Txn>& txn : txns) apply(*txn);
}

void CommitMachine::apply(const Txn& txn) {
  const ApplyMark::Scope marked(mark_, txn.zxid);
  Connection* author = release_author(txn);
  Outcome outcome = state_.apply(txn);
  tell_watchers(outcome.changes, txn.zxid);
  if (outcome.error == ErrorCode::ok) follow_sessions(txn, outcome, author);
  if (author != nullptr) complete(*author, txn, outcome);
  if (!edits_.empty()) complete_edit(txn, outcome);
  wake_syncs();
  if (is_marked(txn.zxid)) mark_digest();
}

void CommitMachine::mark_digest() {
  output_.marks.push_back({state_.last_applied(), state_.digest(), digest_version});
}

/// Whose write of this server it is, and which of that connection's.
std::pair<ConnectionSerial, std::uint64_t> CommitMachine::place_of(const Origin& origin) {
  if (origin.connection != ConnectionSerial{}) return {origin.connection, origin.sequence};
  const auto local = local_writes_.find(origin.sequence);
  if (local == local_writes_.end()) return {};  // The server's own.
  const auto place = local->second;
  local_writes_.erase(local);
  return place;
}

CommitMachine::Connection* CommitMachine::release_author(const Txn& txn) {
  const Origin& origin = txn.submission.origin;
  if (origin.server != server_ || origin.incarnation != incarnation_) return nullptr;
  const auto [serial, sequence] = place_of(origin);
  Connection* author = find_alive(serial);
  if (author == nullptr) return nullptr;
  ConnectionOrder& order = author->order;
  if (order.writes_in_flight() == 0 || order.oldest_write() != sequence) {
    // Another server lost or invented a write: who waits for what is no longer known.
    close(*author, ErrorCode::connection_loss);
    return nullptr;
  }
  // Only syncs can stand before it, and what waits for them or for the client to read. That this
  // write is committed tells them what they asked: it was stamped after they were sent, so whatever
  // anybody had been acknowledged by then is applied here by now. The reads behind them must not
  // see this write, and so they run now, although the connection may be stalled.
  while (!std::holds_alternative<AwaitedWrite>(order.front())) {
    if (author->unread_bytes > limits_.unread_bytes_max) {
      close(*author, ErrorCode::throttled);
      return nullptr;
    }
    auto* sync = std::get_if<AwaitedSync>(&order.front());
    if (sync != nullptr) sync->point = state_.last_applied();
    run_front(*author);
    if (author->phase == Connection::Phase::closed) return nullptr;
  }
  return author;
}

void CommitMachine::tell_watchers(const std::vector<Change>& changes, Zxid zxid) {
  for (const Change& change : changes) {
    watches_.trigger(change, notifications_);
    SharedEvent event;
    const std::string* path = nullptr;
    for (const Notification& notification : notifications_) {
      if (path != notification.path.get()) {
        path = notification.path.get();
        event = std::make_shared<const WatchEvent>(WatchEvent{notification.type, *path, zxid});
      }
      Connection* watcher = find_alive(notification.connection);
      check(watcher != nullptr, "only living connections watch");
      const bool may_read = state_.settings().skip_acl || notification.acl == nullptr ||
                            is_allowed(*notification.acl, perms::read, watcher->identity_span());
      if (!may_read) continue;
      watcher->deliveries.emplace_back(event);
      list(*watcher, false);
    }
    notifications_.clear();
    if (notifications_.capacity() > notifications_kept) notifications_.shrink_to_fit();
  }
}

void CommitMachine::follow_sessions(const Txn& txn, const Outcome& outcome, Connection* author) {
  const SessionId session = txn.submission.session;
  if (const auto* opened = std::get_if<SessionReply>(&outcome.body)) {
    output_.opened.push_back(OpenedSession{session, opened->timeout_ms});
    close_owner(session, author, ErrorCode::session_moved);
    if (author != nullptr) {
      owners_[session] = author->serial;
      author->phase = Connection::Phase::owner;
      author->home = Connection::Home::log;
    }
  } else if (std::holds_alternative<CloseSession>(txn.submission.body) ||
             std::holds_alternative<ExpireSession>(txn.submission.body)) {
    output_.closed.push_back(session);
    close_owner(session, author, ErrorCode::session_expired);
  }
}

void CommitMachine::close_owner(SessionId session, const Connection* except, ErrorCode reason) {
  const auto owner = owners_.find(session);
  if (owner == owners_.end()) return;
  Connection* connection = find_alive(owner->second);
  check(connection != nullptr, "only living connections own sessions");
  if (connection != except) close(*connection, reason);
}

/// REQUIRES: the author's queue begins with this write.
void CommitMachine::complete(Connection& author, const Txn& txn, Outcome& outcome) {
  const auto awaited = std::get<AwaitedWrite>(author.order.front());
  author.order.pop_front();
  if (awaited.kind == AwaitedWrite::Kind::handshake) {
    complete_handshake(author, txn, outcome);
  } else if (awaited.kind == AwaitedWrite::Kind::upgrade) {
    if (outcome.error != ErrorCode::ok) close(author, ErrorCode::session_expired);
  } else {
    answer(author, awaited.xid, txn.zxid, outcome.error, std::move(outcome.body));
    if (std::holds_alternative<CloseSession>(txn.submission.body)) close(author, outcome.error);
  }
  drain(author);
}

void CommitMachine::complete_handshake(Connection& author, const Txn& txn, const Outcome& outcome) {
  if (outcome.error != ErrorCode::ok) return close(author, outcome.error);
  if (author.last_seen > txn.zxid) return close(author, ErrorCode::server_behind);
  const auto* opened = std::get_if<SessionReply>(&outcome.body);
  check(opened != nullptr, "a handshake that succeeds opens a session");
  author.deliveries.emplace_back(SessionOpened{opened->session, opened->timeout_ms, txn.zxid});
  list(author, true);
}

void CommitMachine::on_synced(const SyncPoint& synced) {
  Connection* connection = find_alive(synced.request.connection);
  if (connection == nullptr || !serving_) return;
  AwaitedSync* sync = connection->order.find_sync(synced.request.sequence);
  if (sync == nullptr) return;
  sync->point = synced.point;
  if (synced.point > state_.last_applied()) {
    syncs_.emplace(synced.point, connection->serial);
  } else {
    drain(*connection);
  }
}

void CommitMachine::wake_syncs() {
  while (!syncs_.empty() && syncs_.begin()->first <= state_.last_applied()) {
    Connection* connection = find_alive(syncs_.begin()->second);
    syncs_.erase(syncs_.begin());
    if (connection != nullptr) drain(*connection);
  }
}

}  // namespace quorate
