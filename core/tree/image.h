// The state as records: what the image on disk is made of, and what a seal hands over.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/session/session_table.h"
#include "core/tree/acl.h"
#include "core/txn/txn.h"

namespace quorate {

/// Everything about a znode but its data. Times in ms on the leader's clock.
struct ImageNode {
  std::string path;
  Zxid czxid;
  Zxid mzxid;
  Zxid pzxid;
  std::int64_t ctime_ms = 0;
  std::int64_t mtime_ms = 0;
  std::int32_t version = 0;
  std::int32_t aversion = 0;
  std::int64_t children_created = 0;  ///< The sequence counter.
  std::int64_t children_deleted = 0;
  std::uint32_t acl = 0;      ///< Id of an ImageAcl.
  SessionId ephemeral_owner;  ///< Of ordinary ephemerals.
  bool container = false;
  std::int64_t ttl_ms = 0;  ///< 0: none.
  bool null_data = false;   ///< There is no ImageData, and what clients read is null.
  friend bool operator==(const ImageNode&, const ImageNode&) = default;
};

/// The data of a znode; absent where it is empty or null.
struct ImageData {
  std::string path;
  Blob data;
  friend bool operator==(const ImageData&, const ImageData&) = default;
};

struct ImageAcl {
  std::uint32_t id = 0;
  Acl acl;
  friend bool operator==(const ImageAcl&, const ImageAcl&) = default;
};

struct ImageSession {
  SessionId id;
  Session session;
  friend bool operator==(const ImageSession&, const ImageSession&) = default;
};

struct ImageSettings {
  EnsembleSettings settings;
  friend bool operator==(const ImageSettings&, const ImageSettings&) = default;
};

/// Records that are gone.
struct ImageNodeGone {
  std::string path;  ///< Its ImageNode and ImageData.
  friend bool operator==(const ImageNodeGone&, const ImageNodeGone&) = default;
};
struct ImageDataGone {
  std::string path;
  friend bool operator==(const ImageDataGone&, const ImageDataGone&) = default;
};
struct ImageAclGone {
  std::uint32_t id = 0;
  friend bool operator==(const ImageAclGone&, const ImageAclGone&) = default;
};
struct ImageSessionGone {
  SessionId id;
  friend bool operator==(const ImageSessionGone&, const ImageSessionGone&) = default;
};

using ImageRecord = std::variant<ImageNode, ImageData, ImageAcl, ImageSession, ImageSettings>;
using ImageChange = std::variant<ImageNode, ImageData, ImageAcl, ImageSession, ImageSettings,
                                 ImageNodeGone, ImageDataGone, ImageAclGone, ImageSessionGone>;

/// All that changed between two seals, or a slice of it; exact at `zxid`, each record at most once
/// in all slices.
struct ImageChanges {
  Zxid zxid;
  std::int64_t time_ms = 0;  ///< Stamp of the last txn.
  std::uint64_t digest = 0;  ///< State::digest() at `zxid`.
  std::vector<ImageChange> changes;
  bool is_last = false;  ///< No further slice of this seal follows.
};

}  // namespace quorate
