// When writes came how far: for those that took long, afterwards, without tagging any.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"
#include "core/zab/record.h"

namespace quorate {

/// Where a write has come to.
enum class Milestone : std::uint8_t {
  submitted,  ///< Of a client of this server: proposal has it, and leads or sends it to the leader.
  proposed,   ///< It has a zxid: this server leads and has stamped it, or follows and has got it.
  synced,     ///< In this server's log.
  committed,  ///< Known here to be in the logs of a quorum.
  applied,    ///< Here.
};
inline constexpr std::size_t milestones = 5;

/// What a request's time went into; in their order.
enum class Stage : std::uint8_t {
  queue,    ///< From its receipt to `submitted`.
  propose,  ///< To `proposed`; on a follower, to the leader and back.
  log,      ///< To `synced`.
  quorum,   ///< To `committed`.
  apply,    ///< To `applied`.
  reply,    ///< To its reply.
  serve,    ///< Instead of all these, where nothing was written.
};

/// "queue".
[[nodiscard]] std::string_view to_string(Stage stage);

struct StageTime {
  Stage stage = Stage::serve;
  std::uint32_t took_us = 0;
  friend bool operator==(const StageTime&, const StageTime&) = default;
};

/// Up to which zxid something had come when. One thread notes, any may look.
class ZxidMarks {
 public:
  using Time = std::chrono::microseconds;
  static constexpr std::size_t marks_max = 4096;

  ZxidMarks() : marks_(std::make_unique<std::array<Mark, marks_max>>()) {}

  /// Everything up to `zxid`. Where that goes back, because the log was cut, what was noted before
  /// is forgotten. By the one thread; costs some nanoseconds.
  void note(Zxid zxid, Time now);

  /// When `zxid` was reached; nothing if it was not, or so long ago that it is forgotten.
  [[nodiscard]] std::optional<Time> reached(Zxid zxid) const;

 private:
  struct Mark {
    std::atomic<std::uint64_t> zxid{0};
    std::atomic<std::int64_t> time{0};
  };
  [[nodiscard]] const Mark& at(std::uint64_t index) const { return (*marks_)[index % marks_max]; }

  std::unique_ptr<std::array<Mark, marks_max>> marks_;
  std::atomic<std::uint64_t> first_{0};
  std::atomic<std::uint64_t> end_{0};
  Zxid last_;
};

/// The milestones of a server's writes, on its monotonic clock.
class StageClock {
 public:
  using Time = ZxidMarks::Time;

  /// One thread for each milestone; of what is noted together, the last zxid.
  void note(Milestone milestone, Zxid zxid, Time now) {
    marks_[static_cast<std::size_t>(milestone)].note(zxid, now);
  }
  [[nodiscard]] std::optional<Time> reached(Milestone milestone, Zxid zxid) const {
    return marks_[static_cast<std::size_t>(milestone)].reached(zxid);
  }

  /// What the time between receipt and reply went into, where `zxid` is what came of the request.
  /// A milestone that is not known adds its stage to the next; one that was passed before the one
  /// ahead of it took no time. Together they are all the time. Only `serve` when the request cannot
  /// be what was written there.
  [[nodiscard]] std::vector<StageTime> stages_of(Zxid zxid, Time received, Time replied) const;

 private:
  std::array<ZxidMarks, milestones> marks_;
};

/// Which of the records that are proposed are this server's own, and since when it had them. For
/// the one thread of proposal.
class SubmitTrail {
 public:
  /// A batch of this server's own writes, by the last of them.
  void on_submitted(const Origin& last, StageClock::Time now);
  /// In order.
  void on_proposed(const std::vector<Record>& records, StageClock& clock);
  /// What was submitted may be lost.
  void forget() { batches_.clear(); }

 private:
  static constexpr std::size_t batches_max = 1024;
  std::deque<std::pair<Origin, StageClock::Time>> batches_;
};

}  // namespace quorate
