// What only the log on disk can do: fail, tear, be purged, belong to somebody else.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "storage/bytes.h"
#include "test/unit/storage/log_benches.h"
#include "test/unit/storage/store_files.h"

namespace quorate::test {
namespace {

using rocksdb::IOStatus;

/// A record of about 4 KiB, that does not compress.
LogRecord large_record(std::uint32_t counter) {
  std::string bytes;
  std::uint32_t state = counter * 2654435761U + 1;
  while (bytes.size() < 4096) {
    state = state * 1664525U + 1013904223U;
    bytes.push_back(static_cast<char>(state >> 24));
  }
  return {at(counter), Blob(std::string_view(bytes))};
}

Promises promises_of(std::uint32_t server, std::uint32_t epoch) {
  Promises promises;
  promises.cluster[0] = 42;
  promises.server = ServerId{server};
  promises.accepted_epoch = Epoch{epoch};
  return promises;
}

/// A flush that began before a purge holds the purged files until it ends. False after a while.
template <class Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_CASE("a purge frees files and bytes on disk, not only keys") {
  RocksBench bench;
  DurableLog& log = bench.open();
  const std::string directory = bench.directory() / "log";
  constexpr std::uint32_t per_flush = 1024;
  constexpr std::uint32_t flushes = 50;
  for (std::uint32_t i = 1; i <= flushes * per_flush; i += 64) {
    std::vector<LogRecord> group;
    for (std::uint32_t j = i; j < i + 64; ++j) group.push_back(large_record(j));
    REQUIRE(log.append(group).ok());
    REQUIRE(log.sync().ok());
  }
  const auto before = files_with(directory, ".sst");
  REQUIRE(before.size() >= flushes - 5);
  const std::uint64_t bytes_before = bytes_of(before);

  REQUIRE(log.purge_up_to(at(flushes / 2 * per_flush)).ok());
  CHECK(comes_true([&] { return log.bytes() < bytes_before * 6 / 10; }));
  CHECK(comes_true([&] { return files_with(directory, ".sst").size() < before.size() * 6 / 10; }));
  CHECK(bytes_of(files_with(directory, ".sst")) < bytes_before * 6 / 10);

  REQUIRE(log.purge_up_to(log.last().zxid).ok());
  CHECK(comes_true([&] { return files_with(directory, ".sst").size() <= 3; }));
  CHECK(bytes_of(files_with(directory, ".sst")) < bytes_before / 20);
}

TEST_CASE("a purge of a truncated log frees disk, too, and nothing cut comes back") {
  RocksBench bench;
  DurableLog* log = &bench.open();
  std::uint32_t next = 1;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 1500; ++i, ++next) {
      const LogRecord one = large_record(next);
      REQUIRE(log->append(std::span(&one, 1)).ok());
    }
    REQUIRE(log->truncate_after(at(next - 200)).ok());
    next -= 199;
  }
  const std::string directory = bench.directory() / "log";
  const std::uint64_t bytes_before = bytes_of(files_with(directory, ".sst"));
  const LogPosition kept = log->position_at(at(next - 100)).value();

  REQUIRE(log->purge_up_to(kept.zxid).ok());
  CHECK(comes_true([&] { return bytes_of(files_with(directory, ".sst")) < bytes_before / 4; }));
  bench.crash();
  log = &bench.open();

  CHECK(log->base() == kept);
  CHECK(log->last().zxid == at(next - 1));
  CHECK(read_all(*log, kept.zxid).size() == 99);
}

// Goal: no error of the disk is survived by the log, and none loses what was synced.
// Method: fail one write or sync of the WAL; all later writes must be refused; start again.
TEST_CASE("a log whose disk fails refuses everything from then on") {
  for (const bool in_sync : {false, true}) {
    CAPTURE(in_sync);
    FaultyRocksBench bench;
    DurableLog& log = bench.open();
    log_synced(log, 1, 10, 2);
    const auto no_space = IOStatus::NoSpace("No space left on device");
    if (in_sync) {
      bench.files().fail_sync(".log", 1, IOStatus::IOError("Input/output error"));
    } else {
      bench.files().fail_write(".log", 1, no_space);
    }

    Status failed = log.append(records(11, 12));
    if (in_sync) {
      REQUIRE(failed.ok());
      failed = log.sync();
    }
    CHECK(failed.code() == ErrorCode::io_error);
    CHECK(log.append(records(13, 14)).code() == ErrorCode::io_error);
    CHECK(log.sync().code() == ErrorCode::io_error);
    CHECK(log.truncate_after(at(3)).code() == ErrorCode::io_error);
    CHECK(log.purge_up_to(at(3)).code() == ErrorCode::io_error);
    CHECK(log.anchor_at({at(3), 1}).code() == ErrorCode::io_error);
    CHECK(log.promises().store(promises_of(1, 5)).code() == ErrorCode::io_error);
    CHECK(log.note_logged().code() == ErrorCode::io_error);

    bench.crash();
    CHECK(read_all(bench.open(), Zxid{}) == records(1, 10));
  }
}

TEST_CASE("a promise that could not be synced is not kept by the fence either") {
  FaultyRocksBench bench;
  DurableLog& log = bench.open();
  REQUIRE(log.promises().store(promises_of(1, 5)).ok());

  bench.files().fail_sync(".log", 1, IOStatus::IOError("Input/output error"));
  CHECK(log.promises().store(promises_of(1, 6)).code() == ErrorCode::io_error);
  CHECK(log.promises().load().value() == promises_of(1, 5));
  bench.crash();

  CHECK(bench.open().promises().load().value() == promises_of(1, 5));
}

TEST_CASE("one sync of the disk serves a whole group") {
  FaultyRocksBench bench;
  DurableLog& log = bench.open();
  const int before = bench.files().syncs(".log");

  for (std::uint32_t i = 1; i <= 100; ++i) REQUIRE(log.append(records(i, i)).ok());
  CHECK(bench.files().syncs(".log") == before);
  REQUIRE(log.sync().ok());
  REQUIRE(log.sync().ok());

  CHECK(bench.files().syncs(".log") == before + 1);
}

TEST_CASE("nothing is appended before the log has been walked") {
  RocksBench bench;
  log_synced(bench.open(), 1, 5);
  bench.crash();
  auto log = bench.try_open();
  REQUIRE(log.ok());

  CHECK((*log)->append(records(6, 6)).code() == ErrorCode::damaged);
  CHECK((*log)->truncate_after(at(2)).code() == ErrorCode::damaged);
  CHECK((*log)->walk({}).value().last == position_after(5));
  CHECK((*log)->append(records(6, 6)).ok());
}

TEST_CASE("a walk hands out every record behind the image, and stops when told") {
  RocksBench bench;
  log_synced(bench.open(), 1, 50);
  bench.crash();
  auto log = bench.try_open();
  REQUIRE(log.ok());
  std::vector<LogRecord> seen;

  const auto walked = (*log)->walk(position_after(20), [&](const LogRecord& one) {
    seen.push_back(one);
    return Status{};
  });
  const auto stopped = (*log)->walk(position_after(20), [](const LogRecord& one) {
    return one.zxid == at(30) ? Status{ErrorCode::unimplemented, "a kind from the future"}
                              : Status{};
  });

  CHECK(walked.value().records == 30);
  CHECK(walked.value().last == position_after(50));
  CHECK_FALSE(walked.value().damage);
  CHECK(seen == records(21, 50));
  CHECK(stopped.code() == ErrorCode::unimplemented);
}

TEST_CASE("an image of another history, or beyond the log, is told apart from a gap") {
  RocksBench bench;
  log_synced(bench.open(), 1, 50);
  REQUIRE(bench.open().purge_up_to(at(10)).ok());
  bench.crash();
  auto log = bench.try_open();
  REQUIRE(log.ok());

  const auto other = (*log)->walk({at(20), 4711});
  REQUIRE(other.value().damage);
  CHECK(other.value().damage->text.find("another history") != std::string::npos);

  const auto beyond = (*log)->walk({at(60), 4711});
  REQUIRE(beyond.value().damage);
  CHECK(beyond.value().damage->text.find("5.3c") != std::string::npos);
  CHECK((*log)->append(records(51, 51)).code() == ErrorCode::damaged);

  CHECK((*log)->walk(position_after(9)).code() == ErrorCode::purged);
  CHECK((*log)->walk(position_after(10)).value().last == position_after(50));
  CHECK((*log)->append(records(51, 51)).ok());
}

TEST_CASE("a log that ends below its fence says so, and goes on when it is cut or anchored") {
  RocksBench bench;
  const std::string early = bench.directory() / "early";
  DurableLog& log = bench.open();
  log_synced(log, 1, 20);
  bench.crash();
  copy_tree(bench.directory() / "log", early);
  log_synced(bench.open(), 21, 50);
  bench.crash();
  REQUIRE(bench.open().fence() == at(50));
  bench.crash();

  copy_tree(early, bench.directory() / "log");
  auto restored = bench.try_open();
  REQUIRE(restored.ok());
  const auto walked = (*restored)->walk({});
  REQUIRE(walked.ok());
  REQUIRE(walked.value().damage);
  CHECK(walked.value().damage->text.find("5.32") != std::string::npos);
  CHECK(walked.value().last == position_after(20));
  CHECK(walked.value().lost_to == at(50));
  CHECK((*restored)->append(records(21, 21)).code() == ErrorCode::damaged);
  CHECK((*restored)->fence() == at(50));

  REQUIRE((*restored)->truncate_after(at(20)).ok());
  CHECK((*restored)->append(records(21, 21)).ok());
  CHECK((*restored)->fence() == at(20));
}

TEST_CASE("a store whose log is gone is refused by its fence") {
  RocksBench bench;
  log_synced(bench.open(), 1, 20);
  bench.crash();

  std::filesystem::remove_all(bench.directory() / "log");
  const auto opened = bench.try_open();

  CHECK(opened.code() == ErrorCode::damaged);
  CHECK(opened.error().text.find("fence") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(bench.directory() / "log/CURRENT"));
}

TEST_CASE("a lost fence is made anew with a warning") {
  RocksBench bench;
  log_synced(bench.open(), 1, 20);
  REQUIRE(bench.open().promises().store(promises_of(1, 5)).ok());
  bench.crash();
  for (const bool removed : {true, false}) {
    if (removed) {
      std::filesystem::remove(bench.directory() / "fence");
    } else {
      put_contents(bench.directory() / "fence", std::string(8192, 'x'));
    }

    DurableLog& log = bench.open();

    CHECK(log.fence_lost());
    CHECK(log.fence() == at(20));
    CHECK(read_all(log, Zxid{}) == records(1, 20));
    bench.crash();
    CHECK_FALSE(bench.open().fence_lost());
    bench.crash();
  }
}

TEST_CASE("the fence of another server, or of another cluster, is foreign") {
  RocksBench one;
  RocksBench two;
  RocksBench stranger;
  Promises elsewhere = promises_of(1, 5);
  elsewhere.cluster[0] = 43;
  REQUIRE(one.open().promises().store(promises_of(1, 5)).ok());
  REQUIRE(two.open().promises().store(promises_of(2, 5)).ok());
  REQUIRE(stranger.open().promises().store(elsewhere).ok());
  one.crash();
  two.crash();
  stranger.crash();

  for (RocksBench* other : {&two, &stranger}) {
    std::filesystem::copy_file(other->directory() / "fence", one.directory() / "fence",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(one.try_open().code() == ErrorCode::foreign);
  }
}

TEST_CASE("a log that lost a promise, a cut or an anchor says so and keeps the promise") {
  for (const int kind : {0, 1, 2}) {
    CAPTURE(kind);
    RocksBench bench;
    DurableLog& before = bench.open();
    REQUIRE(before.promises().store(promises_of(1, 5)).ok());
    log_synced(before, 1, 10);
    bench.crash();
    copy_tree(bench.directory() / "log", bench.directory() / "early");
    DurableLog& log = bench.open();
    Promises same_epochs = promises_of(1, 5);
    same_epochs.image_directory = "image-2";
    if (kind == 0) REQUIRE(log.promises().store(same_epochs).ok());
    if (kind == 1) REQUIRE(log.truncate_after(at(5)).ok());
    if (kind == 2) REQUIRE(log.anchor_at({at(5), 99}).ok());
    bench.crash();

    copy_tree(bench.directory() / "early", bench.directory() / "log");

    const auto opened = bench.try_open();
    REQUIRE(opened.ok());
    CHECK((*opened)->promises().load().value() == (kind == 0 ? same_epochs : promises_of(1, 5)));
    CHECK((*opened)->walk({}).value().damage);
    CHECK((*opened)->append(records(11, 11)).code() == ErrorCode::damaged);
  }
}

TEST_CASE("a store cannot be opened twice") {
  RocksBench bench;
  bench.open();

  CHECK(bench.try_open().code() == ErrorCode::io_error);
}

TEST_CASE("making a store can be interrupted at any write and repeated") {
  for (int nth = 1; nth < 40; ++nth) {
    CAPTURE(nth);
    FaultyRocksBench bench;
    bench.files().fail_write("", nth, IOStatus::IOError("Input/output error"));
    {
      const auto first = bench.try_open();
      if (first.ok()) break;
    }
    bench.crash();

    DurableLog& log = bench.open();
    CHECK(log.append(records(1, 1)).ok());
    CHECK(nth < 39);
  }
}

}  // namespace
}  // namespace quorate::test
