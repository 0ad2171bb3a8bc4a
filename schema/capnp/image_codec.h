// The image's records: core values to and from the keys and values of a SnapshotStore.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/blob.h"
#include "core/base/result.h"
#include "core/tree/image.h"

namespace quorate::capnp_codec {

/// A record's key; nodes sort by path (a parent before its children), and a node's data directly
/// belongs to the same path. ACLs and settings sort before nodes, which refer to them; sessions
/// too, which own them.
struct ImageEntry {
  std::string key;
  std::optional<Blob> value;  ///< Absent where the record is deleted.
};

/// One change may be several entries (a node that is gone takes its data along).
void encode_image(const ImageChange& change, std::vector<ImageEntry>& out);

/// Errors, naming the key: damaged; unimplemented for a version from the future.
[[nodiscard]] Result<ImageRecord> decode_image(std::string_view key, std::string_view value);

}  // namespace quorate::capnp_codec
