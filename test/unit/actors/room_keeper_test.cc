// On a real file system, whose room is what it is: the marks move instead.
#include "actors/room_keeper.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "storage/disk_space.h"
#include "storage/files.h"
#include "test/unit/storage/temporary_directory.h"

namespace quorate::test {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20;
constexpr std::uint64_t far_more = std::uint64_t{1} << 60;

struct RoomKeeperFixture {
  TemporaryDirectory directory;

  RoomKeeper keeper(std::uint64_t low_bytes) {
    return {{directory.path(),
             directory.path(),
             directory / "reserve",
             {low_bytes, 2 * low_bytes, mebibyte}},
            Log{}};
  }
  [[nodiscard]] bool reserved() const { return exists(directory / "reserve"); }
};

TEST_CASE_FIXTURE(RoomKeeperFixture, "with plenty of room the reserve is taken") {
  RoomKeeper plenty = keeper(mebibyte);
  CHECK_FALSE(reserved());

  CHECK(plenty.look() == RoomLevel::ample);
  CHECK(reserved());
  CHECK(plenty.look() == RoomLevel::ample);
  CHECK(reserved());
}

TEST_CASE_FIXTURE(RoomKeeperFixture, "a reserve of an earlier process is given back in need") {
  REQUIRE(take_reserve(directory / "reserve", mebibyte).ok());

  CHECK(keeper(far_more).look() == RoomLevel::critical);

  CHECK_FALSE(reserved());
}

TEST_CASE_FIXTURE(RoomKeeperFixture, "a disk that does not answer changes nothing") {
  RoomKeeper lost(
      {"/nonexistent", directory.path(), directory / "reserve", {far_more, far_more, 1}}, Log{});

  CHECK(lost.look() == RoomLevel::ample);
  CHECK_FALSE(reserved());
}

}  // namespace
}  // namespace quorate::test
