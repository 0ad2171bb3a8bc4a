#include "core/session/local_sessions.h"

#include <algorithm>

#include "core/base/check.h"

namespace quorate {
namespace {

using Time = LocalSessions::Time;

/// Ticks come several times as often, unless the process was stopped.
constexpr Time pause_min{500};

}  // namespace

void LocalSessions::open(SessionId id, const LocalSession& session, Time now) {
  const bool added = sessions_.emplace(id, session).second;
  check(added, "a session is opened once");
  in_order_.insert(id);
  buckets_.touch(id, now, Time(session.timeout_ms));
}

const LocalSession* LocalSessions::find(SessionId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void LocalSessions::attach(SessionId id, std::int64_t timeout_ms, Time now) {
  const auto found = sessions_.find(id);
  check(found != sessions_.end(), "only open sessions are attached");
  found->second.timeout_ms = timeout_ms;
  buckets_.remove(id);  // Its deadline may come nearer.
  buckets_.touch(id, now, Time(timeout_ms));
}

void LocalSessions::close(SessionId id) {
  sessions_.erase(id);
  in_order_.erase(id);
  buckets_.remove(id);
}

void LocalSessions::touch(SessionId id, Time now) {
  const auto found = sessions_.find(id);
  check(found != sessions_.end(), "only open sessions are touched");
  buckets_.touch(id, now, Time(found->second.timeout_ms));
}

void LocalSessions::touch_all(Time now) {
  for (const auto& [id, session] : sessions_) buckets_.touch(id, now, Time(session.timeout_ms));
}

void LocalSessions::close_stopgaps() {
  std::vector<SessionId> stopgaps;
  for (const auto& [id, session] : sessions_)
    if (session.is_stopgap) stopgaps.push_back(id);
  for (const SessionId id : stopgaps) close(id);
}

std::vector<std::pair<SessionId, std::int64_t>> LocalSessions::timeouts() const {
  return timeouts_after(SessionId{INT64_MIN}, sessions_.size());
}

std::vector<std::pair<SessionId, std::int64_t>> LocalSessions::timeouts_after(
    SessionId id, std::size_t most) const {
  std::vector<std::pair<SessionId, std::int64_t>> some;
  some.reserve(std::min(most, in_order_.size()));
  auto next = in_order_.upper_bound(id);
  for (; some.size() < most && next != in_order_.end(); ++next)
    some.emplace_back(*next, find(*next)->timeout_ms);
  return some;
}

void LocalSessions::on_tick(Time now) {
  const Time since = now - ticked_;
  ticked_ = now;
  if (since >= pause_min && !sessions_.empty()) buckets_.shift(since);
}

std::vector<SessionId> LocalSessions::expire(Time now, std::size_t most) {
  std::vector<SessionId> silent = buckets_.expired(now, most);
  for (const SessionId id : silent) {
    sessions_.erase(id);
    in_order_.erase(id);
  }
  return silent;
}

}  // namespace quorate
