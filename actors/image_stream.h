// An image on its way from one server to another: cut into chunks, and put together again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/tree/image_digest.h"
#include "schema/peer_messages.h"
#include "storage/snapshot_store.h"
#include "storage/store.h"

namespace quorate {

/// Cuts one state of an image into chunks, whatever is written to it meanwhile.
class ImageCutter {
 public:
  /// Error `damaged`, also when the image has no header: then there is nothing to send.
  static Result<ImageCutter> begin(const SnapshotStore& image, std::size_t chunk_bytes);

  /// The next chunk; the last one carries the summary. REQUIRES: it has not been handed out yet.
  /// Error `damaged`.
  Result<ImageChunk> next();
  [[nodiscard]] const LogPosition& position() const { return reader_->header()->position; }

 private:
  ImageCutter(std::unique_ptr<ImageReader> reader, std::size_t chunk_bytes)
      : reader_(std::move(reader)), chunk_bytes_(chunk_bytes) {}

  std::unique_ptr<ImageReader> reader_;
  std::size_t chunk_bytes_;
  std::uint64_t index_ = 0;
  std::uint64_t count_ = 0;
};

/// Writes the chunks of one image beside the images of a store. It counts for nothing before it is
/// whole; what was begun and not finished is removed with the intake.
class ImageIntake {
 public:
  static Result<ImageIntake> begin(Store& store);
  ImageIntake(ImageIntake&&) = default;
  ImageIntake& operator=(ImageIntake&&) = delete;
  ~ImageIntake();

  /// Whether the image is complete now: every record is there, the digest of them is that of the
  /// sender's state, and all is durable. Errors: `damaged` when a chunk does not follow the last
  /// one, or what came is not the image that it claims to be; `io_error`. Nothing can be taken
  /// after an error.
  Result<bool> take(const ImageChunk& chunk);

  /// Of the image directory, for Promises.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// REQUIRES: complete.
  [[nodiscard]] const ImageSummary& summary() const { return *summary_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  ImageIntake(Store& store, std::string name, std::unique_ptr<SnapshotStore> image)
      : store_(&store), name_(std::move(name)), image_(std::move(image)) {}

  Status fill(const ImageChunk& chunk);
  Status finish(const ImageSummary& summary);

  Store* store_;
  std::string name_;
  std::unique_ptr<SnapshotStore> image_;  ///< Null once it is complete, so that it can be opened.
  ImageDigest digest_;
  std::uint64_t chunks_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
  std::optional<ImageSummary> summary_;
};

}  // namespace quorate
