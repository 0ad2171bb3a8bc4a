// The contract of the image, for every implementation.
#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/memory_image.h"
#include "storage/rocks_image.h"
#include "test/unit/storage/faulty_file_system.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

using Records = std::map<std::string, std::string>;

/// RocksDB; a crash of the process loses what was not flushed, for there is no WAL.
class RocksImageBench {
 public:
  SnapshotStore& open() {
    image_.reset();
    const RocksImageSettings settings{.directory = path("image-1")};
    const bool there = std::filesystem::exists(settings.directory);
    auto opened = there ? RocksImage::open(settings) : RocksImage::create(settings);
    if (!opened) FAIL(opened.error().text);
    image_ = *std::move(opened);
    return *image_;
  }
  void crash() { image_.reset(); }
  std::unique_ptr<SnapshotStore> open_checkpoint(const std::string& directory) {
    auto opened = RocksImage::open_read_only({.directory = directory});
    if (!opened) FAIL(opened.error().text);
    return *std::move(opened);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<SnapshotStore> image_;
};

class MemoryImageBench {
 public:
  SnapshotStore& open() {
    auto opened = disk_.images.contains("image-1") ? MemoryImage::open(disk_, "image-1")
                                                   : MemoryImage::create(disk_, "image-1");
    if (!opened) FAIL(opened.error().text);
    image_ = *std::move(opened);
    return *image_;
  }
  void crash() { disk_.crash(); }
  std::unique_ptr<SnapshotStore> open_checkpoint(const std::string& directory) {
    auto opened = MemoryImage::open(disk_, directory);
    if (!opened) FAIL(opened.error().text);
    return *std::move(opened);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return name; }

 private:
  MemoryDisk disk_;
  std::unique_ptr<SnapshotStore> image_;
};

#define QUORATE_EVERY_IMAGE RocksImageBench, MemoryImageBench

ImageWrite put(const std::string& key, const std::string& value) {
  return {key, Blob(std::string_view(value))};
}
ImageWrite gone(const std::string& key) { return {key, std::nullopt}; }

ImageHeader header_at(std::uint32_t counter) {
  return {{Zxid::at(Epoch{5}, counter), std::uint64_t{77} * counter},
          1000 + counter,
          std::uint64_t{99} * counter};
}

Records records_of(const SnapshotStore& image) {
  Records out;
  const Status read = image.for_each([&](std::string_view key, std::string_view value) {
    out.emplace(key, value);
    return Status{};
  });
  if (!read) FAIL(read.error().text);
  return out;
}

TEST_CASE_TEMPLATE("a fresh image has no header and no records", Bench, QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();

  CHECK(image.header().value() == std::nullopt);
  CHECK(records_of(image).empty());
  CHECK(image.flush().code() == ErrorCode::bad_arguments);
}

TEST_CASE_TEMPLATE("a flushed set survives a crash with its header", Bench, QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& before = bench.open();
  REQUIRE(before.write(std::vector{put("a", "1"), put("b", ""), put("c", "3")}, header_at(7)).ok());
  CHECK(before.flush().value() == header_at(7));

  bench.crash();
  SnapshotStore& image = bench.open();

  CHECK(image.header().value() == header_at(7));
  CHECK(records_of(image) == Records{{"a", "1"}, {"b", ""}, {"c", "3"}});
}

TEST_CASE_TEMPLATE("a set that was not flushed is gone whole, header too", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& before = bench.open();
  REQUIRE(before.write(std::vector{put("a", "1"), put("b", "2")}, header_at(7)).ok());
  REQUIRE(before.flush().ok());
  REQUIRE(before.write(std::vector{put("a", "9"), gone("b")}, header_at(8)).ok());
  CHECK(before.header().value() == header_at(8));

  bench.crash();
  SnapshotStore& image = bench.open();

  CHECK(image.header().value() == header_at(7));
  CHECK(records_of(image) == Records{{"a", "1"}, {"b", "2"}});
}

TEST_CASE_TEMPLATE("later sets replace and delete records of earlier ones", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.write(std::vector{put("a", "1"), put("b", "2")}, header_at(1)).ok());
  REQUIRE(image.flush().ok());

  REQUIRE(image.write(std::vector{put("b", "3"), gone("a"), gone("never")}, header_at(2)).ok());

  CHECK(records_of(image) == Records{{"b", "3"}});
  CHECK(image.flush().value() == header_at(2));
}

TEST_CASE_TEMPLATE("what is staged is in the image with the write, and only then", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.write(std::vector{put("a", "1"), put("b", "2")}, header_at(1)).ok());

  REQUIRE(image.stage(std::vector{put("a", "8"), gone("b"), put("c", "3")}).ok());
  REQUIRE(image.stage(std::vector{put("a", "9")}).ok());
  CHECK(image.stage(std::vector{put("d", "4"), put("", "x")}).code() == ErrorCode::bad_arguments);
  CHECK(records_of(image) == Records{{"a", "1"}, {"b", "2"}});
  CHECK(image.flush().value() == header_at(1));

  REQUIRE(image.write({}, header_at(2)).ok());
  CHECK(records_of(image) == Records{{"a", "9"}, {"c", "3"}});
  REQUIRE(image.write({}, header_at(3)).ok());
  CHECK(records_of(image) == Records{{"a", "9"}, {"c", "3"}});
}

TEST_CASE_TEMPLATE("what was staged can be forgotten", Bench, QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.stage(std::vector{put("a", "1")}).ok());

  image.unstage();
  REQUIRE(image.write(std::vector{put("b", "2")}, header_at(1)).ok());

  CHECK(records_of(image) == Records{{"b", "2"}});
}

TEST_CASE_TEMPLATE("records are visited in the order of their bytes until the visitor stops", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image
              .write(std::vector{put("\xff", "4"), put("b", "2"), put("\x01", "1"), put("b/", "3")},
                     header_at(1))
              .ok());
  std::string seen;

  const Status stopped = image.for_each([&](std::string_view key, std::string_view value) {
    seen += value;
    return key == "b/" ? Status{ErrorCode::no_node, "enough"} : Status{};
  });

  CHECK(seen == "123");
  CHECK(stopped.code() == ErrorCode::no_node);
}

TEST_CASE_TEMPLATE("a reader sees one state, whatever is written meanwhile", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.write(std::vector{put("a", "1"), put("b", "2")}, header_at(1)).ok());
  const auto reader = image.reader();
  REQUIRE(reader.ok());
  REQUIRE(image.write(std::vector{gone("a"), put("b", "3"), put("c", "4")}, header_at(2)).ok());
  REQUIRE(image.flush().ok());

  CHECK((*reader)->header() == header_at(1));
  std::string seen;
  while (const auto record = *(*reader)->next())
    seen += std::string(record->key) + std::string(record->value);
  CHECK(seen == "a1b2");
  CHECK_FALSE((*reader)->next().value().has_value());
}

TEST_CASE_TEMPLATE("a reader of an image that is being filled finds no header", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.fill(std::vector{put("a", "1")}).ok());

  CHECK_FALSE((*image.reader())->header().has_value());
}

TEST_CASE_TEMPLATE("keys that are the store's own are refused", Bench, QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  const std::string own("\0header", 7);

  CHECK(image.write(std::vector{put("a", "1"), put(own, "x")}, header_at(1)).code() ==
        ErrorCode::bad_arguments);
  CHECK(image.write(std::vector{put("", "x")}, header_at(1)).code() == ErrorCode::bad_arguments);
  CHECK(image.header().value() == std::nullopt);
  CHECK(records_of(image).empty());
}

TEST_CASE_TEMPLATE("an image that is being filled counts for nothing until it has a header", Bench,
                   QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();

  REQUIRE(image.fill(std::vector{put("a", "1")}).ok());
  REQUIRE(image.fill(std::vector{put("b", "2")}).ok());
  CHECK(image.header().value() == std::nullopt);
  REQUIRE(image.write({}, header_at(5)).ok());

  CHECK(image.flush().value() == header_at(5));
  CHECK(records_of(image) == Records{{"a", "1"}, {"b", "2"}});
  CHECK(image.fill(std::vector{put("c", "3")}).code() == ErrorCode::bad_arguments);
}

TEST_CASE_TEMPLATE("a checkpoint keeps what the image was", Bench, QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.write(std::vector{put("a", "1"), put("b", "2")}, header_at(3)).ok());
  REQUIRE(image.checkpoint(bench.path("checkpoint")).ok());

  REQUIRE(image.write(std::vector{put("a", "9"), gone("b")}, header_at(4)).ok());
  REQUIRE(image.flush().ok());
  const auto checkpoint = bench.open_checkpoint(bench.path("checkpoint"));

  CHECK(checkpoint->header().value() == header_at(3));
  CHECK(records_of(*checkpoint) == Records{{"a", "1"}, {"b", "2"}});
  CHECK(image.checkpoint(bench.path("checkpoint")).code() == ErrorCode::bad_arguments);
}

TEST_CASE_TEMPLATE("a large image is read back whole", Bench, QUORATE_EVERY_IMAGE) {
  Bench bench;
  SnapshotStore& before = bench.open();
  Records expected;
  for (std::uint32_t set = 1; set <= 20; ++set) {
    std::vector<ImageWrite> writes;
    for (std::uint32_t i = 0; i < 3000; ++i) {
      const std::string key = "/node-" + std::to_string((set * 977 + i * 31) % 20000);
      const std::string value = std::to_string(set) + std::string(i % 300, 'v');
      expected[key] = value;
      writes.push_back(put(key, value));
    }
    REQUIRE(before.write(writes, header_at(set)).ok());
    if (set % 4 == 0) REQUIRE(before.flush().ok());
  }

  bench.crash();
  SnapshotStore& image = bench.open();

  CHECK(image.header().value() == header_at(20));
  CHECK(records_of(image) == expected);
  CHECK(image.bytes() > 0);
}

TEST_CASE("an image that is missing is damaged, not empty") {
  const TemporaryDirectory directory;

  CHECK(RocksImage::open({.directory = directory / "none"}).code() == ErrorCode::damaged);
  CHECK(RocksImage::open_read_only({.directory = directory / "none"}).code() == ErrorCode::damaged);
  CHECK_FALSE(std::filesystem::exists(directory / "none/CURRENT"));
}

TEST_CASE("an image is not made over another") {
  RocksImageBench bench;
  bench.open();
  bench.crash();

  CHECK(RocksImage::create({.directory = bench.path("image-1")}).code() ==
        ErrorCode::bad_arguments);
}

TEST_CASE("a checkpoint cannot be written to, and stays as it is when it is read") {
  RocksImageBench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.write(std::vector{put("a", "1")}, header_at(3)).ok());
  REQUIRE(image.checkpoint(bench.path("checkpoint")).ok());

  const auto checkpoint = bench.open_checkpoint(bench.path("checkpoint"));

  CHECK_FALSE(checkpoint->write(std::vector{put("a", "2")}, header_at(4)).ok());
  CHECK(bench.open_checkpoint(bench.path("checkpoint"))->header().value() == header_at(3));
}

TEST_CASE("an image cloned from a checkpoint goes its own way") {
  RocksImageBench bench;
  SnapshotStore& image = bench.open();
  REQUIRE(image.write(std::vector{put("a", "1"), put("b", "2")}, header_at(3)).ok());
  REQUIRE(image.checkpoint(bench.path("checkpoint")).ok());

  REQUIRE(clone_image(bench.path("checkpoint"), bench.path("image-2")).ok());
  {
    auto clone = RocksImage::open({.directory = bench.path("image-2")});
    REQUIRE(clone.ok());
    CHECK((*clone)->header().value() == header_at(3));
    REQUIRE((*clone)->write(std::vector{put("a", "7")}, header_at(4)).ok());
    REQUIRE((*clone)->flush().ok());
  }

  const auto checkpoint = bench.open_checkpoint(bench.path("checkpoint"));
  CHECK(records_of(*checkpoint) == Records{{"a", "1"}, {"b", "2"}});
  CHECK(clone_image(bench.path("checkpoint"), bench.path("image-2")).code() ==
        ErrorCode::bad_arguments);
}

TEST_CASE("an image whose disk fails refuses everything from then on") {
  const TemporaryDirectory directory;
  const auto files = std::make_shared<FaultyFileSystem>();
  const auto env = rocksdb::NewCompositeEnv(files);
  auto image = RocksImage::create({.directory = directory / "image", .env = env.get()});
  REQUIRE(image.ok());
  REQUIRE((*image)->write(std::vector{put("a", "1")}, header_at(1)).ok());
  REQUIRE((*image)->flush().ok());
  REQUIRE((*image)->write(std::vector{put("a", "2")}, header_at(2)).ok());

  files->fail_sync(".sst", 1, rocksdb::IOStatus::IOError("Input/output error"));
  CHECK((*image)->flush().code() == ErrorCode::io_error);
  CHECK((*image)->flush().code() == ErrorCode::io_error);
  CHECK((*image)->write(std::vector{put("a", "3")}, header_at(3)).code() == ErrorCode::io_error);
  image->reset();

  auto again = RocksImage::open({.directory = directory / "image", .env = env.get()});
  REQUIRE(again.ok());
  CHECK((*again)->header().value() == header_at(1));
}

}  // namespace
}  // namespace quorate::test
