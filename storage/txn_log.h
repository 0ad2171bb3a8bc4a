// The server's durable history: txns in zxid order, as the bytes the leader encoded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace quorate {

/// One encoded txn (schema/record.capnp). Opaque to the log.
struct LogRecord {
  Zxid zxid;
  Blob bytes;
};

/// A place in the history that can be recognised: the chain hash runs over all records up to
/// and including `zxid` (XXH3 of the previous hash, zxid and bytes).
struct LogPosition {
  Zxid zxid;
  std::uint64_t chain = 0;
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

/// Reads consecutive txns, from any thread; what it has yet to read is pinned against purge.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// The next record, nothing at the end as of when the reader was opened. Errors: `cut` when
  /// the records were truncated, `damaged` with the zxid.
  virtual Result<std::optional<LogRecord>> next() = 0;
};

/// Appends, syncs and cuts have one owner; others read through reader(), from any thread.
///
/// Durability: only what precedes a successful sync() survives a crash, and only that may be
/// acknowledged. Failure: after any error the tail is unknown; the log refuses further writes and
/// the owner stops the process and recovers from disk. Retrying a failed sync is never correct.
class TxnLog {
 public:
  virtual ~TxnLog() = default;

  /// REQUIRES: zxids ascend and start after last().
  virtual Status append(std::span<const LogRecord> records) = 0;
  virtual Status sync() = 0;

  /// Forgets everything after `zxid`, durably: a new leader says it never happened.
  virtual Status truncate_after(Zxid zxid) = 0;

  /// Gives up the records up to and including `zxid`; frees files on disk, not only keys. Pinned
  /// records stay until their readers are gone.
  virtual Status purge_up_to(Zxid zxid) = 0;

  /// A cursor over the txns after `zxid`, up to last() now. Error `purged` when they are no
  /// longer all here.
  [[nodiscard]] virtual Result<std::unique_ptr<LogReader>> reader(Zxid zxid) const = 0;

  /// The last record appended; {0} when there has never been one.
  [[nodiscard]] virtual LogPosition last() const = 0;
  /// The position before the oldest record kept: where a purge ended, or {0}.
  [[nodiscard]] virtual LogPosition base() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;  ///< On disk, about.
};

}  // namespace quorate
