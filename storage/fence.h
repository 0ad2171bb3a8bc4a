// The fence: a small file apart from the log that remembers how far the log had come.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/durable_log.h"

namespace quorate {

/// Two checksummed slots, written in turn and synced, so that a torn write spoils only the newer.
/// One owner.
class Fence {
 public:
  ~Fence();
  Fence(const Fence&) = delete;
  Fence& operator=(const Fence&) = delete;

  /// Opens the file, or nothing if there is none. Error `damaged` when neither slot can be read.
  static Result<std::unique_ptr<Fence>> open(const std::string& path);
  /// Makes a new file in place of whatever is there, durably.
  static Result<std::unique_ptr<Fence>> create(const std::string& path, const FenceMark& mark);

  [[nodiscard]] const FenceMark& mark() const { return mark_; }
  /// Durable when it returns success; after an error the process must end.
  Status write(const FenceMark& mark);

 private:
  Fence(int descriptor, std::string path, FenceMark mark, std::uint64_t serial);

  int descriptor_;
  std::string path_;
  FenceMark mark_;
  std::uint64_t serial_;  ///< Of the newest slot; the next goes into slot (serial_ + 1) % 2.
};

}  // namespace quorate
