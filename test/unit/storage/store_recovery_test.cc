// What a server finds when it starts, after everything that can happen to its store.
#include "storage/store_recovery.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "storage/memory_store.h"
#include "storage/rocks_store.h"
#include "test/unit/storage/log_benches.h"
#include "test/unit/storage/store_files.h"

namespace quorate::test {
namespace {

/// Stands for the tree: what the records of the log, or of an image, make.
class State {
 public:
  Status load(const SnapshotStore* image) {
    texts_.clear();
    if (image == nullptr) return {};
    return image->for_each([this](std::string_view key, std::string_view value) {
      texts_.emplace(key, value);
      return Status{};
    });
  }
  Status apply(const LogRecord& one) {
    texts_[to_string(one.zxid)] = one.bytes.text();
    return {};
  }
  [[nodiscard]] std::vector<ImageWrite> writes() const {
    std::vector<ImageWrite> out;
    for (const auto& [key, value] : texts_) out.push_back({key, Blob(std::string_view(value))});
    return out;
  }
  friend bool operator==(const State&, const State&) = default;

 private:
  std::map<std::string, std::string> texts_;
};

State state_after(std::uint32_t last) {
  State state;
  for (std::uint32_t i = 1; i <= last; ++i) REQUIRE(state.apply(record(at(i))).ok());
  return state;
}

/// On disk, in memory.
class RocksStoreBench {
 public:
  Store& open() {
    close();
    auto opened = RocksStore::open(
        {.data_directory = directory_ / "data", .log_directory = directory_ / "log"});
    if (!opened) FAIL(opened.error().text);
    store_ = *std::move(opened);
    return *store_;
  }
  void close() { store_.reset(); }
  void damage_image(const std::string& name) {
    for (const std::string& table : files_with(directory_ / "data/" + name, ".sst")) {
      // Other names of the same table, in checkpoints, stay whole.
      std::string bytes = contents(table);
      std::filesystem::remove(table);
      bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 4);
      put_contents(table, bytes);
    }
  }
  void lose_tail() {
    const std::string wal = files_with(directory_ / "log/log", ".log").back();
    std::filesystem::resize_file(wal, std::filesystem::file_size(wal) / 2);
  }
  void lose_log() { std::filesystem::remove_all(directory_ / "log/log"); }
  [[nodiscard]] const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

class MemoryStoreBench {
 public:
  Store& open() {
    store_ = std::make_unique<MemoryStore>(disk_);
    return *store_;
  }
  void close() { disk_.crash(); }
  void damage_image(const std::string& name) { disk_.damage_image(name); }
  void lose_tail() { disk_.lose_synced_after(at(90)); }
  void lose_log() { disk_.lose_log(); }

 private:
  MemoryDisk disk_;
  std::unique_ptr<Store> store_;
};

#define QUORATE_EVERY_STORE RocksStoreBench, MemoryStoreBench

Promises identity() {
  Promises promises;
  promises.cluster[0] = 42;
  promises.server = ServerId{3};
  promises.accepted_epoch = Epoch{5};
  promises.current_epoch = Epoch{5};
  return promises;
}

ImageHeader header_of(std::uint32_t counter) { return {position_after(counter), 0, 0}; }

Status write_image(SnapshotStore& image, std::uint32_t counter) {
  const Status written = image.write(state_after(counter).writes(), header_of(counter));
  return written ? image.flush().status() : written;
}

void verify_and_publish(Store& store, std::uint32_t counter) {
  State read;
  auto checkpoint = store.open_unverified_checkpoint();
  REQUIRE(checkpoint.ok());
  REQUIRE(read.load(checkpoint->get()).ok());
  REQUIRE(read == state_after(counter));
  checkpoint->reset();
  REQUIRE(store.publish_checkpoint(at(counter)).ok());
}

/// A server that has logged 100 records; its image is at 80, its checkpoints at 40 and 60.
template <class Bench>
void live(Bench& bench) {
  Store& store = bench.open();
  auto log = store.open_log();
  REQUIRE(log.ok());
  REQUIRE((*log)->walk({}).ok());
  auto image = store.create_image("image-1");
  REQUIRE(image.ok());
  Promises promises = identity();
  promises.image_directory = "image-1";
  REQUIRE((*log)->promises().store(promises).ok());
  for (const std::uint32_t end : {40U, 60U, 80U}) {
    log_synced(**log, end == 40 ? 1 : end - 19, end, 10);
    REQUIRE(write_image(**image, end).ok());
    if (end == 80) continue;
    REQUIRE(store.make_checkpoint(**image).ok());
    verify_and_publish(store, end);
  }
  REQUIRE((*log)->purge_up_to(*purge_point(store.checkpoints().value())).ok());
  log_synced(**log, 81, 100, 5);
  REQUIRE((*log)->note_logged().ok());
  log->reset();
  image->reset();
  bench.close();
}

struct Started {
  State state;
  RecoveredStore recovered;
};

template <class Bench>
Result<Started> start(Bench& bench, bool may_resync = true) {
  Started out;
  auto recovered = recover_store(
      bench.open(), {may_resync}, [&](const SnapshotStore* image) { return out.state.load(image); },
      [&](const LogRecord& one) { return out.state.apply(one); });
  if (!recovered) return recovered.error();
  out.recovered = *std::move(recovered);
  return out;
}

TEST_CASE_TEMPLATE("a fresh store is empty and has promised nothing", Bench, QUORATE_EVERY_STORE) {
  Bench bench;

  const auto started = start(bench);

  REQUIRE(started.ok());
  CHECK(started->recovered.promises == std::nullopt);
  CHECK(started->recovered.image == nullptr);
  CHECK(started->recovered.log->fresh());
  CHECK(started->recovered.log->last() == LogPosition{});
  CHECK(started->recovered.warnings.empty());
}

TEST_CASE_TEMPLATE("a server starts from its image and the log behind it", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);

  const auto started = start(bench, false);

  REQUIRE(started.ok());
  CHECK(started->state == state_after(100));
  CHECK(started->recovered.image_position == position_after(80));
  CHECK(started->recovered.log->last() == position_after(100));
  CHECK(started->recovered.log->base() == position_after(40));
  CHECK(started->recovered.promises->image_directory == "image-1");
  CHECK(started->recovered.promises->recovering_to == std::nullopt);
  CHECK(started->recovered.warnings.empty());
  CHECK(started->recovered.log->append(records(101, 101)).ok());
}

TEST_CASE_TEMPLATE("a damaged image gives way to a checkpoint, and nothing is lost", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  bench.damage_image("image-1");
  {
    const auto started = start(bench, false);

    REQUIRE(started.ok());
    CHECK(started->state == state_after(100));
    CHECK(started->recovered.image_position == position_after(60));
    CHECK(started->recovered.promises->image_directory == "image-2");
    CHECK(started->recovered.promises->recovering_to == std::nullopt);
    CHECK(started->recovered.warnings.size() == 2);
    CHECK(write_image(*started->recovered.image, 100).ok());
  }
  bench.close();

  const auto again = start(bench, false);
  REQUIRE(again.ok());
  CHECK(again->state == state_after(100));
  CHECK(again->recovered.warnings.empty());
  CHECK(again->recovered.image_position == position_after(100));
}

TEST_CASE_TEMPLATE("the older checkpoint does when the newer is damaged, too", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  bench.damage_image("image-1");
  bench.damage_image("checkpoints/000000050000003c");

  const auto started = start(bench, false);

  REQUIRE(started.ok());
  CHECK(started->state == state_after(100));
  CHECK(started->recovered.image_position == position_after(40));
}

TEST_CASE_TEMPLATE("without any image a lone server refuses and changes nothing", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  for (const char* name :
       {"image-1", "checkpoints/000000050000003c", "checkpoints/0000000500000028"})
    bench.damage_image(name);

  for (int i = 0; i < 2; ++i) {
    const auto started = start(bench, false);
    REQUIRE(started.code() == ErrorCode::damaged);
    CHECK(started.error().text.find("image-1") != std::string::npos);
    bench.close();
  }
}

TEST_CASE_TEMPLATE("without any image a member begins anew, recovering up to all it had logged",
                   Bench, QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  for (const char* name :
       {"image-1", "checkpoints/000000050000003c", "checkpoints/0000000500000028"})
    bench.damage_image(name);
  for (int i = 0; i < 2; ++i) {
    const auto started = start(bench, true);

    REQUIRE(started.ok());
    CHECK(started->state == State{});
    CHECK(started->recovered.log->last() == LogPosition{});
    CHECK(started->recovered.promises->recovering_to == at(100));
    CHECK(started->recovered.promises->accepted_epoch == Epoch{5});
    CHECK(started->recovered.log->promises().load().value() == started->recovered.promises);
    bench.close();
  }
}

TEST_CASE_TEMPLATE("a log that lost its end keeps the rest, and the server is recovering", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  bench.lose_tail();
  {
    const auto started = start(bench, true);

    REQUIRE(started.ok());
    const std::uint32_t last = started->recovered.log->last().zxid.counter();
    CHECK(last >= 80);
    CHECK(last < 100);
    CHECK(started->state == state_after(last));
    CHECK(started->recovered.promises->recovering_to == at(100));
    CHECK(started->recovered.log->promises().load().value() == started->recovered.promises);
    CHECK(started->recovered.warnings.size() == 1);
    CHECK(started->recovered.log->append(records(last + 1, 101)).ok());
    CHECK(started->recovered.log->sync().ok());
  }
  bench.close();

  const auto again = start(bench, true);
  REQUIRE(again.ok());
  CHECK(again->state == state_after(101));
  CHECK(again->recovered.promises->recovering_to == at(100));
  CHECK(again->recovered.warnings.empty());
}

TEST_CASE_TEMPLATE("a lone server refuses a log that lost its end, however often it starts", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  bench.lose_tail();

  for (int i = 0; i < 3; ++i) {
    const auto started = start(bench, false);
    REQUIRE(started.code() == ErrorCode::damaged);
    CHECK(started.error().text.find("5.") != std::string::npos);
    bench.close();
  }
}

TEST_CASE_TEMPLATE("a member whose log is gone keeps its promises by the fence", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  bench.lose_log();
  CHECK(start(bench, false).code() == ErrorCode::damaged);
  bench.close();

  const auto started = start(bench, true);

  REQUIRE(started.ok());
  CHECK(started->state == state_after(80));
  CHECK(started->recovered.log->last() == position_after(80));
  CHECK(started->recovered.log->base() == position_after(80));
  CHECK(started->recovered.promises->recovering_to == at(100));
  CHECK(started->recovered.promises->accepted_epoch == Epoch{5});
  CHECK(started->recovered.log->promises().load().value() == started->recovered.promises);
}

// Goal: replacing a log can be interrupted anywhere.
// Method: leave what a crash leaves between two of its steps, and start.
TEST_CASE("a replacement of the log that was interrupted is done again") {
  for (const int step : {1, 2, 3}) {
    CAPTURE(step);
    RocksStoreBench bench;
    live(bench);
    const std::string logs = bench.directory() / "log";
    const std::string fence = bench.directory() / "data/fence";
    copy_tree(logs + "/log", logs + "/whole");
    bench.lose_tail();
    const std::string old_fence = contents(fence);
    std::uint32_t last = 0;
    {
      const auto started = start(bench, true);
      REQUIRE(started.ok());
      last = started->recovered.log->last().zxid.counter();
    }
    bench.close();
    if (step == 1) {  // The new log was being built.
      std::filesystem::rename(logs + "/log", logs + "/log.new");
      std::filesystem::rename(logs + "/log.damaged", logs + "/log");
      std::filesystem::rename(fence, fence + ".new");
    }
    if (step == 2) {  // The old one was out of the way, the new one not yet in its place.
      std::filesystem::rename(logs + "/log", logs + "/log.new");
      std::filesystem::remove_all(logs + "/log.damaged");
      last = 80;
    }
    put_contents(fence, old_fence);  // Step 3: only the fence was still the old one.

    for (int i = 0; i < 2; ++i) {
      const auto started = start(bench, true);
      REQUIRE(started.ok());
      CHECK(started->state == state_after(last));
      CHECK(started->recovered.log->last() == position_after(last));
      CHECK(started->recovered.promises->recovering_to == at(100));
      ++last;
      CHECK(started->recovered.log->append(records(last, last)).ok());
      bench.close();
    }
  }
}

TEST_CASE("a damaged WAL is kept as it was found") {
  RocksStoreBench bench;
  live(bench);
  const std::string wal = files_with(bench.directory() / "log/log", ".log").back();
  flip_bit(wal, std::filesystem::file_size(wal) / 2);
  const std::string found = contents(wal);

  CHECK(start(bench, false).code() == ErrorCode::damaged);

  const std::string kept = bench.directory() / "log/log.wal.damaged";
  CHECK(contents(kept + "/" + std::filesystem::path(wal).filename().string()) == found);
}

TEST_CASE_TEMPLATE("images left over are removed at start", Bench, QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  {
    Store& store = bench.open();
    REQUIRE(store.create_image("image-7").ok());
    CHECK(store.images().value() == std::vector<std::string>{"image-1", "image-7"});
    CHECK(new_image_name(store).value() == "image-8");
  }
  bench.close();

  REQUIRE(start(bench).ok());
  bench.close();

  CHECK(bench.open().images().value() == std::vector<std::string>{"image-1"});
}

// What cannot be decoded is met by the thread that reads ahead, long before its turn.
TEST_CASE_TEMPLATE("a record that cannot be decoded is told when all before it have been applied",
                   Bench, QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  const auto decode = [](const LogRecord& one) -> Result<Zxid> {
    if (one.zxid == at(97)) return Error{ErrorCode::damaged, "log record 97: no txn"};
    return one.zxid;
  };
  std::vector<Zxid> applied;

  const auto recovered = recover_store(
      bench.open(), {false}, [](const SnapshotStore*) { return Status{}; },
      LogVisitor(decode, [&](const LogRecord& one, const std::shared_ptr<Result<Zxid>>& decoded) {
        if (!*decoded) return Status{decoded->error()};
        CHECK(decoded->value() == one.zxid);
        applied.push_back(one.zxid);
        return Status{};
      }));

  REQUIRE_FALSE(recovered.ok());
  CHECK(recovered.error() == Error{ErrorCode::damaged, "log record 97: no txn"});
  REQUIRE(applied.size() == 16);
  CHECK(applied.front() == at(81));
  CHECK(applied.back() == at(96));
  bench.close();
  CHECK(start(bench)->recovered.log->last() == position_after(100));
}

TEST_CASE_TEMPLATE("the loader's refusal of a newer format is not damage", Bench,
                   QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);

  const auto recovered = recover_store(
      bench.open(), {true},
      [](const SnapshotStore*) {
        return Status{ErrorCode::unimplemented, "from the future"};
      },
      [](const LogRecord&) { return Status{}; });

  CHECK(recovered.code() == ErrorCode::unimplemented);
  bench.close();
  CHECK(start(bench)->recovered.image_position == position_after(80));
}

TEST_CASE_TEMPLATE("two checkpoints are kept", Bench, QUORATE_EVERY_STORE) {
  Bench bench;
  live(bench);
  Store& store = bench.open();
  auto image = store.open_image("image-1");
  REQUIRE(image.ok());
  CHECK(store.checkpoints().value() == std::vector{at(40), at(60)});

  REQUIRE(store.make_checkpoint(**image).ok());
  CHECK(store.checkpoints().value() == std::vector{at(40), at(60)});
  verify_and_publish(store, 80);
  REQUIRE(remove_old_checkpoints(store).ok());

  CHECK(store.checkpoints().value() == std::vector{at(60), at(80)});
  CHECK_FALSE(store.checkpoint_ms(at(40)).has_value());
  CHECK(purge_point(store.checkpoints().value()) == at(60));
}

TEST_CASE("the log is purged up to the older of the two newest checkpoints") {
  const std::vector<Zxid> three = {at(10), at(20), at(30)};

  CHECK(purge_point({}) == std::nullopt);
  CHECK(purge_point(std::span(three).first(1)) == std::nullopt);
  CHECK(purge_point(std::span(three).first(2)) == at(10));
  CHECK(purge_point(three) == at(20));
}

TEST_CASE("a directory in use is refused, naming the process") {
  RocksStoreBench bench;
  bench.open();

  const auto second = RocksStore::open(
      {.data_directory = bench.directory() / "data", .log_directory = bench.directory() / "other"});

  CHECK(second.code() == ErrorCode::io_error);
  CHECK(second.error().text.find("process " + std::to_string(::getpid())) != std::string::npos);
  bench.close();
  bench.open();
}

}  // namespace
}  // namespace quorate::test
