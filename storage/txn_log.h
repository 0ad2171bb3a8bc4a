// The server's durable history: txns in zxid order, as the bytes the leader encoded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/txn/log_record.h"

namespace quorate {

/// Reads consecutive txns, one at a time but from any thread; what it has yet to read is pinned
/// against purge. May outlive the log.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// The next record, nothing at the end as of when the reader was opened. Errors: `cut` when
  /// the records were truncated, `damaged` with the zxid. The reader is over after either.
  virtual Result<std::optional<LogRecord>> next() = 0;
};

/// Appends, syncs, cuts and anchors have one owner; others read through reader() and position_at(),
/// from any thread. purge_up_to() blocks for long and may be called from one other thread.
///
/// Durability: only what precedes a successful sync() survives a crash, and only that may be
/// acknowledged. Failure: after any error but `bad_arguments` and `purged` the tail is unknown; the
/// log refuses further writes and the owner stops the process and recovers from disk. Retrying a
/// failed sync is never correct.
class TxnLog {
 public:
  virtual ~TxnLog() = default;

  /// REQUIRES: zxids ascend and start after last(); else `bad_arguments`, and nothing is appended.
  virtual Status append(std::span<const LogRecord> records) = 0;
  virtual Status sync() = 0;

  /// Forgets everything after `zxid`, durably (what is before it is synced too): a new leader
  /// says it never happened. Error `purged` when `zxid` is before base().
  virtual Status truncate_after(Zxid zxid) = 0;

  /// Continues the history behind an image that was taken from a leader, durably. What the log
  /// holds after `position` stays if `position` is on this log's own chain; else all is dropped,
  /// and `position` becomes both base() and last().
  virtual Status anchor_at(const LogPosition& position) = 0;

  /// Gives up the records up to and including `zxid`; frees files on disk, not only keys. Pinned
  /// records stay until their readers are gone. Nothing happens when `zxid` is before base();
  /// beyond last() it is `bad_arguments`.
  virtual Status purge_up_to(Zxid zxid) = 0;

  /// A cursor over the txns after `zxid`, up to last() now. Error `purged` when they are no
  /// longer all here.
  [[nodiscard]] virtual Result<std::unique_ptr<LogReader>> reader(Zxid zxid) const = 0;

  /// Where the last record at or before `zxid` ends: how a leader finds what it has in common
  /// with a learner. Error `purged` when `zxid` is before base(); `damaged`.
  [[nodiscard]] virtual Result<LogPosition> position_at(Zxid zxid) const = 0;

  /// The last record appended; {0} when there has never been one.
  [[nodiscard]] virtual LogPosition last() const = 0;
  /// The position before the oldest record kept: where a purge ended, or {0}.
  [[nodiscard]] virtual LogPosition base() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;  ///< On disk, about.
};

}  // namespace quorate
