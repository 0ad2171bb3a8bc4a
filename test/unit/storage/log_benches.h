// The implementations of the log, each on a bench that can crash it and start it again.
#pragma once

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory_log.h"
#include "storage/rocks_log.h"
#include "test/unit/storage/faulty_file_system.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {

inline constexpr Epoch epoch5{5};

inline Zxid at(std::uint32_t counter) { return Zxid::at(epoch5, counter); }

/// The record that these tests have at a zxid: always the same bytes.
inline LogRecord record(Zxid zxid) {
  const std::string text = "txn " + to_string(zxid) + std::string(zxid.counter() % 50, 'x');
  return {zxid, Blob(std::string_view(text))};
}

/// Records first to last of epoch 5.
inline std::vector<LogRecord> records(std::uint32_t first, std::uint32_t last) {
  std::vector<LogRecord> out;
  for (std::uint32_t i = first; i <= last; ++i) out.push_back(record(at(i)));
  return out;
}

/// Appends first to last and syncs them, `group` at a time.
inline void log_synced(TxnLog& log, std::uint32_t first, std::uint32_t last,
                       std::uint32_t group = 1000) {
  for (std::uint32_t i = first; i <= last; i += group) {
    REQUIRE(log.append(records(i, std::min(last, i + group - 1))).ok());
    REQUIRE(log.sync().ok());
  }
}

/// All records behind `zxid`; fails the test on an error.
inline std::vector<LogRecord> read_all(const TxnLog& log, Zxid zxid) {
  std::vector<LogRecord> out;
  auto reader = log.reader(zxid);
  REQUIRE(reader.ok());
  for (;;) {
    auto next = (*reader)->next();
    if (!next) FAIL(next.error().text);
    if (!next.value()) return out;
    out.push_back(**next);
  }
}

/// The position at the end of records 1 to last.
inline LogPosition position_after(std::uint32_t last) {
  LogPosition position;
  for (std::uint32_t i = 1; i <= last; ++i) position = advance(position, record(at(i)));
  return position;
}

/// RocksDB on the real file system; a crash is one of the process only.
class RocksBench {
 public:
  static constexpr bool loses_unsynced = false;

  Result<std::unique_ptr<RocksLog>> try_open() {
    return RocksLog::open({.directory = directory_ / "log", .fence_path = directory_ / "fence"});
  }
  /// Opens and walks from the base.
  DurableLog& open() {
    log_.reset();
    auto opened = try_open();
    if (!opened) FAIL(opened.error().text);
    log_ = *std::move(opened);
    walk();
    return *log_;
  }
  void crash() { log_.reset(); }

  [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }

 private:
  void walk() {
    auto walked = log_->walk(log_->base());
    if (!walked) FAIL(walked.error().text);
    if (walked->damage) FAIL(walked->damage->text);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<DurableLog> log_;
};

/// RocksDB on a disk that loses what was not synced.
class FaultyRocksBench {
 public:
  static constexpr bool loses_unsynced = true;

  FaultyRocksBench()
      : files_(std::make_shared<FaultyFileSystem>()), env_(rocksdb::NewCompositeEnv(files_)) {}

  Result<std::unique_ptr<RocksLog>> try_open() {
    return RocksLog::open(
        {.directory = directory_ / "log", .fence_path = directory_ / "fence", .env = env_.get()});
  }
  DurableLog& open() {
    log_.reset();
    auto opened = try_open();
    if (!opened) FAIL(opened.error().text);
    log_ = *std::move(opened);
    auto walked = log_->walk(log_->base());
    if (!walked) FAIL(walked.error().text);
    if (walked->damage) FAIL(walked->damage->text);
    return *log_;
  }
  void crash() {
    files_->die();
    log_.reset();
    files_->lose_unsynced();
  }

  [[nodiscard]] FaultyFileSystem& files() { return *files_; }
  [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
  std::shared_ptr<FaultyFileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<DurableLog> log_;
};

class MemoryBench {
 public:
  static constexpr bool loses_unsynced = true;

  DurableLog& open() {
    log_.reset();
    auto opened = MemoryLog::open(disk_);
    if (!opened) FAIL(opened.error().text);
    log_ = *std::move(opened);
    auto walked = log_->walk(log_->base());
    if (!walked) FAIL(walked.error().text);
    if (walked->damage) FAIL(walked->damage->text);
    return *log_;
  }
  void crash() {
    disk_.crash();
    log_.reset();
  }

  [[nodiscard]] MemoryDisk& disk() { return disk_; }

 private:
  MemoryDisk disk_;
  std::unique_ptr<DurableLog> log_;
};

}  // namespace quorate::test
