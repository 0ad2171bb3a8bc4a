// A server's time at the head of its ensemble: from promising an epoch to broadcasting in it, and
// on to the next epoch when the counter is used up.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"
#include "core/zab/effects.h"
#include "core/zab/leader.h"

namespace quorate {

/// What a server knows of itself when it starts.
struct Standing {
  ServerId self;
  std::set<ServerId> voters;
  EpochPromise promised;  ///< As stored.
  HistoryEnd history;     ///< Of the whole verified log.
  /// The part of the log beyond the known commit point, in order: committed as soon as the new
  /// epoch is established, not before.
  std::vector<std::shared_ptr<const Txn>> uncommitted;
  /// How many txns an epoch may have.
  std::uint32_t counters_per_epoch = CommitWindow::last_counter;
};

/// Leads with a quorum of one: the server itself.
///
///   promising --on_promised(accepted e)--> adopting --on_promised(current e)--> leading
///      ^                                                                          |
///      +---------- drained <--on_logged-- draining <--the epoch's counter ends----+
///
/// promising  The epoch is asked for, not yet stored. Nothing is proposed.
/// adopting   The epoch is stored as accepted; it is being stored as current, behind the log that
///            it depends on (ZOOKEEPER-4643).
/// leading    The whole log is committed; writes are proposed and syncs answered.
/// draining   As leading, but new writes wait: the next epoch starts behind an empty window.
///
/// Writes and syncs that come before or between are kept in order; the connections bound how many.
class Tenure {
 public:
  explicit Tenure(Standing standing);

  /// Call once.
  Effects start();
  /// The promise is on stable storage, and so is every txn logged before it.
  Effects on_promised(const EpochPromise& promise, const ClockReading& now);
  Effects on_submit(std::vector<Submission> writes, const ClockReading& now);
  Effects on_sync(const SyncRequest& request);
  Effects on_logged(Zxid zxid, const ClockReading& now);

  [[nodiscard]] bool is_leading() const { return phase_ == Phase::leading; }
  [[nodiscard]] const std::optional<Leader>& leader() const { return leader_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_writes_.size(); }
  void check_invariants() const;

 private:
  enum class Phase { promising, adopting, leading, draining };

  Effects ask_for_next_epoch();
  void lead(Effects& effects, const ClockReading& now);
  /// Hands what waited to the leader, as far as the epoch has room.
  void propose_waiting(Effects& effects, const ClockReading& now);

  Standing standing_;
  Phase phase_ = Phase::promising;
  std::optional<Leader> leader_;
  std::vector<Submission> waiting_writes_;
  std::vector<SyncRequest> waiting_syncs_;
};

}  // namespace quorate
