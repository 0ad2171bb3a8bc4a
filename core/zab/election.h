// Who shall lead: the votes, before anything durable happens.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/zab/effects.h"
#include "core/zab/quorum.h"
#include "core/zab/standing.h"

namespace quorate {

/// The election is over for this server.
struct Elected {
  ServerId leader;         ///< Itself, or another.
  bool unanimous = false;  ///< All voters are here and blank: a new ensemble.
  friend bool operator==(const Elected&, const Elected&) = default;
};

/// The last word of a server, at the end of an election: whom it voted for, follows, or itself.
struct Vote {
  ServerId server;
  ServerId leader;
  Recency recency;  ///< The server's.
  friend bool operator==(const Vote&, const Vote&) = default;
};

/// What the election asks its owner to do.
struct ElectionEffects {
  std::vector<Envelope> send;
  std::optional<Elected> elected;
  std::vector<Vote> votes;               ///< For people: what `elected` rests on.
  std::optional<ServerId> leader_left;   ///< Whom the replica follows leads no more.
  std::optional<ServerId> leader_ready;  ///< Whom the replica follows says that it leads now.
};

/// Fast leader election over links that deliver in order: everybody knows the last word of whom it
/// is linked with, and of nobody else.
///
/// A looking server votes for the most recent of those that stand (the higher epoch, then the
/// higher zxid, then whom the last leader handed over to, then the higher id), and only for one
/// that it hears itself: a leader out of reach would lead nobody. Who does not hear a quorum does
/// not stand, so that an unreachable candidate takes no votes from others. The election ends when a
/// quorum has the same vote in the same round and all voters in reach have answered, or `wait`
/// later.
///
/// Looking is without consequence for others, which is what a pre-vote is for: who hears an
/// established leader goes on following it, tells so, and the looking server joins that leader.
/// Only when a quorum looks is there a new epoch.
///
/// Servers that have never adopted an epoch are voted for, and counted, when all voters are in
/// reach and none of them has a record: a new ensemble. Beside others they wait for a leader.
class Election {
 public:
  using Time = ZabTimes::Milliseconds;
  static constexpr Time wait{200};

  Election(ServerId self, Quorum quorum);

  ElectionEffects on_link_up(ServerId peer, Time now);
  ElectionEffects on_link_down(ServerId peer, Time now);
  ElectionEffects on_notification(ServerId from, const ElectionNotice& notification, Time now);
  /// The replica's role changed; with Stance::looking an election begins.
  ElectionEffects on_role(const Role& role, Time now);
  ElectionEffects on_tick(Time now);

  [[nodiscard]] const ElectionNotice& own() const { return own_; }
  /// Looking, and not yet elected.
  [[nodiscard]] bool is_running() const { return running_; }
  void check_invariants() const;

 private:
  /// The last word of a linked server; none before it said anything.
  using Peers = std::map<ServerId, std::optional<ElectionNotice>>;

  void settle(ElectionEffects& effects, Time now);
  /// Of the election that begins: the one that others are in, or a new one.
  [[nodiscard]] std::uint64_t next_round() const;
  void vote();
  /// Whether its vote of this round is known, or that it has none.
  [[nodiscard]] bool has_answered(const ElectionNotice& said) const;
  void try_elect(ElectionEffects& effects, Time now);
  [[nodiscard]] bool hears_quorum() const;
  [[nodiscard]] bool is_new_ensemble() const;
  [[nodiscard]] std::optional<ServerId> established_leader() const;
  void tell(ElectionEffects& effects);
  /// Those for `leader`, or of the round that has ended; by server.
  [[nodiscard]] std::vector<Vote> votes(ServerId leader) const;

  ServerId self_;
  Quorum quorum_;
  Role role_;
  bool running_ = false;  ///< Looking, and not yet elected.
  ElectionNotice own_;
  ElectionNotice told_;  ///< What the linked servers know of it.
  Peers peers_;
  std::optional<Time> agreed_since_;  ///< A quorum has had our vote since then.
};

}  // namespace quorate
