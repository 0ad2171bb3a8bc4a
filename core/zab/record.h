// A txn as the machines of the replication pass it on.
#pragma once

#include <memory>

#include <cstddef>
#include "core/base/blob.h"
#include "core/txn/log_record.h"
#include "core/txn/txn.h"

namespace quorate {

/// A txn with the bytes that its leader encoded: the same bytes go to every log, and the chain of
/// their hashes tells one history from another.
struct Record {
  LogPosition position;  ///< Behind it.
  std::shared_ptr<const Txn> txn;
  Blob bytes;

  [[nodiscard]] Zxid zxid() const { return position.zxid; }
  /// About what it takes in memory: what a bound on many of them must count.
  [[nodiscard]] std::size_t memory_bytes() const {
    return sizeof(Record) + sizeof(Txn) + 2 * bytes.size();
  }
};

/// Turns a txn into the bytes of its record (schema/record.capnp).
class TxnEncoder {
 public:
  virtual ~TxnEncoder() = default;
  [[nodiscard]] virtual Blob encode(const Txn& txn) const = 0;
};

}  // namespace quorate
