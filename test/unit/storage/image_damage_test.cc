// Never a lie: whatever happens to the files of an image, it is read back whole as of some flush,
// or opening or reading it says that it is damaged.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "storage/rocks_image.h"
#include "test/unit/storage/store_files.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

using Records = std::map<std::string, std::string>;

ImageHeader header_of(std::uint32_t set) {
  return {{Zxid::at(Epoch{5}, set), std::uint64_t{77} * set}, 1000 + set, std::uint64_t{99} * set};
}

/// Writes 12 sets, each flushed; what the image was after each is in `history`.
void make_image(const std::string& directory, std::map<std::uint32_t, Records>& history) {
  auto image = RocksImage::create({.directory = directory});
  REQUIRE(image.ok());
  Records records;
  history[0] = records;
  for (std::uint32_t set = 1; set <= 12; ++set) {
    std::vector<ImageWrite> writes;
    for (std::uint32_t i = 0; i < 200; ++i) {
      const std::string key = "/node-" + std::to_string((set * 83 + i * 7) % 900);
      if (i % 9 == 0) {
        records.erase(key);
        writes.push_back({key, std::nullopt});
        continue;
      }
      const std::string value = std::to_string(set * i) + std::string(i % 90, 'v');
      records[key] = value;
      writes.push_back({key, Blob(std::string_view(value))});
    }
    REQUIRE((*image)->write(writes, header_of(set)).ok());
    REQUIRE((*image)->flush().ok());
    history[set] = records;
  }
}

/// True when the damage was seen.
bool open_damaged(const std::string& directory, const std::map<std::uint32_t, Records>& history,
                  bool read_only) {
  const auto image = read_only ? RocksImage::open_read_only({.directory = directory})
                               : RocksImage::open({.directory = directory});
  if (!image) {
    CHECK(image.code() == ErrorCode::damaged);
    CHECK(image.error().text.find(directory) != std::string::npos);
    return true;
  }
  Records records;
  const Status read = (*image)->for_each([&](std::string_view key, std::string_view value) {
    records.emplace(key, value);
    return Status{};
  });
  if (!read) {
    CHECK(read.code() == ErrorCode::damaged);
    CHECK(read.error().text.find(directory) != std::string::npos);
    return true;
  }
  // The log continues an older image as well as this one; a mixture it would not.
  const auto header = (*image)->header().value();
  const std::uint32_t set = header ? header->position.zxid.counter() : 0;
  if (header) CHECK(*header == header_of(set));
  REQUIRE(history.contains(set));
  CHECK(records == history.at(set));
  return set != 12;
}

void damage(const std::string& path, int kind, std::uint64_t offset) {
  if (kind == 0) flip_bit(path, offset);
  if (kind == 1) std::filesystem::resize_file(path, offset);
  if (kind == 2) zero(path, offset / 512 * 512, 512);
  if (kind == 3) zero(path, offset, 1U << 30U);
}

TEST_CASE("damage to an image is never taken for another state") {
  const TemporaryDirectory directory;
  std::map<std::uint32_t, Records> history;
  make_image(directory / "image", history);
  const std::string copy = directory / "copy";
  REQUIRE_FALSE(open_damaged(directory / "image", history, false));
  int seen = 0;
  int harmless = 0;

  for (const char* part : {".sst", "MANIFEST", "CURRENT"}) {
    for (const std::string& file : files_with(directory / "image", part)) {
      const std::string name = std::filesystem::path(file).filename().string();
      const std::uint64_t size = std::filesystem::file_size(file);
      for (int kind = 0; kind < 4; ++kind) {
        for (std::uint64_t place = 0; place < 6; ++place) {
          CAPTURE(name);
          CAPTURE(kind);
          CAPTURE(place);
          copy_tree(directory / "image", copy);
          damage(copy + "/" + name, kind, (size - 1) * place / 6);
          ++(open_damaged(copy, history, place % 2 == 0) ? seen : harmless);
        }
      }
      CAPTURE(name);
      copy_tree(directory / "image", copy);
      std::filesystem::remove(copy + "/" + name);
      CHECK(open_damaged(copy, history, false));
    }
  }

  MESSAGE("seen " << seen << ", harmless " << harmless);
  CHECK(seen > harmless);
}

}  // namespace
}  // namespace quorate::test
