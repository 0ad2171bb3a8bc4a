#include "actors/room_keeper.h"

#include <utility>

#include "storage/disk_space.h"
#include "storage/files.h"

namespace quorate {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20;

}  // namespace

RoomKeeper::RoomKeeper(RoomKeeperSettings settings, Log log)
    : settings_(std::move(settings)),
      log_(std::move(log)),
      room_(settings_.limits),
      reserve_taken_(exists(settings_.reserve_path)) {}

RoomLevel RoomKeeper::look() {
  const auto log_space = disk_space(settings_.log_directory);
  const auto data_space = disk_space(settings_.data_directory);
  // A disk that does not answer will tell the log so; nothing is known about its room.
  if (!log_space || !data_space) return level();
  const DiskRoomLook look{log_space->free_bytes, data_space->free_bytes};
  const RoomLevel before = level();
  switch (room_.on_look(look, reserve_taken_)) {
    case DiskRoom::Reserve::keep:
      break;
    case DiskRoom::Reserve::take:
      take();
      break;
    case DiskRoom::Reserve::release:
      release();
      break;
  }
  if (level() != before) tell(look);
  return level();
}

void RoomKeeper::take() {
  const Status taken = take_reserve(settings_.reserve_path, settings_.limits.reserve_bytes);
  reserve_taken_ = taken.ok();
  // A quota of the disk, perhaps. It is tried again with every look, and said once.
  if (!taken && !std::exchange(refused_, true)) {
    log_.warn("reserve_not_taken", kv("reason", taken.error().text));
  }
  if (taken) refused_ = false;
}

void RoomKeeper::release() {
  const Status released = release_reserve(settings_.reserve_path);
  reserve_taken_ = !released.ok();
  if (!released) log_.warn("reserve_not_released", kv("reason", released.error().text));
}

void RoomKeeper::tell(const DiskRoomLook& look) const {
  const LogField log_free = kv("log_free_mib", look.log_free_bytes / mebibyte);
  const LogField data_free = kv("data_free_mib", look.data_free_bytes / mebibyte);
  if (level() == RoomLevel::ample) {
    log_.info("disk_has_room", log_free, data_free, kv("writes", "served"));
  } else if (level() == RoomLevel::low) {
    log_.error("disk_low", log_free, data_free, kv("writes", "refused"),
               kv("do", "make room on the disk of " + settings_.log_directory + " and " +
                            settings_.data_directory + "; writes come back by themselves"));
  } else {
    log_.error("disk_full", log_free, data_free, kv("writes", "refused"),
               kv("reserve", reserve_taken_ ? "kept" : "released"),
               kv("do", "make room at once: without it the server ends"));
  }
}

}  // namespace quorate
