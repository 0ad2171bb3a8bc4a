// The leader of an epoch in its broadcast phase: stamps, proposes and counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"
#include "core/zab/commit_window.h"
#include "core/zab/effects.h"
#include "core/zab/stamp_clock.h"

namespace quorate {

/// The clocks of the owner, read once per event.
struct ClockReading {
  std::int64_t wall_ms = 0;                ///< Since 1970; may step.
  std::chrono::milliseconds monotonic{0};  ///< Never goes back.
};

/// Where a history ends.
struct HistoryEnd {
  Zxid zxid;
  std::int64_t stamp_ms = 0;  ///< Of that txn.
};

/// Broadcasts in one epoch, established beforehand: a quorum has promised the epoch, has stored it
/// as its current one, and has this leader's whole log on stable storage; all of that log is
/// therefore committed.
///
/// A quorum of one is an ensemble like any other: its leader's own log is the quorum.
class Leader {
 public:
  /// `counters`: how many txns the epoch may have (CommitWindow).
  Leader(Epoch epoch, ServerId self, const std::set<ServerId>& voters, const HistoryEnd& history,
         std::uint32_t counters = CommitWindow::last_counter);

  /// Stamps the writes in order and asks to log them. REQUIRES: room() >= writes.size().
  Effects on_submit(std::vector<Submission> writes, const ClockReading& now);

  /// How far a server must apply to have seen all that was acknowledged by now. With other voters
  /// this takes a round, because this leader may have been deposed; a quorum of one knows.
  [[nodiscard]] SyncPoint sync_point(const SyncRequest& request) const;

  /// This server's journal has everything up to `zxid` on stable storage.
  Effects on_logged(Zxid zxid);

  /// How many more txns fit into the epoch; at 0 the owner must move to the next one.
  [[nodiscard]] std::uint32_t room() const { return window_.room(); }
  [[nodiscard]] Epoch epoch() const { return epoch_; }
  /// The last zxid proposed, or the end of the history before the first proposal.
  [[nodiscard]] Zxid proposed() const;
  [[nodiscard]] Zxid committed() const;
  /// Everything proposed is committed.
  [[nodiscard]] bool is_drained() const { return in_flight_.empty(); }
  /// Where the history ends with all that was proposed.
  [[nodiscard]] const HistoryEnd& end() const { return end_; }
  /// The wall clock stepped: hold reaping by age.
  [[nodiscard]] bool is_clock_alarmed() const { return clock_.is_alarmed(); }

  void check_invariants() const;

 private:
  Epoch epoch_;
  ServerId self_;
  Zxid history_end_;
  HistoryEnd end_;
  CommitWindow window_;
  StampClock clock_;
  std::deque<std::shared_ptr<const Txn>> in_flight_;  ///< Proposed, not committed.
};

}  // namespace quorate
