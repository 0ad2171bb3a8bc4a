#include "core/commit/disk_room.h"

#include <algorithm>

namespace quorate {
namespace {

std::uint64_t minus(std::uint64_t from, std::uint64_t what) { return from - std::min(from, what); }

}  // namespace

DiskRoom::Reserve DiskRoom::on_look(const DiskRoomLook& look, bool reserve_taken) {
  if (limits_.low_bytes == 0) return Reserve::keep;
  const std::uint64_t critical_bytes = limits_.low_bytes / 4;
  const std::uint64_t free = std::min(look.log_free_bytes, look.data_free_bytes);
  // Room that the reserve needs back is not there for others.
  const std::uint64_t owed = reserve_taken ? 0 : limits_.reserve_bytes;
  const std::uint64_t spare = std::min(minus(look.log_free_bytes, owed), look.data_free_bytes);

  if (level_ != RoomLevel::ample && spare >= limits_.resume_bytes) level_ = RoomLevel::ample;
  if (level_ == RoomLevel::ample && free < limits_.low_bytes) level_ = RoomLevel::low;
  if (free < critical_bytes) level_ = RoomLevel::critical;

  if (reserve_taken) {
    const bool log_is_short = look.log_free_bytes < critical_bytes;
    return level_ == RoomLevel::critical && log_is_short ? Reserve::release : Reserve::keep;
  }
  const bool fits = minus(look.log_free_bytes, owed) >= limits_.low_bytes;
  return level_ == RoomLevel::ample && fits && owed > 0 ? Reserve::take : Reserve::keep;
}

}  // namespace quorate
