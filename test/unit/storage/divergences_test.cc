#include "storage/divergences.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/files.h"
#include "storage/rocks_store.h"
#include "storage/store_recovery.h"
#include "test/unit/storage/store_files.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

namespace fs = std::filesystem;

const DivergenceNote found{Zxid::at(Epoch{7}, 0x80), 0xabc, 0xdef, 1'795'356'448'123};

/// What files there are, by their paths from here, and what is in them.
std::map<std::string, std::string> files_below(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), directory).string()] = contents(entry.path());
  return files;
}

void put(const std::string& path) {
  fs::create_directories(fs::path(path).parent_path());
  put_contents(path, "of " + fs::path(path).filename().string());
}

/// Of a server with two images, a checkpoint and what an earlier divergence has left.
class Directories {
 public:
  explicit Directories(bool one)
      : data_(root_ / "data"), log_(one ? data_ : root_ / "log"), divergences_(data_, log_) {
    for (const char* name :
         {"fence", "lock", "image-3/one", "image-4/two", "image.damaged/three", "last_words",
          "checkpoints/0000000700000012/four", "diverged-5.80-17/image-1/old"})
      put(data_ + "/" + name);
    for (const char* name : {"log/five", "reserve", "diverged-5.80-17/log/older"})
      put(log_ + "/" + name);
    REQUIRE(divergences_.note(found).ok());
  }

  /// Some steps, as far as they go, of a start.
  std::size_t carry_out_some(std::size_t count) {
    const auto steps = divergences_.steps(found);
    REQUIRE(steps.ok());
    for (std::size_t i = 0; i < std::min(count, steps->size()); ++i)
      REQUIRE(carry_out((*steps)[i]).ok());
    return steps->size();
  }
  [[nodiscard]] std::map<std::string, std::string> files() const {
    return files_below(root_.path());
  }
  [[nodiscard]] const Divergences& divergences() const { return divergences_; }

 private:
  TemporaryDirectory root_;
  std::string data_;
  std::string log_;
  Divergences divergences_;
};

TEST_CASE("what was noted is found by the next start") {
  const TemporaryDirectory directory;
  const Divergences divergences(directory.path(), directory.path());
  CHECK(divergences.pending().value() == std::nullopt);
  CHECK(divergences.last().value() == std::nullopt);

  REQUIRE(divergences.note(found).ok());

  CHECK(divergences.pending().value() == found);
  CHECK(divergences.last().value() == std::nullopt);
  CHECK(found.aside() == "diverged-7.80-1795356448123");
}

TEST_CASE("a note that cannot be read is not taken for none") {
  const TemporaryDirectory directory;
  const Divergences divergences(directory.path(), directory.path());
  REQUIRE(divergences.note(found).ok());
  const std::string path = directory / "diverged";
  for (const std::string& bytes :
       {std::string(), std::string("?"), contents(path) + "?", contents(path).substr(1)}) {
    put_contents(path, bytes);
    CHECK(divergences.pending().code() == ErrorCode::damaged);
  }
  REQUIRE(divergences.note(found).ok());
  flip_bit(path, 20);

  CHECK(divergences.pending().code() == ErrorCode::damaged);
}

TEST_CASE("an hour of rest is long enough") {
  DivergenceNote later = found;
  CHECK(is_too_soon(later, found));
  later.wall_ms += 3'599'999;
  CHECK(is_too_soon(later, found));
  later.wall_ms += 1;
  CHECK_FALSE(is_too_soon(later, found));
  later.wall_ms = found.wall_ms - 7'200'000;  // The clock was set back.
  CHECK(is_too_soon(later, found));
}

// Goal: whoever stops while he puts aside goes on from there, and nothing of what was wrong is left
// where a start looks, or lost.
// Method: a start that ends behind any number of its steps, then a whole one.
TEST_CASE("a start may end behind every step") {
  for (const bool one : {true, false}) {
    const std::string data = "data/diverged-7.80-1795356448123/";
    const std::string log = one ? data : "log/diverged-7.80-1795356448123/";
    const std::string reserve = one ? "data/reserve" : "log/reserve";
    std::size_t count = 1;
    for (std::size_t done = 0; done <= count; ++done) {
      CAPTURE(one);
      CAPTURE(done);
      Directories directories(one);
      count = directories.carry_out_some(done);
      if (directories.divergences().pending().value()) directories.carry_out_some(1000);

      const auto files = directories.files();
      CHECK(directories.divergences().pending().value() == std::nullopt);
      CHECK(directories.divergences().last().value() == found);
      std::vector<std::string> names;
      for (const auto& [name, text] : files) {
        names.push_back(name);
        const std::string own = fs::path(name).filename().string();
        if (own != "diverged.last") CHECK(text == "of " + own);
      }
      std::vector<std::string> expected{"data/diverged.last",
                                        "data/fence",
                                        "data/image.damaged/three",
                                        "data/last_words",
                                        "data/lock",
                                        data + "checkpoints/0000000700000012/four",
                                        data + "image-3/one",
                                        data + "image-4/two",
                                        log + "log/five",
                                        reserve};
      std::sort(expected.begin(), expected.end());
      CHECK(names == expected);
    }
    CHECK(count >= 8);
  }
}

TEST_CASE("behind it a server knows who it is, and that it has lost what it had") {
  const TemporaryDirectory directory;
  const RocksStoreSettings settings{.data_directory = directory / "data",
                                    .log_directory = directory / "log"};
  const Zxid last = Zxid::at(Epoch{7}, 3);
  Promises promises;
  promises.cluster[0] = 42;
  promises.server = ServerId{3};
  promises.incarnation.value = 9;
  promises.accepted_epoch = promises.current_epoch = Epoch{7};
  promises.image_directory = "image-1";
  {
    auto store = RocksStore::open(settings);
    REQUIRE(store.ok());
    REQUIRE((*store)->create_image("image-1").ok());
    auto log = (*store)->open_log();
    REQUIRE(log.ok());
    REQUIRE((*log)->walk({}).ok());
    REQUIRE((*log)->promises().store(promises).ok());
    std::vector<LogRecord> records;
    for (std::uint32_t i = 1; i <= last.counter(); ++i)
      records.push_back({Zxid::at(Epoch{7}, i), Blob(std::string_view("record"))});
    REQUIRE((*log)->append(records).ok());
    REQUIRE((*log)->sync().ok());
    REQUIRE((*log)->note_logged().ok());
  }
  const Divergences divergences(settings.data_directory, settings.log_directory);
  REQUIRE(divergences.note(found).ok());
  auto store = RocksStore::open(settings);
  REQUIRE(store.ok());
  const auto steps = divergences.steps(found);
  REQUIRE(steps.ok());
  for (const SetAsideStep& step : *steps) REQUIRE(carry_out(step).ok());

  std::size_t records = 0;
  const auto recovered = recover_store(
      **store, {true}, [](const SnapshotStore*) { return Status{}; },
      LogVisitor([&records](const LogRecord&) {
        ++records;
        return Status{};
      }));

  REQUIRE(recovered.ok());
  REQUIRE(recovered->promises.has_value());
  CHECK(recovered->promises->recovering_to == last);
  CHECK(recovered->promises->incarnation == promises.incarnation);
  CHECK(recovered->promises->accepted_epoch == Epoch{7});
  CHECK(recovered->promises->cluster == promises.cluster);
  CHECK(recovered->image_position == LogPosition{});
  CHECK(recovered->log->last() == LogPosition{});
  CHECK(records == 0);
  CHECK(exists(settings.log_directory + "/" + found.aside() + "/log/CURRENT"));
  CHECK(exists(settings.data_directory + "/" + found.aside() + "/image-1/CURRENT"));
}

}  // namespace
}  // namespace quorate::test
