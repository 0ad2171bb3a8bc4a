// The image: the state at one zxid, as key-value records on disk, brought forward in sets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
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

/// The image in one directory. Keys sort bytewise; the meaning of keys and values is the codec's
/// (schema/capnp/image_codec.h), but keys are not empty and do not begin with a zero byte.
///
/// One owner. Failure: after an error of write(), fill(), flush() or checkpoint() nothing further
/// can be written, and what the last flush() returned is what counts. All errors name the file.
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

  /// Calls `visit` for every record in key order until it returns an error, which is returned.
  /// Error `damaged` when a record cannot be read: what was visited before is then not all.
  virtual Status for_each(
      const std::function<Status(std::string_view key, std::string_view value)>& visit) const = 0;

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
