// Never a lie: whatever happens to the files of a log, either all that was synced is there, or
// opening or walking says what is wrong.
#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "storage/wal_scan.h"
#include "test/unit/storage/log_benches.h"
#include "test/unit/storage/store_files.h"

namespace quorate::test {
namespace {

Promises promises_of(std::uint32_t epoch) {
  Promises promises;
  promises.cluster[0] = 42;
  promises.server = ServerId{1};
  promises.accepted_epoch = Epoch{epoch};
  promises.image_directory = "image-" + std::to_string(epoch);
  return promises;
}

/// A store with tables of two flushes, a WAL of many groups, promises, a purge and a truncation.
class DamageBench {
 public:
  DamageBench() : rocks_(std::make_unique<RocksBench>()) {
    REQUIRE(rocks_->open().promises().store(promises_of(3)).ok());
    log_synced(*log(), 1, 200, 20);
    REQUIRE(log()->purge_up_to(at(50)).ok());
    restart();  // Opening flushes what the WAL has.
    log_synced(*log(), 201, 320, 20);
    REQUIRE(log()->promises().store(promises_of(4)).ok());
    restart();
    log_synced(*log(), 321, 340, 5);
    REQUIRE(log()->truncate_after(at(330)).ok());
    log_synced(*log(), 331, 500, 5);
    REQUIRE(log()->promises().store(promises_of(5)).ok());
    log_synced(*log(), 501, last, 5);
  }

  DurableLog* log() { return log_ != nullptr ? log_ : (log_ = &rocks_->open()); }
  [[nodiscard]] std::string log_path() const { return rocks_->directory() / "log"; }
  [[nodiscard]] std::string fence_path() const { return rocks_->directory() / "fence"; }

  void close() {
    rocks_->crash();
    log_ = nullptr;
  }
  void restart() {
    close();
    log();
  }

  static constexpr std::uint32_t last = 600;

 private:
  std::unique_ptr<RocksBench> rocks_;
  DurableLog* log_ = nullptr;
};

void copy_store(const DamageBench& bench, const std::string& to) {
  std::filesystem::create_directories(to);
  copy_tree(bench.log_path(), to + "/log");
  std::filesystem::copy_file(bench.fence_path(), to + "/fence",
                             std::filesystem::copy_options::overwrite_existing);
}

struct Outcome {
  enum Kind { whole, torn, reported, refused } kind = whole;
  std::string text;
  LogPosition last;
};

/// Opens a damaged copy and fails the test on a lie. What was synced at `from` or later may be lost
/// unnoticed only where `blind` says that nothing can know.
Outcome open_damaged(const std::string& directory, Zxid known, bool blind) {
  Outcome out;
  const auto log =
      RocksLog::open({.directory = directory + "/log", .fence_path = directory + "/fence"});
  if (!log) {
    out = {Outcome::refused, log.error().text, {}};
    CHECK(log.code() == ErrorCode::damaged);
    CHECK(out.text.find(directory) != std::string::npos);
    CHECK(out.text.find('\n') == std::string::npos);
    return out;
  }
  CHECK((*log)->promises().load().value() == promises_of(5));
  std::uint32_t expected = 50;
  const auto walked = (*log)->walk(position_after(50), [&](const LogRecord& one) {
    CHECK(one == record(at(++expected)));
    return Status{};
  });
  if (!walked) {
    out = {Outcome::refused, walked.error().text, {}};
    CHECK(walked.code() == ErrorCode::purged);
    return out;
  }
  out.last = walked->last;
  CHECK(walked->last == position_after(expected));
  if (walked->damage) {
    out.kind = Outcome::reported;
    out.text = walked->damage->text;
    CHECK(out.text.find(to_string(walked->last.zxid)) != std::string::npos);
    CHECK((*log)->append(records(9999, 9999)).code() == ErrorCode::damaged);
    CHECK(walked->lost_to >= walked->last.zxid);
    return out;
  }
  if (walked->torn_tail) out.kind = Outcome::torn;
  if (!blind) {
    CHECK(walked->last.zxid == at(DamageBench::last));
  } else {
    CHECK(walked->last.zxid >= known);
  }
  return out;
}

using Damage = std::function<void(const std::string& path, std::uint64_t offset)>;

struct DamageKind {
  const char* name;
  Damage damage;
};

const std::vector<DamageKind>& damage_kinds() {
  static const std::vector<DamageKind> kinds = {
      {"a flipped bit",
       [](const std::string& path, std::uint64_t offset) { flip_bit(path, offset); }},
      {"a cut", [](const std::string& path,
                   std::uint64_t offset) { std::filesystem::resize_file(path, offset); }},
      {"a zeroed sector",
       [](const std::string& path, std::uint64_t offset) { zero(path, offset / 512 * 512, 512); }},
      {"a zeroed page", [](const std::string& path,
                           std::uint64_t offset) { zero(path, offset / 4096 * 4096, 4096); }},
      {"a zeroed end",
       [](const std::string& path, std::uint64_t offset) { zero(path, offset, 1U << 30U); }},
      {"a short zeroed end",
       [](const std::string& path, std::uint64_t /*offset*/) {
         const auto size = std::filesystem::file_size(path);
         zero(path, size < 30 ? 0 : size - 30, 30);
       }},
      {"garbage", [](const std::string& path, std::uint64_t offset) {
         std::string bytes = contents(path);
         for (std::size_t i = offset; i < bytes.size() && i < offset + 40; ++i)
           bytes[i] = static_cast<char>(i * 37 + 11);
         put_contents(path, bytes);
       }}};
  return kinds;
}

/// Every kind of damage at `places` spots of every file whose name has `part` in it.
void damage_files(const std::string& part, int places, bool idle) {
  DamageBench bench;
  if (idle) REQUIRE(bench.log()->note_logged().ok());
  const Zxid fence = bench.log()->fence();
  bench.close();
  const TemporaryDirectory copies;
  const std::string copy = copies / "copy";
  std::map<Outcome::Kind, int> outcomes;
  copy_store(bench, copy);
  REQUIRE(open_damaged(copy, fence, false).kind == Outcome::whole);
  const auto files = files_with(bench.log_path(), part);
  REQUIRE_FALSE(files.empty());
  for (const std::string& file : files) {
    const std::string name = std::filesystem::path(file).filename().string();
    const std::uint64_t size = std::filesystem::file_size(file);
    for (const auto& [kind, damage] : damage_kinds()) {
      const auto& what = kind;  // Clang 14 captures no structured bindings.
      for (int place = 0; place < places && size > 0; ++place) {
        const std::uint64_t offset =
            (size - 1) * static_cast<std::uint64_t>(place) / static_cast<std::uint64_t>(places);
        copy_store(bench, copy);
        damage(copy + "/log/" + name, offset);
        CAPTURE(name);
        CAPTURE(what);
        CAPTURE(offset);
        CAPTURE(size);

        const Outcome outcome = open_damaged(copy, fence, !idle);

        ++outcomes[outcome.kind];
        // Opening made the files look whole: the damage must be known to later starts too.
        const bool is_seen = outcome.kind == Outcome::reported || outcome.kind == Outcome::refused;
        if (!is_seen) continue;
        const Outcome again = open_damaged(copy, fence, !idle);
        CHECK((again.kind == Outcome::reported || again.kind == Outcome::refused));
      }
    }
  }
  // The test must bite: most damage is seen, not harmless by chance.
  MESSAGE(part << ": whole " << outcomes[Outcome::whole] << ", torn " << outcomes[Outcome::torn]
               << ", reported " << outcomes[Outcome::reported] << ", refused "
               << outcomes[Outcome::refused]);
  CHECK(outcomes[Outcome::reported] + outcomes[Outcome::refused] > outcomes[Outcome::whole]);
}

TEST_CASE("damage to the WAL is never taken for a shorter history once the log was idle") {
  damage_files(".log", 25, true);
}

TEST_CASE("damage to the WAL behind the fence is told by what follows it") {
  damage_files(".log", 15, false);
}

TEST_CASE("damage to the tables is never taken for less history") {
  damage_files(".sst", 10, true);
}

TEST_CASE("damage to the manifest is never taken for less history") {
  damage_files("MANIFEST", 12, true);
}

TEST_CASE("damage to CURRENT is never taken for a new store") { damage_files("CURRENT", 4, true); }

TEST_CASE("no lost file is taken for less history") {
  DamageBench bench;
  REQUIRE(bench.log()->note_logged().ok());
  bench.close();
  const TemporaryDirectory copies;
  const std::string copy = copies / "copy";
  for (const char* part : {".log", ".sst", "MANIFEST", "CURRENT"}) {
    for (const std::string& file : files_with(bench.log_path(), part)) {
      const std::string name = std::filesystem::path(file).filename().string();
      CAPTURE(name);
      copy_store(bench, copy);
      std::filesystem::remove(copy + "/log/" + name);

      const Outcome outcome = open_damaged(copy, at(DamageBench::last), false);

      CHECK(outcome.kind != Outcome::whole);
    }
  }
}

// Goal: what a crash may do to a file never costs what was synced, and never calls for a person.
// Method: of the bytes behind the last sync, lose random sectors, or the end, and start.
TEST_CASE("any part of the unsynced end may be lost without harm") {
  RocksBench bench;
  DurableLog& log = bench.open();
  log_synced(log, 1, 300, 7);
  const std::string wal = files_with(bench.directory() / "log", ".log").back();
  const std::uint64_t synced = std::filesystem::file_size(wal);
  for (std::uint32_t i = 301; i <= 700; i += 3) REQUIRE(log.append(records(i, i + 2)).ok());
  const std::uint64_t size = std::filesystem::file_size(wal);
  REQUIRE(size > synced + 4096);
  const TemporaryDirectory copies;
  copy_tree(bench.directory() / "log", copies / "log");
  std::filesystem::copy_file(bench.directory() / "fence", copies / "fence");
  const std::string name = "/" + std::filesystem::path(wal).filename().string();
  std::mt19937 random(7);
  int torn = 0;

  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const TemporaryDirectory crashed;
    copy_tree(copies / "log", crashed / "log");
    std::filesystem::copy_file(copies / "fence", crashed / "fence");
    std::string bytes = contents(crashed / "log" + name);
    for (std::uint64_t at = synced; at < size; at = (at / 512 + 1) * 512) {
      if (random() % 3 != 0) continue;
      const auto end = std::min((at / 512 + 1) * 512, size);
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    }
    if (round % 3 == 0) bytes.resize(synced + random() % (size - synced));
    put_contents(crashed / "log" + name, bytes);

    auto opened = RocksLog::open({.directory = crashed / "log", .fence_path = crashed / "fence"});
    REQUIRE(opened.ok());
    const auto walked = (*opened)->walk({});
    REQUIRE(walked.ok());
    if (walked->damage) FAIL(walked->damage->text);
    torn += walked->torn_tail ? 1 : 0;
    CHECK(walked->last.zxid >= at(300));
    CHECK(walked->last == position_after(walked->last.zxid.counter()));
    const std::uint32_t next = walked->last.zxid.counter() + 1;
    CHECK((*opened)->append(records(next, next)).ok());
    CHECK((*opened)->sync().ok());
    opened->reset();
    opened = RocksLog::open({.directory = crashed / "log", .fence_path = crashed / "fence"});
    REQUIRE(opened.ok());
    CHECK((*opened)->walk({}).value().last == position_after(next));
  }
  CHECK(torn > 20);
}

TEST_CASE("a WAL says where it is damaged and what it was followed by") {
  RocksBench bench;
  log_synced(bench.open(), 1, 100, 10);
  bench.crash();
  const std::string directory = bench.directory() / "log";
  const std::string wal = files_with(directory, ".log").back();
  REQUIRE_FALSE(scan_wal(*rocksdb::Env::Default(), directory).value().tear);

  flip_bit(wal, std::filesystem::file_size(wal) / 2);
  const auto report = scan_wal(*rocksdb::Env::Default(), directory);

  REQUIRE(report.ok());
  REQUIRE(report->tear);
  CHECK(report->tear->file == wal);
  CHECK(report->tear->offset < std::filesystem::file_size(wal) / 2);
  CHECK(report->tear->last_before >= at(30));
  CHECK(report->tear->last_before <= at(60));
  CHECK(report->tear->last_after == at(100));
  CHECK(report->tear->synced_lost);
}

TEST_CASE("the torn last group of a WAL is no damage") {
  RocksBench bench;
  log_synced(bench.open(), 1, 100, 10);
  bench.crash();
  const std::string directory = bench.directory() / "log";
  const std::string wal = files_with(directory, ".log").back();

  std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 7);
  const auto report = scan_wal(*rocksdb::Env::Default(), directory);

  REQUIRE(report.ok());
  REQUIRE(report->tear);
  CHECK(report->tear->last_before == at(90));
  CHECK_FALSE(report->tear->synced_lost);
}

}  // namespace
}  // namespace quorate::test
