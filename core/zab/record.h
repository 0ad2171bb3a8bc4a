// A txn as the machines of the replication pass it on.
#pragma once

#include <memory>

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
};

/// Turns a txn into the bytes of its record (schema/record.capnp).
class TxnEncoder {
 public:
  virtual ~TxnEncoder() = default;
  [[nodiscard]] virtual Blob encode(const Txn& txn) const = 0;
};

}  // namespace quorate
