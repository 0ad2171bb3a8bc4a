#include "storage/rocks_records.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>

#include "core/base/crc32c.h"
#include "storage/bytes.h"
#include "storage/log_entry.h"
#include "storage/rocks_status.h"

namespace quorate {

Result<std::optional<std::string>> own_record(RocksDatabase& database, std::string_view key) {
  std::string value;
  const auto got = database.db->Get(rocksdb::ReadOptions(), database.promises,
                                    rocksdb::Slice(key.data(), key.size()), &value);
  if (got.IsNotFound()) return std::optional<std::string>();
  if (!got.ok()) return rocks_error("reading the log's record of " + std::string(key), got);
  return std::optional<std::string>(std::move(value));
}

void put_base(RocksDatabase& database, rocksdb::WriteBatch& batch, const LogPosition& base) {
  ByteWriter body;
  body.u64(base.zxid.value).u64(base.chain);
  const std::string value = ByteWriter().u32(crc32c(body.str())).raw(body.str()).str();
  batch.Put(database.promises, rocksdb::Slice(base_key.data(), base_key.size()), value);
}

Result<LogPosition> decode_base(std::string_view bytes) {
  if (bytes.size() != 20 || crc32c(bytes.substr(4)) != load_u32(bytes.data()))
    return {ErrorCode::damaged, "the log's record of where it begins has a wrong checksum"};
  return LogPosition{Zxid{load_u64(bytes.data() + 4)}, load_u64(bytes.data() + 12)};
}

void put_changes(RocksDatabase& database, rocksdb::WriteBatch& batch, std::uint64_t changes) {
  ByteWriter body;
  body.u64(changes);
  const std::string value = ByteWriter().u32(crc32c(body.str())).raw(body.str()).str();
  batch.Put(database.promises, rocksdb::Slice(changes_key.data(), changes_key.size()), value);
}

Result<std::uint64_t> decode_changes(std::string_view bytes) {
  if (bytes.size() != 12 || crc32c(bytes.substr(4)) != load_u32(bytes.data()))
    return {ErrorCode::damaged, "the log's count of changes has a wrong checksum"};
  return load_u64(bytes.data() + 4);
}

Result<Zxid> last_key(RocksDatabase& database) {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      database.db->NewIterator(rocksdb::ReadOptions(), database.records));
  iterator->SeekToLast();
  if (!iterator->status().ok())
    return rocks_error("looking for the end of the log", iterator->status());
  if (!iterator->Valid() || iterator->key().size() != sizeof(LogKey)) return Zxid{};
  return zxid_of_key({iterator->key().data(), iterator->key().size()});
}

}  // namespace quorate
