#include "core/session/expiry_buckets.h"

#include <algorithm>

#include "core/base/check.h"

namespace quorate {
namespace {

using Time = ExpiryBuckets::Time;

/// Up, so that nothing expires early. Exact multiples stay.
Time round_up(Time time, Time tick) { return ((time + tick - Time{1}) / tick) * tick; }

}  // namespace

ExpiryBuckets::ExpiryBuckets(Time tick) : tick_(tick) {
  check(tick > Time{0}, "ticks are longer than nothing");
}

void ExpiryBuckets::touch(SessionId session, Time now, Time timeout) {
  // Deadlines are kept relative to the shift, so that shift() need not visit them.
  const Time deadline = round_up(now + std::clamp(timeout, Time{0}, timeout_max) - shift_, tick_);
  const auto [entry, added] = deadlines_.try_emplace(session, deadline);
  if (!added) {
    if (deadline <= entry->second) return;
    leave_bucket(session, entry->second);
    entry->second = deadline;
  }
  buckets_[deadline].insert(session);
}

void ExpiryBuckets::remove(SessionId session) {
  const auto found = deadlines_.find(session);
  if (found == deadlines_.end()) return;
  leave_bucket(session, found->second);
  deadlines_.erase(found);
}

void ExpiryBuckets::shift(Time by) {
  check(by >= Time{0}, "time does not go back");
  shift_ += by;
}

std::vector<SessionId> ExpiryBuckets::expired(Time now, std::size_t most) {
  std::vector<SessionId> result;
  while (result.size() < most && !buckets_.empty()) {
    const auto bucket = buckets_.begin();
    if (bucket->first + shift_ > now) break;
    std::set<SessionId>& sessions = bucket->second;
    while (result.size() < most && !sessions.empty()) {
      result.push_back(*sessions.begin());
      deadlines_.erase(*sessions.begin());
      sessions.erase(sessions.begin());
    }
    if (sessions.empty()) buckets_.erase(bucket);
  }
  return result;
}

void ExpiryBuckets::leave_bucket(SessionId session, Time deadline) {
  const auto bucket = buckets_.find(deadline);
  check(bucket != buckets_.end(), "a session is in the bucket of its deadline");
  bucket->second.erase(session);
  if (bucket->second.empty()) buckets_.erase(bucket);
}

}  // namespace quorate
