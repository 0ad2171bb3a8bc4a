// When sessions expire: the leader's bookkeeping, on its monotonic clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "core/base/flat_map.h"
#include "core/base/ids.h"

namespace quorate {

/// Deadlines rounded up to ticks, so that a touch is two small set operations at most and an
/// expiry never comes early: between the timeout and one tick later.
///
/// Time is whatever the owner passes in: it never goes back. When the owner's own tick comes late
/// (a stopped process), shift() moves all deadlines, because nobody could touch meanwhile.
class ExpiryBuckets {
 public:
  using Time = std::chrono::milliseconds;

  /// REQUIRES: tick > 0.
  explicit ExpiryBuckets(Time tick);

  /// Adds the session or moves its deadline to `now + timeout`, rounded up. Deadlines only grow.
  /// Timeouts are held within 0 and timeout_max.
  void touch(SessionId session, Time now, Time timeout);
  void remove(SessionId session);
  /// REQUIRES: by >= 0. Costs the same for any number of sessions.
  void shift(Time by);
  /// The sessions whose deadline has passed, in the order of ids within a bucket; they leave.
  /// At most `most`, so that a storm is worked off in slices.
  [[nodiscard]] std::vector<SessionId> expired(Time now, std::size_t most);
  [[nodiscard]] std::size_t size() const { return deadlines_.size(); }

  static constexpr Time timeout_max{std::int64_t{1} << 40};

 private:
  void leave_bucket(SessionId session, Time deadline);

  Time tick_;
  Time shift_{0};  ///< What to add to every deadline below.
  FlatMap<SessionId, Time> deadlines_;
  std::map<Time, std::set<SessionId>> buckets_;
};

}  // namespace quorate
