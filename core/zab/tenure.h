// A server's time at the head of its ensemble: from gathering a quorum to broadcasting, and on to
// the next epoch when the counter is used up.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"
#include "core/zab/commit_window.h"
#include "core/zab/digest_court.h"
#include "core/zab/effects.h"
#include "core/zab/learner_record.h"
#include "core/zab/loss_reason.h"
#include "core/zab/stamp_clock.h"
#include "core/zab/standing.h"

namespace quorate {

/// Leads.
///
///   gathering --a quorum has joined--> promising --stored--> collecting --a quorum has promised-->
///   adopting --a quorum has adopted--> leading --the counter ends--> draining --> promising ...
///
/// gathering   Waits for voters to join, to learn which epochs they have accepted.
/// promising   This server's own promise of the new epoch is being stored.
/// collecting  Asks who has joined for the same promise. Who promises says where its history ends;
///             a leader that lacks what one of the quorum has gives up.
/// adopting    The epoch is being stored as current, here and by learners, behind the history that
///             each of them was sent (ZOOKEEPER-4643, -3911). Nothing is proposed.
/// leading     A quorum has the epoch and all of this leader's log, which is therefore committed;
///             writes are proposed and syncs answered.
/// draining    As leading, but new writes wait: the next epoch starts behind an empty window, and
///             so does the successor of a leader that hands over. That happens on request, and of
///             itself when the others commit without this server's disk for as long as a silence.
///
/// Servers that join later go through the same steps one by one. A server that has accepted a
/// higher epoch (of a leader that came to nothing) makes this one move on to a higher epoch still.
///
/// Invariants, verified by check_invariants():
///   (1) only a quorum's promises end collecting, only a quorum's adoption ends adopting;
///   (2) nothing waits while leading, unless the pipeline is full.
class Tenure {
 public:
  using Time = ZabTimes::Milliseconds;

  /// `unanimous`: all voters are present and blank: a new ensemble, in which their word counts.
  Tenure(Standing& standing, bool unanimous, Time now);

  Effects start(Time now);
  Effects on_message(ServerId from, const PeerMessage& message, const ClockReading& now);
  Effects on_link_down(ServerId peer);
  Effects on_promised(const EpochPromise& promise, const ClockReading& now);
  Effects on_logged(const ClockReading& now);
  Effects on_submit(std::vector<Submission> writes, const ClockReading& now);
  /// `asker` is this server or a learner.
  Effects on_sync(ServerId asker, const SyncRequest& request);
  /// Where a learner's log parts from ours; nothing: it needs an image.
  Effects on_surveyed(ServerId learner, const std::optional<LogPosition>& common);
  /// `asker` is this server or a learner.
  Effects on_hand_over(ServerId asker, const HandOver& asked, Time now);
  /// Of this server's own state.
  Effects on_marks(const std::vector<DigestMark>& marks, Time now);
  Effects on_tick(const ClockReading& now);

  /// Why it gave up: look for a leader again.
  [[nodiscard]] std::optional<LossReason> lost() const { return lost_; }
  [[nodiscard]] bool is_over() const { return lost_.has_value(); }
  /// Once it is over: to whom this server has handed over.
  [[nodiscard]] std::optional<ServerId> successor() const { return successor_; }
  /// Who would lead best in place of this server: a voter in reach that serves and has come
  /// furthest.
  [[nodiscard]] std::optional<ServerId> heir(Time now) const;
  [[nodiscard]] std::optional<Epoch> established() const {
    return window_ ? std::optional(epoch_) : std::nullopt;
  }
  [[nodiscard]] Epoch epoch() const { return epoch_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_writes_.size(); }
  [[nodiscard]] std::size_t pending_syncs() const { return syncs_.size(); }
  /// Digests differ, and nobody can tell whose are right; see Effects::doubt.
  [[nodiscard]] bool is_in_doubt() const { return court_.undecided().has_value(); }
  [[nodiscard]] bool is_clock_alarmed() const { return clock_.is_alarmed(); }
  /// Everybody who follows, and how far.
  [[nodiscard]] const std::map<ServerId, LearnerRecord>& learners() const { return learners_; }
  void check_invariants() const;

 private:
  enum class Phase { gathering, promising, collecting, adopting, leading, draining };

  /// A batch of records ends when it has so many bytes: one frame, and one turn of a learner.
  static constexpr std::size_t batch_bytes = std::size_t{1} << 20;

  struct PendingSync {
    ServerId asker;
    SyncRequest request;
    std::uint64_t round = 0;  ///< Confirmed by it.
    Zxid point;
  };

  struct HandingOver {
    ServerId to;
    Time since;
  };
  /// Since when this server's log has not come to what a quorum had committed.
  struct Behind {
    Zxid until;
    Time since;
  };

  void enter(Phase phase, Time now);
  /// Why a phase that lasted too long ends the tenure.
  [[nodiscard]] LossReason out_of_patience() const;
  void on_forward(ServerId from, const Forward& forward, Effects& effects, const ClockReading& now);
  void ping(Effects& effects);
  void answer_syncs(Effects& effects);
  // Discovery (tenure_discovery.cc).
  void on_join(ServerId from, const Join& join, Effects& effects, Time now);
  void ask_for_next_epoch(Effects& effects, Time now);
  void on_epoch_promised(ServerId from, const EpochPromised& promise, Effects& effects);
  /// A promising voter that has less than somebody remembers; true when the leader itself is one.
  bool find_amnesia(Effects& effects);
  void try_collected(Effects& effects);
  // Synchronisation (tenure_synchronisation.cc).
  void plan(ServerId learner, Effects& effects);
  void synchronise(ServerId id, LearnerRecord& learner, const std::optional<LogPosition>& common,
                   Effects& effects);
  void on_adopted(ServerId from, const Adopted& adopted, Effects& effects, const ClockReading& now);
  void try_established(Effects& effects, const ClockReading& now);
  // Broadcast (tenure_broadcast.cc).
  [[nodiscard]] bool is_drained() const;
  [[nodiscard]] bool may_propose() const;
  [[nodiscard]] Proposals batch_of(const LogPosition& previous, std::vector<Record> records) const;
  void propose_waiting(Effects& effects, const ClockReading& now);
  void propose(std::vector<Submission> writes, Effects& effects, const ClockReading& now);
  void on_ack(ServerId from, const Ack& ack, Effects& effects, const ClockReading& now);
  void acked(ServerId voter, Zxid zxid, Effects& effects, const ClockReading& now);
  void commit_up_to(Zxid zxid, Effects& effects);
  // Handing over (tenure_hand_over.cc).
  [[nodiscard]] bool could_lead(ServerId id, Time now) const;
  [[nodiscard]] HandOverAnswer judge(const HandOver& asked, Time now) const;
  void begin_hand_over(ServerId to, Effects& effects, Time now);
  /// While draining: goes on to the next epoch, or leaves, when nothing is under way any more.
  void try_drained(Effects& effects, Time now);
  void give_up_hand_over(Effects& effects, const ClockReading& now);
  [[nodiscard]] bool is_disk_behind(Time now);
  void tick_hand_over(Effects& effects, const ClockReading& now);
  // Digests (tenure_digests.cc).
  void on_marks_of(ServerId from, const LearnerRecord& learner,
                   const std::vector<DigestMark>& marks, Effects& effects, Time now);
  void hold_court(Effects& effects);
  /// False: it has to wait.
  bool carry_out(const Sentence& sentence, Effects& effects);
  /// Whoever begins anew does not vote for a while. There must be a quorum without him, of servers
  /// that vote: else nobody could give him anything.
  [[nodiscard]] bool can_spare(ServerId server) const;
  void forget_marks_of(ServerId server);
  /// This server and the learners for which `holds`, as far as they are counted.
  template <class Holds>
  [[nodiscard]] ServerSet counted(const Holds& holds) const {
    ServerSet servers;
    if (standing_.counts() || unanimous_) servers.insert(standing_.self);
    for (const auto& [id, learner] : learners_)
      if (learner.counts && holds(learner)) servers.insert(id);
    return servers;
  }

  Standing& standing_;
  bool unanimous_;
  std::optional<LossReason> lost_;
  bool established_ = false;  ///< Some epoch of this tenure was.
  Phase phase_ = Phase::gathering;
  Time since_;  ///< When the phase began.
  Time last_ping_{0};
  Epoch epoch_;           ///< Being asked for, or led.
  bool adopted_ = false;  ///< Stored as current by this server.
  Epoch least_;           ///< Somebody who joined cannot promise a lower one.
  std::map<ServerId, LearnerRecord> learners_;
  std::optional<CommitWindow> window_;
  StampClock clock_;
  std::vector<Submission> waiting_writes_;
  std::vector<PendingSync> syncs_;
  std::uint64_t round_ = 0;
  DigestCourt court_;
  std::vector<Sentence> sentences_;  ///< Not yet carried out.
  bool doubt_said_ = false;
  std::optional<HandingOver> handing_over_;
  std::optional<ServerId> successor_;
  Behind behind_;
};

}  // namespace quorate
