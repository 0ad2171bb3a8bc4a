// How full a disk may become: what a server with little room left still does, and from when on.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace quorate {

/// What a server may do with the room on its disks.
///
///   ample     Everything.
///   low       No writes of clients. Sessions come and go, because their records are small and
///             clients must be able to read; the image is written, because that lets the log go.
///   critical  Nor is the image written: what is left is for the log.
enum class RoomLevel : std::uint8_t { ample, low, critical };

[[nodiscard]] constexpr std::string_view to_string(RoomLevel level) {
  constexpr std::array<std::string_view, 3> words{"ample", "low", "critical"};
  return words.at(static_cast<std::size_t>(level));
}

struct DiskRoomLimits {
  std::uint64_t low_bytes = 0;     ///< Below this the room is low; a quarter of it is critical.
  std::uint64_t resume_bytes = 0;  ///< From here on it is ample again. At least low_bytes.
  std::uint64_t reserve_bytes = 0;
};

struct DiskRoomLook {
  std::uint64_t log_free_bytes = 0;   ///< Where the log is.
  std::uint64_t data_free_bytes = 0;  ///< Where the image is; perhaps the same.
};

/// Judges one look at the disks after the other. The reserve is room on the log's disk that is
/// taken while there is plenty, and given back when the log is about to have none.
///
///   ample --below low--> low --below a quarter of it--> critical
///     ^------ resume or more ------'                        |
///     ^------ resume or more, not counting the reserve -----'
///
/// Invariant: the level falls at once and rises only with room to spare, so that it never flaps.
class DiskRoom {
 public:
  enum class Reserve : std::uint8_t { keep, take, release };

  /// `low_bytes` 0: the room is always ample, and nothing is reserved.
  explicit DiskRoom(const DiskRoomLimits& limits) : limits_(limits) {}

  /// What is to be done with the reserve now. `reserve_taken`: it is on the disk.
  Reserve on_look(const DiskRoomLook& look, bool reserve_taken);

  [[nodiscard]] RoomLevel level() const { return level_; }

 private:
  DiskRoomLimits limits_;
  RoomLevel level_ = RoomLevel::ample;
};

}  // namespace quorate
