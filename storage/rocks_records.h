// The log's own few keys beside the history: base, promises, changes, format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "storage/rocks_database.h"
#include "storage/txn_log.h"

namespace rocksdb {
class WriteBatch;
}  // namespace rocksdb

namespace quorate {

inline constexpr std::string_view promises_key = "promises";
inline constexpr std::string_view base_key = "base";
inline constexpr std::string_view changes_key = "changes";
inline constexpr std::string_view format_key = "format";

/// The value of a key in column family "promises". Errors `damaged`, `io_error`.
[[nodiscard]] Result<std::optional<std::string>> own_record(RocksDatabase& database,
                                                            std::string_view key);

void put_base(RocksDatabase& database, rocksdb::WriteBatch& batch, const LogPosition& base);
[[nodiscard]] Result<LogPosition> decode_base(std::string_view bytes);

/// How many promises, cuts and anchors there have been: the fence knows it, too.
void put_changes(RocksDatabase& database, rocksdb::WriteBatch& batch, std::uint64_t changes);
[[nodiscard]] Result<std::uint64_t> decode_changes(std::string_view bytes);

/// The highest zxid that has a key, {0} when none has.
[[nodiscard]] Result<Zxid> last_key(RocksDatabase& database);

}  // namespace quorate
