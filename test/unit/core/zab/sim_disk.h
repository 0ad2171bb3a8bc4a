// A server's disk and its journal, with everything that a crash may take.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/txn/digest_mark.h"
#include "core/zab/effects.h"
#include "core/zab/history.h"
#include "core/zab/standing.h"

namespace quorate::sim {

/// The state up to a txn: what a tree would be. Two servers that applied the same have the same.
struct Applied {
  LogPosition at;
  std::int64_t time_ms = 0;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
  std::uint64_t stain = 0;  ///< Of a wrong apply; goes wherever the state goes.

  void apply(const Record& record);
  /// As it would be if nothing had been applied wrongly.
  [[nodiscard]] Applied clean() const {
    Applied state = *this;
    state.stain = 0;
    return state;
  }
  [[nodiscard]] DigestMark mark() const { return {at.zxid, digest ^ stain, 1}; }
  friend bool operator==(const Applied&, const Applied&) = default;
};

/// What survives a crash. The log begins behind `base`; `synced` of its records are safe, the
/// others are in the hands of the crash.
struct Disk {
  LogPosition base;
  std::vector<Record> log;
  std::size_t synced = 0;
  EpochPromise promise;
  Applied image;
  Zxid fence;  ///< Apart from the log: as far as it was synced once.

  [[nodiscard]] LogPosition last() const { return log.empty() ? base : log.back().position; }
  [[nodiscard]] LogPosition last_synced() const {
    return synced == 0 ? base : log[synced - 1].position;
  }
  /// The last position at or before `zxid`; nothing when the log begins behind it.
  [[nodiscard]] std::optional<LogPosition> position_at(Zxid zxid) const;
  /// On stable storage, as a record or within the image.
  [[nodiscard]] bool holds(const LogPosition& position) const;
  [[nodiscard]] bool is_chain() const;
  /// What a server reads when it starts.
  [[nodiscard]] LogOutline outline() const;
  [[nodiscard]] std::vector<Record> committed_behind_image() const;

  void cut_after(Zxid keep);
  void anchor_at(const Applied& image);
  void sync();
};

/// One step of the journal's work.
struct CutStep {
  LogPosition keep;
};
struct AppendStep {
  std::vector<Record> records;
};
struct PromiseStep {
  EpochPromise promise;
};
struct InstallStep {
  Applied image;
  EpochPromise promise;
};
struct SettleStep {};
using JournalStep = std::variant<CutStep, InstallStep, AppendStep, PromiseStep, SettleStep>;

}  // namespace quorate::sim
