// The image in a RocksDB instance of its own: one column family, no WAL.
//
// A set is one WriteBatch, so it is in memory as a whole, and a flush writes all of memory: what is
// on disk is always a whole number of sets, the last with its header.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/snapshot_store.h"

namespace rocksdb {
class DB;
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace quorate {

struct RocksImageSettings {
  std::string directory;
  std::uint64_t flush_bytes_per_second = 0;  ///< Of flushes and compactions; 0: no limit.
  rocksdb::Env* env = nullptr;               ///< nullptr: the operating system's.
};

class RocksImage final : public SnapshotStore {
 public:
  /// A new, empty image. Error `bad_arguments` when there is something in the directory.
  static Result<std::unique_ptr<RocksImage>> create(const RocksImageSettings& settings);
  /// An image that must be there: a missing one, or a missing file of it, is `damaged`.
  static Result<std::unique_ptr<RocksImage>> open(const RocksImageSettings& settings);
  /// The same, only to be read: how a checkpoint is verified without changing it.
  static Result<std::unique_ptr<RocksImage>> open_read_only(const RocksImageSettings& settings);
  ~RocksImage() override;

  [[nodiscard]] Result<std::optional<ImageHeader>> header() const override;
  Status stage(std::span<const ImageWrite> writes) override;
  void unstage() override;
  Status write(std::span<const ImageWrite> writes, const ImageHeader& header) override;
  Status fill(std::span<const ImageWrite> writes) override;
  Result<ImageHeader> flush() override;
  [[nodiscard]] Result<std::unique_ptr<ImageReader>> reader() const override;
  Status checkpoint(const std::string& directory) override;
  [[nodiscard]] std::uint64_t bytes() const override;

 private:
  enum class Access { create, write, read };
  static Result<std::unique_ptr<RocksImage>> open_as(const RocksImageSettings& settings,
                                                     Access access);
  RocksImage(std::string directory, std::unique_ptr<rocksdb::DB> database);

  Status read_header();
  Status write_batch(rocksdb::WriteBatch& batch);
  Status latch(Error error);

  std::string directory_;
  std::unique_ptr<rocksdb::DB> database_;
  std::unique_ptr<rocksdb::WriteBatch> staged_;  ///< Never null.
  std::optional<ImageHeader> header_;
  std::optional<Error> failed_;
};

/// Makes a new image in `to` from the checkpoint in `from`, durably and at once: tables are shared
/// by hard links, for they never change; the rest is copied.
Status clone_image(const std::string& from, const std::string& to);

}  // namespace quorate
