// What a server stands on, whatever its role: its promises, its history and its place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/ids.h"
#include "core/zab/commit_window.h"
#include "core/zab/effects.h"
#include "core/zab/history.h"
#include "core/zab/mark_ring.h"
#include "core/zab/quorum.h"

namespace quorate {

/// The clocks of the owner, read once per event.
struct ClockReading {
  std::int64_t wall_ms = 0;                ///< Since 1970; may step.
  std::chrono::milliseconds monotonic{0};  ///< Never goes back.
};

/// When somebody is given up. Not derived from tickTime: a session may live for minutes, a dead
/// leader must be noticed within a second.
struct ZabTimes {
  using Milliseconds = std::chrono::milliseconds;
  Milliseconds heartbeat{100};    ///< A leader says so often that it lives.
  Milliseconds silence{1000};     ///< Who has not been heard for so long is gone.
  Milliseconds gather{2000};      ///< For a quorum to join, or a leader to answer.
  Milliseconds establish{20000};  ///< For a quorum to fetch the history.
};

struct ZabLimits {
  std::uint32_t counters_per_epoch = CommitWindow::last_counter;
  /// Committed records kept in memory for learners that were away for a moment.
  std::size_t window_bytes_max = std::size_t{1} << 20;
  /// Proposed and not committed; further writes wait.
  std::size_t in_flight_bytes_max = std::size_t{128} << 20;
  /// In a role, logged and not yet synced. A server whose disk cannot keep up with the others
  /// leaves its role, a leader too, and comes back when its journal has done its work.
  std::size_t unsynced_bytes_max = std::size_t{64} << 20;
  /// Live proposals that a learner holds while its history is being streamed.
  std::size_t held_bytes_max = std::size_t{64} << 20;
};

struct Standing {
  ServerId self;
  Quorum quorum;
  EpochPromise promised;  ///< As stored.
  EpochPromise asked;     ///< As it will be when the journal has done what it was asked.
  History history;
  Zxid logged;            ///< Synced in this server's log.
  Remembered remembered;  ///< From the last leader's proposals.
  MarkRing marks;         ///< Of this server's state, as far as it has applied.
  const TxnEncoder* encoder = nullptr;
  ZabTimes times;
  ZabLimits limits;

  Standing(ServerId id, Quorum rule, const EpochPromise& stored, History log)
      : self(id),
        quorum(std::move(rule)),
        promised(stored),
        asked(stored),
        history(std::move(log)),
        logged(history.last().zxid) {}

  [[nodiscard]] Recency recency() const { return {promised.current, history.last().zxid}; }
  /// Whether its votes and acks may be counted: a voter that is not recovering, and has adopted an
  /// epoch once. One that never has may be new, or may have lost everything; it cannot know.
  [[nodiscard]] bool counts() const {
    return quorum.is_voter(self) && !promised.recovering_to && promised.current != Epoch{};
  }
  /// A voter without a single record. When all are, nothing was ever promised to anybody.
  [[nodiscard]] bool is_blank() const {
    return quorum.is_voter(self) && !promised.recovering_to && history.last().zxid == Zxid{};
  }
};

}  // namespace quorate
