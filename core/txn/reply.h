// What a client is answered, independent of the protocol it speaks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/blob.h"
#include "core/base/error_code.h"
#include "core/base/ids.h"
#include "core/tree/acl.h"
#include "core/tree/stat.h"

namespace quorate {

struct CreateReply {
  std::string path;  ///< With the sequence number, where there is one.
  Stat stat;
  bool created = true;  ///< False when if_absent found the node.
  friend bool operator==(const CreateReply&, const CreateReply&) = default;
};

struct StatReply {
  Stat stat;
  friend bool operator==(const StatReply&, const StatReply&) = default;
};

struct DataReply {
  Blob data;
  Stat stat;
  friend bool operator==(const DataReply&, const DataReply&) = default;
};

struct AclReply {
  Acl acl;
  Stat stat;
  friend bool operator==(const AclReply&, const AclReply&) = default;
};

struct ChildrenReply {
  std::vector<std::string> names;
  Stat stat;  ///< Of the parent.
  friend bool operator==(const ChildrenReply&, const ChildrenReply&) = default;
};

struct ListedChild {
  std::string name;
  Stat stat;  ///< When asked for.
  Blob data;  ///< When asked for and readable.
  bool readable = true;
  friend bool operator==(const ListedChild&, const ListedChild&) = default;
};

struct ListReply {
  std::vector<ListedChild> children;
  bool more = false;  ///< Continue with start_after = the last name.
  Stat stat;          ///< Of the parent.
  friend bool operator==(const ListReply&, const ListReply&) = default;
};

struct CountReply {
  std::uint64_t count = 0;
  friend bool operator==(const CountReply&, const CountReply&) = default;
};

struct PathsReply {
  std::vector<std::string> paths;
  friend bool operator==(const PathsReply&, const PathsReply&) = default;
};

struct PathReply {
  std::string path;
  friend bool operator==(const PathReply&, const PathReply&) = default;
};

struct IdentitiesReply {
  std::vector<Identity> identities;  ///< Scheme and user name; never a hash.
  friend bool operator==(const IdentitiesReply&, const IdentitiesReply&) = default;
};

/// The result of one operation of a multi; `body` is CreateReply for create, StatReply for
/// setData, otherwise empty.
struct MultiResult {
  ErrorCode error = ErrorCode::ok;
  std::variant<std::monostate, CreateReply, StatReply> body;
  friend bool operator==(const MultiResult&, const MultiResult&) = default;
};

struct MultiReply {
  std::vector<MultiResult> results;
  friend bool operator==(const MultiReply&, const MultiReply&) = default;
};

struct MultiReadResult {
  ErrorCode error = ErrorCode::ok;
  std::variant<std::monostate, DataReply, ChildrenReply> body;
  friend bool operator==(const MultiReadResult&, const MultiReadResult&) = default;
};

struct MultiReadReply {
  std::vector<MultiReadResult> results;
  friend bool operator==(const MultiReadReply&, const MultiReadReply&) = default;
};

/// The session after create or attach.
struct SessionReply {
  SessionId session;
  std::int64_t timeout_ms = 0;
  friend bool operator==(const SessionReply&, const SessionReply&) = default;
};

/// monostate where error and zxid say everything. A failed multi carries its MultiReply.
using ReplyBody = std::variant<std::monostate, DataReply, StatReply, ChildrenReply, CreateReply,
                               ListReply, AclReply, MultiReply, MultiReadReply, CountReply,
                               PathsReply, PathReply, IdentitiesReply, SessionReply>;

struct Reply {
  std::int64_t xid = 0;
  Zxid zxid;  ///< Of the write; for reads the last one applied.
  ErrorCode error = ErrorCode::ok;
  ReplyBody body;
  friend bool operator==(const Reply&, const Reply&) = default;
};

/// ZooKeeper's numbers.
enum class EventType : std::int8_t {
  none = -1,
  created = 1,
  deleted = 2,
  data_changed = 3,
  children_changed = 4,
};

/// What a watch has to tell.
struct WatchEvent {
  EventType type = EventType::none;
  std::string path;
  Zxid zxid;  ///< The txn that fired it; {0} for what setWatches found changed.
  friend bool operator==(const WatchEvent&, const WatchEvent&) = default;
};

}  // namespace quorate
