// An image over a MemoryDisk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/memory_disk.h"
#include "storage/snapshot_store.h"

namespace quorate {

/// Behaves as RocksImage does, faults included; directories are names on the disk.
class MemoryImage final : public SnapshotStore {
 public:
  /// Error `bad_arguments` when there is one of this name.
  static Result<std::unique_ptr<MemoryImage>> create(MemoryDisk& disk, std::string directory);
  /// Error `damaged` when there is none.
  static Result<std::unique_ptr<MemoryImage>> open(MemoryDisk& disk, std::string directory);

  [[nodiscard]] Result<std::optional<ImageHeader>> header() const override;
  Status stage(std::span<const ImageWrite> writes) override;
  void unstage() override { staged_.clear(); }
  Status write(std::span<const ImageWrite> writes, const ImageHeader& header) override;
  Status fill(std::span<const ImageWrite> writes) override;
  Result<ImageHeader> flush() override;
  [[nodiscard]] Result<std::unique_ptr<ImageReader>> reader() const override;
  Status checkpoint(const std::string& directory) override;
  [[nodiscard]] std::uint64_t bytes() const override;

 private:
  MemoryImage(MemoryDisk& disk, std::string directory);
  [[nodiscard]] MemoryDisk::ImageFiles& files() const { return disk_.images[directory_]; }
  Status put(std::span<const ImageWrite> writes);

  MemoryDisk& disk_;
  std::uint64_t start_;
  std::string directory_;
  std::vector<ImageWrite> staged_;
};

}  // namespace quorate
