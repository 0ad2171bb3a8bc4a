// What a server's machines know of its own log without reading the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/log_record.h"
#include "core/zab/record.h"

namespace quorate {

/// Where each epoch of a log ends, upwards; the first is where the log begins, as far as it is
/// known. Two histories can be compared by it: within one epoch, one is the beginning of the other.
using EpochEnds = std::vector<LogPosition>;

/// What a server knows of its log when it starts.
struct LogOutline {
  EpochEnds ends{LogPosition{}};    ///< Not empty; the last is the end of the log.
  std::int64_t last_stamp_ms = 0;   ///< Of the last txn.
  LogPosition committed;            ///< Known to be: the image, or what a record carries.
  std::vector<Record> uncommitted;  ///< All that is behind it, in order.
};

/// The end of the log, where its epochs end, what is not yet known to be committed, and as many of
/// the last records as fit into a window, so that a learner that was away for a moment needs no
/// disk. Says what the log will hold when the journal has done what it was asked.
///
/// Invariants, verified by check_invariants():
///   (1) committed() <= last().zxid;
///   (2) the window is a chain, ends at last(), and holds all that is not committed.
class History {
 public:
  /// `window_bytes_max`: of committed records, in memory.
  explicit History(LogOutline outline, std::size_t window_bytes_max);

  /// REQUIRES: the record continues last().
  void append(Record record);
  /// Forgets everything behind `keep`. REQUIRES: nothing that is committed goes.
  void cut_after(const LogPosition& keep);
  /// The log was anchored at an image: everything before it is committed and gone from here.
  void restart_at(const LogPosition& image, std::int64_t stamp_ms);

  /// Commits up to `zxid` as far as the history goes; returns what became committed, in order.
  /// A lower zxid than before is harmless.
  std::vector<std::shared_ptr<const Txn>> commit_up_to(Zxid zxid);

  [[nodiscard]] const LogPosition& last() const { return ends_.back(); }
  [[nodiscard]] std::int64_t last_stamp_ms() const { return last_stamp_ms_; }
  [[nodiscard]] Zxid committed() const { return committed_; }
  [[nodiscard]] const EpochEnds& ends() const { return ends_; }
  /// In memory.
  [[nodiscard]] std::size_t uncommitted_bytes() const { return uncommitted_bytes_; }

  /// The last position at or before `zxid`, if the window reaches so far back.
  [[nodiscard]] std::optional<LogPosition> position_at(Zxid zxid) const;
  /// The records behind `position` up to last(); nothing when the window does not hold it.
  [[nodiscard]] std::optional<std::vector<Record>> records_after(const LogPosition& position) const;
  /// Those up to and including `end`.
  [[nodiscard]] std::optional<std::vector<Record>> records_after(const LogPosition& position,
                                                                 Zxid end) const;

  void check_invariants() const;

 private:
  void trim();

  std::size_t window_bytes_max_;
  EpochEnds ends_;
  std::int64_t last_stamp_ms_;
  Zxid committed_;
  LogPosition window_base_;  ///< Before the first record of the window.
  std::deque<Record> window_;
  std::size_t committed_bytes_ = 0;  ///< In the window.
  std::size_t uncommitted_bytes_ = 0;
  std::size_t committed_in_window_ = 0;  ///< How many of its first records.
};

/// The last place that a learner's history has in common with another, of which `position_at`
/// gives the last position at or before a zxid, or nothing where it does not reach back so far.
/// Nothing: they must not be joined, the learner needs an image.
template <class PositionAt>
[[nodiscard]] std::optional<LogPosition> common_point(std::span<const LogPosition> learner,
                                                      const PositionAt& position_at) {
  for (auto end = learner.rbegin(); end != learner.rend(); ++end) {
    const std::optional<LogPosition> ours = position_at(end->zxid);
    if (!ours || ours->zxid < learner.front().zxid) return std::nullopt;
    if (*ours == *end) return ours;
    // The same epoch had one leader and one order: who has more of it begins with what the other
    // has. The learner compares the chain when it cuts.
    if (ours->zxid < end->zxid && ours->zxid.epoch() == end->zxid.epoch()) return ours;
    if (ours->zxid == end->zxid) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace quorate
