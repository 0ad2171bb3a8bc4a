#include "actors/peer_key.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

struct PeerKeyFixture {
  TemporaryDirectory directory;
  std::string path = directory / "key";

  void write(const std::string& text, std::filesystem::perms perms) {
    std::ofstream(path) << text;
    std::filesystem::permissions(path, perms);
  }
};

constexpr auto owner_only =
    std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

TEST_CASE_FIXTURE(PeerKeyFixture, "a key is read without the white space around it") {
  write("\n 0123456789abcdef0123 \n", owner_only);

  CHECK(read_peer_key(path).value() == "0123456789abcdef0123");
}

TEST_CASE("no file named, no key") { CHECK(read_peer_key("").value().empty()); }

TEST_CASE_FIXTURE(PeerKeyFixture, "a key that is missing, weak or open to others is refused") {
  std::string word;
  SUBCASE("missing") { word = "key"; }
  SUBCASE("weak") {
    write("short\n", owner_only);
    word = "shorter than 16";
  }
  SUBCASE("blank") {
    write("\n\n", owner_only);
    word = "shorter than 16";
  }
  SUBCASE("open to others") {
    write("0123456789abcdef0123", owner_only | std::filesystem::perms::group_read);
    word = "chmod 600";
  }

  const auto key = read_peer_key(path);

  REQUIRE_FALSE(key.ok());
  CHECK(key.code() == ErrorCode::bad_arguments);
  CHECK(key.error().text.find(word) != std::string::npos);
  CHECK(key.error().text.find(path) != std::string::npos);
}

}  // namespace
}  // namespace quorate::test
