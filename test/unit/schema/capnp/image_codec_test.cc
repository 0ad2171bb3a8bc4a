#include "schema/capnp/image_codec.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "test/support/random_values.h"

namespace quorate::capnp_codec {
namespace {

constexpr std::uint32_t seeds = 200;

std::vector<ImageEntry> entries_of(const ImageChange& change) {
  std::vector<ImageEntry> entries;
  encode_image(change, entries);
  return entries;
}

ImageChange change_of(const ImageRecord& record) {
  return std::visit([](const auto& each) { return ImageChange{each}; }, record);
}

TEST_CASE("every record of the image is read as it was written") {
  for (std::size_t index = 0; index < std::variant_size_v<ImageRecord>; ++index) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(index);
      CAPTURE(seed);
      const ImageRecord record = test::RandomValues(seed).image(index);
      const std::vector<ImageEntry> entries = entries_of(change_of(record));
      REQUIRE(entries.size() == 1);
      REQUIRE(entries[0].value.has_value());
      const auto decoded = decode_image(entries[0].key, entries[0].value->text());
      REQUIRE(decoded.ok());
      CHECK(*decoded == record);
    }
  }
}

TEST_CASE("equal records give equal bytes") {
  for (std::size_t index = 0; index < std::variant_size_v<ImageRecord>; ++index) {
    const auto once = entries_of(change_of(test::RandomValues(7).image(index)));
    const auto again = entries_of(change_of(test::RandomValues(7).image(index)));
    CHECK(once[0].key == again[0].key);
    CHECK(once[0].value == again[0].value);
  }
}

TEST_CASE("a node that is gone takes its data along") {
  const auto gone = entries_of(ImageNodeGone{"/a"});
  const auto node =
      entries_of(ImageNode{"/a", {}, {}, {}, 0, 0, 0, 0, 0, 0, 0, {}, false, 0, false});
  const auto data = entries_of(ImageData{"/a", Blob(std::string_view("x"))});

  REQUIRE(gone.size() == 2);
  CHECK(gone[0].key == node[0].key);
  CHECK(gone[1].key == data[0].key);
  CHECK(!gone[0].value.has_value());
  CHECK(!gone[1].value.has_value());
}

TEST_CASE("what is gone has the key that it was kept under") {
  CHECK(entries_of(ImageDataGone{"/a"})[0].key == entries_of(ImageData{"/a", {}})[0].key);
  CHECK(entries_of(ImageAclGone{7})[0].key == entries_of(ImageAcl{7, {}})[0].key);
  CHECK(entries_of(ImageSessionGone{{-7}})[0].key == entries_of(ImageSession{{-7}, {}})[0].key);
  CHECK(!entries_of(ImageDataGone{"/a"})[0].value.has_value());
  CHECK(!entries_of(ImageAclGone{7})[0].value.has_value());
  CHECK(!entries_of(ImageSessionGone{{-7}})[0].value.has_value());
}

TEST_CASE("keys sort what is referred to first, parents before children, data behind its node") {
  const auto node = [](const char* path) {
    ImageNode made;
    made.path = path;
    return entries_of(made)[0].key;
  };
  const auto data = [](const char* path) { return entries_of(ImageData{path, {}})[0].key; };
  const std::vector<std::string> sorted = {
      entries_of(ImageAcl{1, {}})[0].key,
      entries_of(ImageAcl{0x0100, {}})[0].key,
      entries_of(ImageSettings{})[0].key,
      entries_of(ImageSession{{1}, {}})[0].key,
      entries_of(ImageSession{{0x1'0000'0000}, {}})[0].key,
      node("/"),
      data("/"),
      node("/a"),
      data("/a"),
      node("/a b"),
      node("/a/b"),
      data("/a/b"),
      node("/b"),
  };

  CHECK(std::is_sorted(sorted.begin(), sorted.end()));
}

TEST_CASE("a damaged value is refused and its key named") {
  const auto entry = entries_of(ImageAcl{1, {{31, "world", "anyone"}}})[0];

  const auto cut = decode_image(entry.key, entry.value->text().substr(0, 9));

  CHECK(cut.code() == ErrorCode::damaged);
  CHECK(cut.error().text.find("image record a\\x00\\x00\\x00\\x01: ") == 0);
  CHECK(decode_image(entry.key, "").code() == ErrorCode::damaged);
}

TEST_CASE("a key of no known form is damaged") {
  const std::string value(entries_of(ImageData{"/a", {}})[0].value->text());
  const std::vector<std::string> keys = {"",
                                         "q",
                                         "a",
                                         "a123456",
                                         "a12345",
                                         "cc",
                                         "s1234567",
                                         "s123456789",
                                         "z",
                                         "z/",
                                         "z/a",
                                         std::string("z/a\0", 4),
                                         std::string("z/a\0x", 5),
                                         std::string("za\0n", 4),
                                         std::string("z/a\0b\0n", 7),
                                         std::string("z\0n", 3)};

  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK(decode_image(key, value).code() == ErrorCode::damaged);
  }
}

TEST_CASE("a value of a later version is refused as such") {
  const auto entry = entries_of(ImageSettings{})[0];
  std::string value(entry.value->text());
  value[0] = 2;

  CHECK(decode_image(entry.key, value).code() == ErrorCode::unimplemented);
}

TEST_CASE("settings that are missing are damaged, not false and zero") {
  const std::string value("\1\0\0\0\0\0\0\0\0", 9);

  CHECK(decode_image("c", value).code() == ErrorCode::damaged);
}

}  // namespace
}  // namespace quorate::capnp_codec
