// What a znode adds to the digest of the state.
//
// The digest is a wrapping sum of hashes, so that a change costs what it touches. Everything that
// is replicated is in it, and nothing else: no ids of ACLs (their content is), no counts that
// follow from the rest. Version 1; a change of it is a change of feature level.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/tree/znode.h"

namespace quorate {

/// Of everything but the data. `acl` is the digest of the ACL's content.
[[nodiscard]] std::uint64_t stat_digest(const Znode& node, std::string_view path,
                                        std::uint64_t acl);
/// Of the data; 0 where there is none.
[[nodiscard]] std::uint64_t data_digest(const Znode& node, std::string_view path);

}  // namespace quorate
