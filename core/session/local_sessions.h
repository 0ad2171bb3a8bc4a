// The sessions that one server alone knows: in no log, no image and no digest.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "core/base/flat_map.h"
#include "core/base/ids.h"
#include "core/session/expiry_buckets.h"
#include "core/txn/txn.h"

namespace quorate {

struct LocalSession {
  std::int64_t timeout_ms = 0;
  PasswordHash password{};
  /// Made while the server could not write; ends when it can.
  bool is_stopgap = false;
  friend bool operator==(const LocalSession&, const LocalSession&) = default;
};

/// Open local sessions by id, and when they expire: here, by this server's clock. Lost with the
/// process.
///
/// Time is the owner's, as with ExpiryBuckets. A tick that comes much later than the one before
/// moves all deadlines, because nobody could be heard meanwhile.
class LocalSessions {
 public:
  using Time = ExpiryBuckets::Time;

  /// REQUIRES: grain > 0; sessions expire in steps of it.
  explicit LocalSessions(Time grain) : buckets_(grain) {}

  /// REQUIRES: not open.
  void open(SessionId id, const LocalSession& session, Time now);
  [[nodiscard]] const LocalSession* find(SessionId id) const;
  /// Another connection goes on with it. REQUIRES: open.
  void attach(SessionId id, std::int64_t timeout_ms, Time now);
  /// Nothing, when it is not open.
  void close(SessionId id);
  /// Its client was heard from. REQUIRES: open.
  void touch(SessionId id, Time now);
  /// Nobody could be served, and everybody has the full timeout again.
  void touch_all(Time now);
  void close_stopgaps();

  void on_tick(Time now);
  /// Those whose time is up, at most `most`; they are closed.
  [[nodiscard]] std::vector<SessionId> expire(Time now, std::size_t most);

  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  /// Of all, in the order of ids; in milliseconds.
  [[nodiscard]] std::vector<std::pair<SessionId, std::int64_t>> timeouts() const;
  /// The same of at most `most` behind `id`.
  [[nodiscard]] std::vector<std::pair<SessionId, std::int64_t>> timeouts_after(
      SessionId id, std::size_t most) const;

 private:
  FlatMap<SessionId, LocalSession> sessions_;
  std::set<SessionId> in_order_;  ///< Of these: so that they can be listed in steps.
  ExpiryBuckets buckets_;
  Time ticked_{0};
};

}  // namespace quorate
