// The leader's judgement of digests: who differs from a quorum, and whether nobody can tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/digest_mark.h"
#include "core/zab/quorum.h"
#include "core/zab/standing.h"

namespace quorate {

/// A server has another digest than a quorum of voters has.
struct Sentence {
  ServerId server;
  Zxid zxid;
  std::uint32_t version = 0;
  std::uint64_t digest = 0;    ///< Its own.
  std::uint64_t expected = 0;  ///< The quorum's.
  friend bool operator==(const Sentence&, const Sentence&) = default;
};

/// Compares what servers have at the same zxid.
///
/// decided    A quorum of voters has one digest at a zxid: whoever has another one there, of the
///            same version, is wrong, whether it votes or not.
/// disputed   Voters have different ones, and none of these is a quorum's. The others may be on
///            their way, so this may last for a moment; unless so many have spoken that no quorum
///            can come any more.
/// undecided  A dispute has lasted for longer. Ends when some quorum is equal there or later.
///
/// What it is told is bounded: the newest zxids count.
///
/// Invariant: nobody is sentenced but by an equal quorum, which he is not one of.
class DigestCourt {
 public:
  using Time = ZabTimes::Milliseconds;

  /// A dispute may last for `patience`: by then whoever is slow has spoken or is gone.
  DigestCourt(Quorum quorum, Time patience) : quorum_(std::move(quorum)), patience_(patience) {}

  /// Of a server that has adopted the leader's epoch; voters judge, others are judged only.
  void on_marks(ServerId server, std::span<const DigestMark> marks, Time now);
  /// It has left, or comes anew: what it said is forgotten. What was undecided stays so.
  void forget(ServerId server);
  void on_tick(Time now);

  /// Those who were found to be wrong since the last call.
  [[nodiscard]] std::vector<Sentence> take_sentences();
  /// Where a dispute began that nobody can decide.
  [[nodiscard]] std::optional<Zxid> undecided() const { return undecided_; }

 private:
  struct Report {
    std::uint32_t version = 0;
    std::uint64_t digest = 0;
    bool votes = false;
    bool sentenced = false;
  };
  struct Case {
    std::map<ServerId, Report> reports;
    std::optional<Time> disputed_since;
  };

  void judge(Zxid zxid, Case& at, Time now);
  void sentence_others(Zxid zxid, Case& at, const Report& right);
  [[nodiscard]] std::optional<Report> equal_quorum(const Case& at) const;
  [[nodiscard]] bool is_disputed(const Case& at) const;
  /// Whether those who have not spoken could still make one of the digests a quorum's.
  [[nodiscard]] bool may_be_decided(const Case& at) const;

  Quorum quorum_;
  Time patience_;
  std::map<Zxid, Case> cases_;
  Zxid decided_;  ///< The highest at which a quorum was equal.
  std::optional<Zxid> undecided_;
  std::vector<Sentence> sentences_;
};

}  // namespace quorate
