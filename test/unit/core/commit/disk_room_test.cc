#include "core/commit/disk_room.h"

#include <doctest/doctest.h>

#include <cstdint>

namespace quorate {
namespace {

constexpr DiskRoomLimits limits{.low_bytes = 100, .resume_bytes = 200, .reserve_bytes = 30};

/// One disk for log and image, on which the reserve takes its room.
struct Disk {
  DiskRoom room{limits};
  bool reserved = true;

  RoomLevel look(std::uint64_t log_free, std::uint64_t data_free) {
    const auto decision = room.on_look({log_free, data_free}, reserved);
    if (decision == DiskRoom::Reserve::take) reserved = true;
    if (decision == DiskRoom::Reserve::release) reserved = false;
    return room.level();
  }
  RoomLevel look(std::uint64_t free) { return look(free, free); }
};

TEST_CASE("writes stop below the low mark and come back at the higher one") {
  Disk disk;

  CHECK(disk.look(100) == RoomLevel::ample);
  CHECK(disk.look(99) == RoomLevel::low);
  CHECK(disk.look(199) == RoomLevel::low);
  CHECK(disk.look(200) == RoomLevel::ample);
  CHECK(disk.look(100) == RoomLevel::ample);
}

TEST_CASE("either disk is enough to stop") {
  Disk log_is_full;
  Disk data_is_full;

  CHECK(log_is_full.look(99, 1000) == RoomLevel::low);
  CHECK(data_is_full.look(1000, 99) == RoomLevel::low);
  CHECK(data_is_full.look(1000, 199) == RoomLevel::low);
  CHECK(data_is_full.look(1000, 200) == RoomLevel::ample);
}

TEST_CASE("the reserve is taken while there is plenty") {
  Disk disk;
  disk.reserved = false;

  disk.look(129);
  CHECK_FALSE(disk.reserved);
  disk.look(130);
  CHECK(disk.reserved);
}

TEST_CASE("the reserve is given back when the log is about to have no room") {
  Disk disk;

  CHECK(disk.look(25) == RoomLevel::low);
  CHECK(disk.reserved);
  CHECK(disk.look(24) == RoomLevel::critical);
  CHECK_FALSE(disk.reserved);
}

TEST_CASE("the reserve is of no use to a full disk that it is not on") {
  Disk disk;

  CHECK(disk.look(1000, 24) == RoomLevel::critical);
  CHECK(disk.reserved);
}

TEST_CASE("room that the reserve made is not room for writes") {
  Disk disk;
  disk.look(24);
  REQUIRE_FALSE(disk.reserved);

  CHECK(disk.look(229) == RoomLevel::critical);
  CHECK_FALSE(disk.reserved);
  CHECK(disk.look(230) == RoomLevel::ample);
  CHECK(disk.reserved);
}

TEST_CASE("critical does not become low by itself") {
  Disk disk;
  disk.look(24);

  CHECK(disk.look(150) == RoomLevel::critical);
}

TEST_CASE("a server that starts on a full disk knows it at the first look") {
  Disk disk;

  CHECK(disk.look(0) == RoomLevel::critical);
  CHECK_FALSE(disk.reserved);
}

TEST_CASE("without a low mark nothing is watched") {
  DiskRoom room({.low_bytes = 0, .resume_bytes = 0, .reserve_bytes = 30});

  CHECK(room.on_look({0, 0}, false) == DiskRoom::Reserve::keep);
  CHECK(room.on_look({1000, 1000}, false) == DiskRoom::Reserve::keep);
  CHECK(room.level() == RoomLevel::ample);
}

// Goal: no sequence of looks makes the level flap or the reserve starve writes.
// Method: all walks of six steps over a few amounts; each look is repeated.
TEST_CASE("a look that is repeated changes nothing") {
  constexpr std::uint64_t amounts[] = {0, 24, 25, 99, 100, 129, 130, 199, 200, 229, 230, 500};
  for (unsigned walk = 0; walk < 12 * 12 * 12 * 12; ++walk) {
    Disk disk;
    unsigned rest = walk;
    for (int step = 0; step < 4; ++step, rest /= 12) {
      const RoomLevel level = disk.look(amounts[rest % 12]);
      const bool reserved = disk.reserved;
      // The reserve's own room comes and goes with it.
      CHECK(disk.look(amounts[rest % 12]) == level);
      CHECK(disk.reserved == reserved);
      CHECK((level != RoomLevel::ample || amounts[rest % 12] >= limits.low_bytes));
    }
  }
}

}  // namespace
}  // namespace quorate
