// What a leader knows of one server that follows it.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/zab/peer_message.h"
#include "core/zab/standing.h"

namespace quorate {

enum class LearnerPhase : std::uint8_t {
  joined,    ///< Has said which epoch it accepted.
  asked,     ///< Was asked to promise the leader's epoch.
  promised,  ///< Has promised it; where its history ends is known.
  surveyed,  ///< Its history is being compared with the log on disk.
  imaging,   ///< Was told to fetch an image; joins again with it.
  syncing,   ///< Was told what to keep; gets all that is proposed from then on.
  adopted,   ///< Has all of the history the leader began with.
};

struct LearnerRecord {
  LearnerPhase phase = LearnerPhase::joined;
  ZabTimes::Milliseconds heard{0};
  EpochPromised promise;  ///< From `promised` on.
  bool serves = false;    ///< Was told to serve since it joined: its clients' writes are taken.
  bool diverged = false;  ///< Was told that its state is wrong.
  bool counts = false;    ///< Is counted wherever a quorum is.
  LogPosition sent;       ///< Where what it was sent ends; of observers only.
  Zxid acked;
  std::uint64_t round = 0;  ///< The last ping that it confirmed.

  /// Gets live proposals.
  [[nodiscard]] bool is_live() const { return phase >= LearnerPhase::syncing; }
};

}  // namespace quorate
