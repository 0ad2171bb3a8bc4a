// A server's store over a MemoryDisk.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/memory_disk.h"
#include "storage/store.h"

namespace quorate {

/// Behaves as RocksStore does, faults of the disk included. The disk must outlive it; after a crash
/// of the disk, a new one is made.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(MemoryDisk& disk) : disk_(disk) {}

  Result<std::unique_ptr<DurableLog>> open_log() override;
  Result<std::optional<FenceMark>> fence() override;
  Result<std::unique_ptr<DurableLog>> replace_log(std::unique_ptr<DurableLog> old,
                                                  const LogPosition& anchor,
                                                  const Promises& promises) override;
  Result<std::vector<std::string>> images() override;
  Result<std::unique_ptr<SnapshotStore>> create_image(const std::string& name) override;
  Result<std::unique_ptr<SnapshotStore>> open_image(const std::string& name) override;
  Status remove_image(const std::string& name) override;
  Status set_image_aside(const std::string& name) override;
  Status make_checkpoint(SnapshotStore& image) override;
  Result<std::unique_ptr<SnapshotStore>> open_unverified_checkpoint() override;
  Status publish_checkpoint(Zxid zxid) override;
  Result<std::vector<Zxid>> checkpoints() override;
  Result<std::unique_ptr<SnapshotStore>> open_checkpoint(Zxid zxid) override;
  [[nodiscard]] std::optional<std::int64_t> checkpoint_ms(Zxid zxid) const override;
  Status restore_checkpoint(Zxid zxid, const std::string& name) override;
  Status remove_checkpoint(Zxid zxid) override;

 private:
  Status move(const std::string& from, const std::string& to);

  MemoryDisk& disk_;
};

}  // namespace quorate
