// Proves an image without loading it: the digest of its records, one after the other.
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/session/session_table.h"
#include "core/tree/acl_table.h"
#include "core/tree/image.h"
#include "core/txn/txn.h"

namespace quorate {

/// Takes every record of an image once, in any order in which ACLs come before the nodes that refer
/// to them; value() is then State::digest() of the state that was sealed, if the image is whole.
/// Needs memory for the ACLs and sessions only.
class ImageDigest {
 public:
  /// Error `damaged` when a record contradicts the others.
  Status add(const ImageRecord& record);
  [[nodiscard]] std::uint64_t value() const;

 private:
  AclTable acls_;
  SessionTable sessions_;
  EnsembleSettings settings_;
  std::uint64_t nodes_ = 0;
};

}  // namespace quorate
