// The image: the state at one zxid, as key-value records on disk, brought forward in sets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/txn_log.h"

namespace quorate {

/// What an image says about itself.
struct ImageHeader {
  LogPosition position;      ///< The txn the image is exact at, with its chain hash.
  std::int64_t time_ms = 0;  ///< Stamp of that txn.
  std::uint64_t digest = 0;  ///< State::digest() there.
  friend bool operator==(const ImageHeader&, const ImageHeader&) = default;
};

/// One record put, or, without a value, deleted.
struct ImageWrite {
  std::string key;
  std::optional<Blob> value;
};

/// Reads one state of an image, record by record in key order, whatever is written meanwhile. Used
/// by one thread, which need not be the owner's; ends before the image does.
class ImageReader {
 public:
  struct Pair {
    std::string_view key;
    std::string_view value;
  };

  virtual ~ImageReader() = default;
  /// Of the state that is read; nothing while an image is being filled.
  [[nodiscard]] virtual const std::optional<ImageHeader>& header() const = 0;
  /// The next record, valid until the next call; nothing at the end. Error `damaged` when a record
  /// cannot be read: what came before is then not all.
  virtual Result<std::optional<Pair>> next() = 0;
};

/// The image in one directory. Keys sort bytewise; the meaning of keys and values is the codec's
/// (schema/capnp/image_codec.h), but keys are not empty and do not begin with a zero byte.
///
/// One owner; reader() is for any thread. Failure: after an error of write(), fill(), flush() or
/// checkpoint() nothing further can be written, and what the last flush() returned is what counts.
/// All errors name the file.
class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  /// As of the last write(). Nothing in a fresh store, and while one is being filled. Error
  /// `damaged`.
  [[nodiscard]] virtual Result<std::optional<ImageHeader>> header() const = 0;

  /// Gathers records of the next set, in memory; a later write of the same key counts. They are
  /// in no image until write(), and gone when the store is closed. Error `bad_arguments` for a key
  /// that is not allowed.
  virtual Status stage(std::span<const ImageWrite> writes) = 0;
  /// Forgets what was staged.
  virtual void unstage() = 0;
  /// Applies what was staged and `writes`, atomically and together with the header; not yet
  /// durable. Nothing is staged afterwards. Error `bad_arguments` for a key that is not allowed.
  virtual Status write(std::span<const ImageWrite> writes, const ImageHeader& header) = 0;
  /// Adds records to an image that is being received; it has no header, and counts for nothing,
  /// until write() gives it one. Error `bad_arguments` when there is one.
  virtual Status fill(std::span<const ImageWrite> writes) = 0;
  /// Makes all written sets durable, rate-limited; the header now on disk may move the purge.
  /// Error `bad_arguments` when there is no header.
  virtual Result<ImageHeader> flush() = 0;

  /// A cursor over what is written now. Error `damaged`.
  [[nodiscard]] virtual Result<std::unique_ptr<ImageReader>> reader() const = 0;
  /// Calls `visit` for every record in key order until it returns an error, which is returned.
  /// Errors as of ImageReader::next().
  Status for_each(
      const std::function<Status(std::string_view key, std::string_view value)>& visit) const;

  /// A hard-linked copy in `directory` (must not exist), of everything written, made durable.
  virtual Status checkpoint(const std::string& directory) = 0;

  [[nodiscard]] virtual std::uint64_t bytes() const = 0;  ///< On disk, about.
};

/// Whether records of an image may have these keys.
[[nodiscard]] inline bool are_image_keys(std::span<const ImageWrite> writes) {
  return std::all_of(writes.begin(), writes.end(), [](const ImageWrite& write) {
    return !write.key.empty() && write.key.front() != '\0';
  });
}

}  // namespace quorate
