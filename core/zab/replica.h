// A server as a member of its ensemble: looks for a leader, leads, or follows, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/zab/effects.h"
#include "core/zab/election.h"
#include "core/zab/following.h"
#include "core/zab/standing.h"
#include "core/zab/tenure.h"

namespace quorate {

/// Hosts the machine of the role and what outlasts it.
///
///   settling --on_settled--> looking --on_elected--> leading or following --gave up--> settling
///
/// settling  The journal still has to do what the last role asked for: what this server tells the
///           election of its history must be true after a crash.
/// looking   Waits for the election. Nothing of the replication happens.
///
/// A server whose journal falls behind the others by too much leaves its role too: what waits for a
/// slow disk must not fill its memory, and a leader must not be slower than its followers.
///
/// A server that was stopped for longer than the silence (a paused process or machine) leaves its
/// role with the first event after that: the others have done without it.
///
/// Every call may change the role; Effects::role says so. Messages for another role are ignored.
class Replica {
 public:
  explicit Replica(Standing standing);
  // The role's machine refers to the standing.
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  /// Call once, first.
  Effects start();

  Effects on_settled();
  Effects on_elected(const Elected& elected, const ClockReading& now);
  /// The election has heard that the followed leader leads no more, or that it leads now.
  Effects on_leader_left(ServerId leader);
  Effects on_leader_ready(ServerId leader);
  Effects on_link_down(ServerId peer);
  Effects on_message(ServerId from, const PeerMessage& message, const ClockReading& now);

  /// From the journal; see Effects.
  Effects on_logged(Zxid zxid, const ClockReading& now);
  Effects on_promised(const EpochPromise& promise, const ClockReading& now);

  /// From this server's clients. Dropped while nobody is served.
  Effects on_submit(std::vector<Submission> writes, const ClockReading& now);
  Effects on_sync(const SyncRequest& request, const ClockReading& now);
  Effects on_touched(std::vector<SessionId> sessions);

  /// An operator wants another server to lead, or any other when this one leads. Answered with
  /// Effects::handed_over, unless the leader is lost on the way. A leader leaves behind the answer.
  Effects on_hand_over(const HandOver& asked, const ClockReading& now);

  /// From whoever applies what is committed: the digests of the state, in order.
  Effects on_marks(const std::vector<DigestMark>& marks, const ClockReading& now);

  /// See Survey and Fetch.
  Effects on_surveyed(ServerId learner, const std::optional<LogPosition>& common);
  Effects on_history(ServerId leader, const ProposalBatch& batch);
  Effects on_image(ServerId leader, const LogPosition& at, std::int64_t stamp_ms);
  Effects on_fetch_failed(ServerId leader);

  Effects on_tick(const ClockReading& now);

  [[nodiscard]] const Standing& standing() const { return standing_; }
  [[nodiscard]] const Tenure* tenure() const { return tenure_ ? &*tenure_ : nullptr; }
  [[nodiscard]] bool is_leading() const { return tenure_ && tenure_->established(); }
  [[nodiscard]] bool is_serving() const { return serving_; }
  void check_invariants() const;

 private:
  [[nodiscard]] Role role() const;
  /// What a leader that hands over says before its journal has settled: it has no vote, and claims
  /// nothing that is not durable.
  [[nodiscard]] Role leaving_role() const;
  /// Notices a pause; true when the role was left for it.
  [[nodiscard]] bool has_slept(const ClockReading& now);
  /// Keeps count of what the journal has to do.
  void count_unsynced(const Effects& effects);
  [[nodiscard]] bool is_swamped() const;
  /// Gives up the role without asking it.
  Effects leave(LossReason reason);
  /// Why the role's machine gave up; none: it did not.
  [[nodiscard]] std::optional<LossReason> lost() const;
  /// Ends the role if it gave up, and says what has changed.
  Effects finish(Effects effects);

  Standing standing_;
  std::optional<Tenure> tenure_;
  std::optional<Following> following_;
  std::optional<ZabTimes::Milliseconds> awake_;        ///< At the last event.
  std::deque<std::pair<Zxid, std::size_t>> unsynced_;  ///< Records, with their bytes in memory.
  std::size_t unsynced_bytes_ = 0;
  bool settling_ = false;
  std::optional<ServerId> successor_;  ///< To whom this server handed over, until it has a role.
  bool serving_ = false;
  bool doubt_told_ = false;  ///< See Effects::doubt.
  Role told_;                ///< To the election.
};

}  // namespace quorate
