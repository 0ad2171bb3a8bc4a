// A server's time behind a leader: from joining to logging what it proposes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/zab/effects.h"
#include "core/zab/loss_reason.h"
#include "core/zab/standing.h"

namespace quorate {

/// Learns: a follower if it votes, else an observer; the leader tells them apart.
///
///   joining --NewEpoch--> promising --stored--> promised --Synchronise--> syncing
///      --the history has reached its end--> adopting --stored--> following
///   promised --Synchronise with an image--> imaging --the image is installed--> over
///   from promised on: --NewEpoch of a higher epoch--> promising
///
/// joining    Has said so to the leader, which may not lead yet.
/// promising  The promise not to follow a lower epoch is being stored, behind all that was logged.
/// promised   The leader knows where this server's history ends.
/// imaging    An image of the leader is on its way, to take the place of this server's state and
///            log. Then it joins again, with a log that the leader's reaches.
/// syncing    What the leader does not have was cut off; what it has beyond is being logged. Live
///            proposals that do not continue the log yet are held.
/// adopting   The epoch is being stored as current, behind that history (ZOOKEEPER-3911).
/// following  Logs and acks. Serves clients once the leader says that the epoch is established.
///
/// Records that do not continue the log are refused by their chain (ZOOKEEPER-4925). Nothing is
/// acked before it is synced, nothing applied before it is committed.
class Following {
 public:
  using Time = ZabTimes::Milliseconds;

  /// `unanimous`: as for Tenure.
  Following(Standing& standing, ServerId leader, bool unanimous, Time now);

  Effects start();
  Effects on_message(const PeerMessage& message, Time now);
  /// The leader leads now: what was said before may have gone unheard.
  Effects on_leader_ready();
  Effects on_promised(const EpochPromise& promise);
  Effects on_logged();
  Effects on_submit(std::vector<Submission> writes);
  Effects on_sync(const SyncRequest& request);
  Effects on_touched(std::vector<SessionId> sessions);
  Effects on_hand_over(const HandOver& asked);
  /// From the stream that was asked for.
  Effects on_history(const ProposalBatch& batch);
  /// An image of the leader has come and was found sound; asks to install it, as the last thing
  /// in this role, if it is still wanted.
  Effects on_image(const LogPosition& at, std::int64_t stamp_ms);
  Effects on_tick(Time now);

  /// Why it gave up: look for a leader again.
  [[nodiscard]] std::optional<LossReason> lost() const { return lost_; }
  [[nodiscard]] bool is_over() const { return lost_.has_value(); }
  [[nodiscard]] ServerId leader() const { return leader_; }
  [[nodiscard]] bool is_serving() const { return serving_; }
  /// As the leader said last; see Effects::doubt.
  [[nodiscard]] bool is_in_doubt() const { return doubt_; }
  [[nodiscard]] std::optional<Epoch> established() const {
    return served_ ? std::optional(epoch_) : std::nullopt;
  }
  void check_invariants() const;

 private:
  enum class Phase { joining, promising, promised, imaging, syncing, adopting, following };

  [[nodiscard]] bool counts() const;
  [[nodiscard]] Epoch least() const;
  void on_new_epoch(Epoch epoch, Effects& effects);
  void on_synchronise(const Synchronise& message, Effects& effects);
  void on_serve(const Serve& serve, Effects& effects);
  void on_proposals(const ProposalBatch& batch, Effects& effects);
  void take(const ProposalBatch& batch, Effects& effects);
  void take_held(Effects& effects);
  void on_heartbeat(const Heartbeat& heartbeat, Effects& effects);
  void on_diverged(const Diverged& diverged, Effects& effects);
  void commit_up_to(Zxid zxid, Effects& effects);
  void try_recovered(Effects& effects);

  Standing& standing_;
  ServerId leader_;
  bool unanimous_;
  std::optional<LossReason> lost_;
  Phase phase_ = Phase::joining;
  Epoch epoch_;  ///< Promised to the leader, from `promising` on.
  LogPosition end_;
  bool counted_ = false;  ///< Was said with the promise.
  bool served_ = false;   ///< The leader has said that the epoch is established.
  bool serving_ = false;
  Zxid committed_;  ///< The leader's word; may be ahead of the log.
  Time heard_;
  Time started_;
  std::map<Zxid, Proposals> held_;  ///< By the zxid before them.
  std::size_t held_bytes_ = 0;
  std::vector<SessionId> touched_;  ///< Since the last ping.
  Zxid marks_told_;                 ///< The leader has been told of marks up to here.
  bool doubt_ = false;
};

}  // namespace quorate
