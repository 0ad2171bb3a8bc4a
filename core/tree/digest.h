// What each part of the state adds to its digest.
//
// The digest is a wrapping sum of hashes, so that a change costs what it touches. Everything that
// is replicated is in it, and nothing else: no ids of ACLs (their content is), no counts that
// follow from the rest. A change of it is a change of its version, and of the feature level.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/tree/image.h"
#include "core/tree/znode.h"

namespace quorate {

/// Of all that follows; digests of different versions are not compared.
inline constexpr std::uint32_t digest_version = 1;

/// What the path of a znode adds to its digests; a change needs it several times.
struct PathDigest {
  explicit PathDigest(std::string_view path);
  std::uint64_t hash;
};

/// Of everything but the data. `acl` is the digest of the ACL's content.
[[nodiscard]] std::uint64_t stat_digest(const Znode& node, PathDigest path, std::uint64_t acl);
/// Of the data; 0 where there is none.
[[nodiscard]] std::uint64_t data_digest(const Znode& node, PathDigest path);

// The same from an image's records.
[[nodiscard]] std::uint64_t stat_digest(const ImageNode& node, std::uint64_t acl);
[[nodiscard]] std::uint64_t data_digest(const ImageData& data);

[[nodiscard]] std::uint64_t settings_digest(const EnsembleSettings& settings);

/// The kind that an image's record describes.
[[nodiscard]] NodeKind kind_of(const ImageNode& node);

}  // namespace quorate
