#include "storage/last_words.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/disk_space.h"
#include "storage/files.h"
#include "test/unit/storage/store_files.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

const Zxid poison = Zxid::at(Epoch{7}, 0x1f);

std::unique_ptr<LastWords> open(const std::string& path) {
  auto opened = LastWords::open(path);
  if (!opened) FAIL(opened.error().text);
  return *std::move(opened);
}

TEST_CASE("a process that breaks while applying a record leaves its zxid") {
  const TemporaryDirectory directory;
  const std::string path = directory / "last_words";
  CHECK(open(path)->left() == std::nullopt);
  {
    const auto words = open(path);
    const ApplyMark::Scope applying(&words->mark(), poison);
    words->speak("a rule");
  }

  CHECK(open(path)->left() == LastWord{poison, 1, "a rule"});
}

TEST_CASE("a process that breaks elsewhere leaves nothing") {
  const TemporaryDirectory directory;
  const auto words = open(directory / "last_words");
  { const ApplyMark::Scope applying(&words->mark(), poison); }

  words->speak("a rule");

  CHECK(open(directory / "last_words")->left() == std::nullopt);
}

TEST_CASE("breaking at one record again and again is counted, at another it begins anew") {
  const TemporaryDirectory directory;
  const std::string path = directory / "last_words";
  for (std::uint32_t times = 1; times <= 3; ++times) {
    const auto words = open(path);
    const ApplyMark::Scope applying(&words->mark(), poison);
    words->speak("a rule");
    CHECK(open(path)->left()->times == times);
  }

  const auto words = open(path);
  const Zxid other{poison.value + 1};
  const ApplyMark::Scope applying(&words->mark(), other);
  words->speak(nullptr);
  CHECK(open(path)->left() == LastWord{other, 1, ""});
}

TEST_CASE("what was left is cleared, or cut, or damaged: then it counts as silence") {
  const TemporaryDirectory directory;
  const std::string path = directory / "last_words";
  {
    const auto words = open(path);
    const ApplyMark::Scope applying(&words->mark(), poison);
    words->speak(std::string(1000, 'r').c_str());
  }
  CHECK(open(path)->left()->rule.size() < 512);
  const std::string whole = contents(path);

  for (std::size_t i = 0; i < whole.size(); i += 5) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ 8);
    put_contents(path, bad);
    CHECK(open(path)->left() == std::nullopt);
  }
  put_contents(path, whole.substr(0, 100));
  CHECK(open(path)->left() == std::nullopt);
  put_contents(path, whole);
  CHECK(open(path)->clear().ok());
  CHECK(open(path)->left() == std::nullopt);
}

TEST_CASE("a reserve takes room and gives it back") {
  const TemporaryDirectory directory;
  const std::string path = directory / "reserve";
  REQUIRE(disk_space(directory.path())->free_bytes > (std::uint64_t{2} << 20));

  REQUIRE(take_reserve(path, std::uint64_t{1} << 20).ok());
  REQUIRE(take_reserve(path, std::uint64_t{1} << 20).ok());
  CHECK(bytes_of({path}) == std::uint64_t{1} << 20);
  REQUIRE(release_reserve(path).ok());
  REQUIRE(release_reserve(path).ok());
  CHECK_FALSE(exists(path));
}

TEST_CASE("a reserve that does not fit takes nothing") {
  const TemporaryDirectory directory;
  const std::string path = directory / "reserve";

  CHECK(take_reserve(path, std::uint64_t{1} << 50).code() == ErrorCode::io_error);

  CHECK_FALSE(exists(path));
  CHECK(disk_space(directory / "nowhere").code() == ErrorCode::io_error);
}

}  // namespace
}  // namespace quorate::test
