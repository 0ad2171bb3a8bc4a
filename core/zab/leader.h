// The leader of an epoch in its broadcast phase: stamps, proposes and counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Broadcasts in one epoch, established beforehand: a quorum has promised the epoch, has stored it
/// as its current one, and has this leader's whole log on stable storage; all of that log is
/// therefore committed.
///
/// A quorum of one is an ensemble like any other: its leader's own log is the quorum.
class Leader {
 public:
  /// `history_end`: the last zxid of the log it leads with; `last_stamp_ms` the stamp there.
  Leader(Epoch epoch, ServerId self, const std::set<ServerId>& voters, Zxid history_end,
         std::int64_t last_stamp_ms);

  /// Stamps the writes in order and asks to log them. REQUIRES: room() >= writes.size().
  Effects on_submit(std::vector<Submission> writes, const ClockReading& now);

  /// This server's journal has everything up to `zxid` on stable storage.
  Effects on_logged(Zxid zxid);

  /// How many more txns fit into the epoch; at 0 the owner must move to the next one.
  [[nodiscard]] std::uint32_t room() const;
  [[nodiscard]] Epoch epoch() const { return epoch_; }
  /// The last zxid proposed, or the end of the history before the first proposal.
  [[nodiscard]] Zxid proposed() const;
  [[nodiscard]] Zxid committed() const;
  /// Everything proposed is committed.
  [[nodiscard]] bool is_drained() const { return proposed() == committed(); }
  /// The wall clock stepped: hold reaping by age.
  [[nodiscard]] bool is_clock_alarmed() const { return clock_.is_alarmed(); }

  void check_invariants() const { window_.check_invariants(); }

 private:
  Epoch epoch_;
  ServerId self_;
  Zxid history_end_;
  CommitWindow window_;
  StampClock clock_;
};

}  // namespace quorate
