// What a log holds: encoded txns, chained by hashes so that a history can be recognised.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/blob.h"
#include "core/base/ids.h"

namespace quorate {

/// One encoded txn (schema/record.capnp). Opaque to the log.
struct LogRecord {
  Zxid zxid;
  Blob bytes;
  friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

/// A place in the history that can be recognised: the chain hash runs over all records up to
/// and including `zxid`. {0, 0} is before the first record.
struct LogPosition {
  Zxid zxid;
  std::uint64_t chain = 0;
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

/// The position behind a record when it follows `position`: XXH3 of the record's bytes, seeded
/// with XXH3 of the previous hash and the zxid. The same on every server and for ever.
[[nodiscard]] LogPosition advance(const LogPosition& position, Zxid zxid, std::string_view bytes);
[[nodiscard]] inline LogPosition advance(const LogPosition& position, const LogRecord& record) {
  return advance(position, record.zxid, record.bytes.text());
}

}  // namespace quorate
