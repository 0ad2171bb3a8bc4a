// Looks at the room on the server's disks, keeps the reserve, and says when it becomes too little.
#pragma once

#include <cstdint>
#include <string>

#include "actors/log.h"
#include "core/commit/disk_room.h"

namespace quorate {

struct RoomKeeperSettings {
  std::string log_directory;
  std::string data_directory;
  std::string reserve_path;  ///< On the log's disk.
  DiskRoomLimits limits;
};

/// Used before the start, so that the start itself has room, and then by the journal.
class RoomKeeper {
 public:
  RoomKeeper(RoomKeeperSettings settings, Log log);

  /// Takes some microseconds; more when the reserve is taken.
  RoomLevel look();
  /// As of the last look.
  [[nodiscard]] RoomLevel level() const { return room_.level(); }

 private:
  void take();
  void release();
  void tell(const DiskRoomLook& look) const;

  RoomKeeperSettings settings_;
  Log log_;
  DiskRoom room_;
  bool reserve_taken_;
  bool refused_ = false;  ///< The last attempt to take the reserve failed.
};

}  // namespace quorate
