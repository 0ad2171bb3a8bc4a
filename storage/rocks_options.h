// Every RocksDB option that this project sets, each with its reason, in one place.
#pragma once

#include <rocksdb/options.h>

#include <cstdint>
#include <memory>

namespace rocksdb {
class Env;
class RateLimiter;
}  // namespace rocksdb

namespace quorate {

/// The log's instance. `env` nullptr: the default one.
[[nodiscard]] rocksdb::DBOptions log_database_options(rocksdb::Env* env);
/// Its column family of records ("default") ...
[[nodiscard]] rocksdb::ColumnFamilyOptions log_records_options();
/// ... and that of promises.
[[nodiscard]] rocksdb::ColumnFamilyOptions log_promises_options();

/// The image's instance. `limiter` slows flushes and compactions down; nullptr: no limit.
[[nodiscard]] rocksdb::Options image_options(rocksdb::Env* env,
                                             std::shared_ptr<rocksdb::RateLimiter> limiter);

}  // namespace quorate
