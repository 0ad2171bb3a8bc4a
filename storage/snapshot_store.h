// The image: the state at one zxid, as key-value records on disk, brought forward in sets.
#pragma once

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
/// (schema/capnp/image_codec.h).
class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  /// Nothing in a fresh store. Error `damaged`.
  [[nodiscard]] virtual Result<std::optional<ImageHeader>> header() const = 0;

  /// Applies one merged set, atomically; not yet durable.
  virtual Status write(std::span<const ImageWrite> writes, const ImageHeader& header) = 0;
  /// Makes all written sets durable, rate-limited; the header now on disk may move the purge.
  virtual Result<ImageHeader> flush() = 0;

  /// Calls `visit` for every record in key order until it returns an error, which is returned.
  virtual Status for_each(
      const std::function<Status(std::string_view key, std::string_view value)>& visit) const = 0;

  /// A hard-linked copy in `directory` (must not exist), of what is durable.
  virtual Status checkpoint(const std::string& directory) = 0;

  [[nodiscard]] virtual std::uint64_t bytes() const = 0;  ///< On disk, about.
};

}  // namespace quorate
