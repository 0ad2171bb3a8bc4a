// The leader's proposals in flight: which zxid is next, who has logged how far, and therefore what
// is committed.
#pragma once

#include <cstdint>
#include <map>

#include "core/base/ids.h"
#include "core/zab/quorum.h"

namespace quorate {

/// A follower logs proposals in the order they were sent, so one number per voter (its highest
/// ack) says everything: committed is what a quorum has reached.
///
/// Invariants, verified by check_invariants() after every step in tests:
///   (1) committed <= proposed, both in this leader's epoch;
///   (2) no voter has acked beyond `proposed`;
///   (3) a quorum of voters has acked `committed`;
///   (4) `committed` and every voter's ack only ever grow.
class CommitWindow {
 public:
  /// The last counter of an epoch that is proposed, well before the 32 bits end (ZOOKEEPER-1277).
  static constexpr std::uint32_t last_counter = 0xffff'0000;

  /// REQUIRES: a quorum has accepted `epoch`. `counters`: how many txns the epoch may have, at most
  /// last_counter.
  CommitWindow(Epoch epoch, Quorum quorum, std::uint32_t counters = last_counter);

  /// Assigns the next zxid. Proposing alone commits nothing. REQUIRES: room() > 0.
  Zxid propose();

  /// How many more txns fit into the epoch; at 0 the next proposal needs a new one.
  [[nodiscard]] std::uint32_t room() const { return counters_ - proposed_.counter(); }

  /// `voter` has `zxid`, and all before it, on stable storage. Late and repeated acks are
  /// harmless; acks from learners that do not vote are ignored. REQUIRES: zxid <= proposed(); the
  /// leader drops a peer that claims more. Returns the commit point.
  Zxid on_ack(ServerId voter, Zxid zxid);

  [[nodiscard]] Zxid committed() const { return committed_; }
  [[nodiscard]] Zxid proposed() const { return proposed_; }
  void check_invariants() const;

 private:
  Quorum quorum_;
  std::uint32_t counters_;
  std::map<ServerId, Zxid> acked_;  ///< Every voter, the leader too.
  Zxid proposed_;
  Zxid committed_;
};

}  // namespace quorate
