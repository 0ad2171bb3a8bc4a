// The log and the promises over a MemoryDisk.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/durable_log.h"
#include "storage/memory_disk.h"

namespace quorate {

/// Behaves as RocksLog does, faults included; as many threads may use it.
class MemoryLog final : public DurableLog, private EpochStore {
 public:
  /// Opens what is on the disk, which must outlive the log. Error `damaged` when the log was lost.
  static Result<std::unique_ptr<MemoryLog>> open(MemoryDisk& disk,
                                                 unsigned fence_every_groups = 64);

  using DurableLog::walk;
  Result<LogWalk> walk(const LogPosition& anchor, const LogVisitor& visit) override;
  [[nodiscard]] EpochStore& promises() override { return *this; }
  Status note_logged() override;
  [[nodiscard]] Zxid fence() const override;
  [[nodiscard]] std::optional<std::string> fence_lost() const override { return std::nullopt; }
  [[nodiscard]] bool fresh() const override { return fresh_; }

  Status append(std::span<const LogRecord> records) override;
  Status sync() override;
  Status truncate_after(Zxid zxid) override;
  Status anchor_at(const LogPosition& position) override;
  Status purge_up_to(Zxid zxid) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> reader(Zxid zxid) const override;
  [[nodiscard]] Result<LogPosition> position_at(Zxid zxid) const override;
  [[nodiscard]] LogPosition last() const override;
  [[nodiscard]] LogPosition base() const override;
  [[nodiscard]] std::uint64_t bytes() const override;

 private:
  class Reader;
  using CutMark = std::shared_ptr<std::atomic<std::uint64_t>>;

  MemoryLog(MemoryDisk& disk, unsigned fence_every_groups);

  [[nodiscard]] Result<std::optional<Promises>> load() const override;
  Status store(const Promises& promises) override;

  [[nodiscard]] std::size_t first_behind(Zxid zxid) const;
  [[nodiscard]] LogPosition end() const;
  [[nodiscard]] Status writable() const;
  void cut_readers(Zxid zxid);

  MemoryDisk& disk_;
  std::uint64_t start_;
  unsigned fence_every_groups_;
  unsigned groups_since_fence_ = 0;
  bool fresh_ = false;
  enum class Proof { none, damaged, sound } proof_ = Proof::none;
  LogPosition proven_;  ///< With damage: the end of what is good.
  mutable std::vector<std::weak_ptr<std::atomic<std::uint64_t>>> marks_;
};

}  // namespace quorate
