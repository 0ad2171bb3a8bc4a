// What a client can ask, independent of the protocol it spoke.
//
// Three kinds: writes become txns in the log; reads are answered from the tree of the serving
// server; local requests concern the connection or its watches. A visitor over the variants does
// not compile until it has decided about every operation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/blob.h"
#include "core/base/ids.h"
#include "core/tree/acl.h"

namespace quorate {

/// ZooKeeper's create flags; an enumeration, not a bit mask.
enum class CreateMode : std::uint8_t {
  persistent = 0,
  ephemeral = 1,
  persistent_sequential = 2,
  ephemeral_sequential = 3,
  container = 4,  ///< Removed by the server some time after its last child has gone.
  ttl = 5,        ///< Removed when without children and not set for `ttl_ms`.
  ttl_sequential = 6,
};

[[nodiscard]] constexpr bool is_sequential(CreateMode mode) {
  return mode == CreateMode::persistent_sequential || mode == CreateMode::ephemeral_sequential ||
         mode == CreateMode::ttl_sequential;
}
[[nodiscard]] constexpr bool is_ephemeral(CreateMode mode) {
  return mode == CreateMode::ephemeral || mode == CreateMode::ephemeral_sequential;
}
[[nodiscard]] constexpr bool has_ttl(CreateMode mode) {
  return mode == CreateMode::ttl || mode == CreateMode::ttl_sequential;
}

/// A version that matches any.
inline constexpr std::int32_t any_version = -1;

// --- Writes ------------------------------------------------------------------------------------

struct Create {
  std::string path;  ///< For sequential modes: the prefix.
  Blob data;
  Acl acl;
  CreateMode mode = CreateMode::persistent;
  std::int64_t ttl_ms = 0;  ///< 1 to 2^40 - 1 for TTL modes, otherwise 0.
  /// When the node exists: succeed, report it as it is, and change nothing. Not sequential.
  bool if_absent = false;
  friend bool operator==(const Create&, const Create&) = default;
};

struct Delete {
  std::string path;
  std::int32_t version = any_version;
  friend bool operator==(const Delete&, const Delete&) = default;
};

/// Deletes a node and all below it in one txn, or nothing when there are more than `limit`.
struct DeleteTree {
  std::string path;
  std::uint32_t limit = 0;
  friend bool operator==(const DeleteTree&, const DeleteTree&) = default;
};

struct SetData {
  std::string path;
  Blob data;
  std::int32_t version = any_version;
  friend bool operator==(const SetData&, const SetData&) = default;
};

struct SetAcl {
  std::string path;
  Acl acl;
  std::int32_t version = any_version;
  friend bool operator==(const SetAcl&, const SetAcl&) = default;
};

/// A condition inside a multi.
struct Check {
  std::string path;
  std::int32_t version = any_version;
  bool absent = false;  ///< The node must not exist; `version` is ignored.
  friend bool operator==(const Check&, const Check&) = default;
};

/// An operation of a multi that the serving server refused before stamping.
struct RefusedOp {
  ErrorCode error = ErrorCode::bad_arguments;
  friend bool operator==(const RefusedOp&, const RefusedOp&) = default;
};

using MultiOp = std::variant<Create, Delete, SetData, Check, RefusedOp>;

/// All or nothing, under one zxid.
struct Multi {
  std::vector<MultiOp> ops;
  friend bool operator==(const Multi&, const Multi&) = default;
};

/// Ends the session and deletes its ephemerals.
struct CloseSession {
  friend bool operator==(const CloseSession&, const CloseSession&) = default;
};

/// Answered after everything proposed before it has been applied here. Takes no zxid.
struct Sync {
  std::string path;  ///< Echoed.
  friend bool operator==(const Sync&, const Sync&) = default;
};

/// Answers reconfig_disabled until membership can change.
struct Reconfig {
  friend bool operator==(const Reconfig&, const Reconfig&) = default;
};

// --- Reads -------------------------------------------------------------------------------------

struct Exists {
  std::string path;
  bool watch = false;
  friend bool operator==(const Exists&, const Exists&) = default;
};

struct GetData {
  std::string path;
  bool watch = false;
  friend bool operator==(const GetData&, const GetData&) = default;
};

struct GetAcl {
  std::string path;
  friend bool operator==(const GetAcl&, const GetAcl&) = default;
};

/// All children at once; reply_too_large when they don't fit into a frame.
struct GetChildren {
  std::string path;
  bool watch = false;
  friend bool operator==(const GetChildren&, const GetChildren&) = default;
};

/// One page of children in name order (bytewise).
struct ListChildren {
  std::string path;
  std::string start_after;  ///< Exclusive; empty for the first page.
  std::uint32_t limit = 0;  ///< 0: as many as fit into a frame.
  bool with_stat = false;
  bool with_data = false;  ///< Data of children the caller may not READ is left out.
  bool watch = false;      ///< Arms a child watch.
  friend bool operator==(const ListChildren&, const ListChildren&) = default;
};

/// Number of all descendants.
struct CountDescendants {
  std::string path;
  friend bool operator==(const CountDescendants&, const CountDescendants&) = default;
};

/// The session's own ephemerals whose path starts with `prefix` (a plain string prefix).
struct GetEphemerals {
  std::string prefix;
  friend bool operator==(const GetEphemerals&, const GetEphemerals&) = default;
};

using MultiReadOp = std::variant<GetData, GetChildren>;

/// Each operation succeeds or fails on its own; all see the same tree. Watches are ignored.
struct MultiRead {
  std::vector<MultiReadOp> ops;
  friend bool operator==(const MultiRead&, const MultiRead&) = default;
};

// --- Local -------------------------------------------------------------------------------------

enum class WatchMode : std::uint8_t {
  persistent = 0,            ///< Created, deleted, data and children changed of exactly the path.
  persistent_recursive = 1,  ///< Created, deleted and data changed of the path and all below it.
};

struct AddWatch {
  std::string path;
  WatchMode mode = WatchMode::persistent;
  friend bool operator==(const AddWatch&, const AddWatch&) = default;
};

/// Which registrations check and remove address.
enum class WatcherType : std::uint8_t {
  children = 1,
  data = 2,
  any = 3,
  persistent = 4,
  persistent_recursive = 5,
};

struct CheckWatches {
  std::string path;
  WatcherType type = WatcherType::any;
  friend bool operator==(const CheckWatches&, const CheckWatches&) = default;
};

struct RemoveWatches {
  std::string path;
  WatcherType type = WatcherType::any;
  friend bool operator==(const RemoveWatches&, const RemoveWatches&) = default;
};

/// Registers again, after a reconnect, what the client had; tells at once what changed since.
struct SetWatches {
  Zxid relative_zxid;  ///< The last zxid the client has seen.
  std::vector<std::string> data;
  std::vector<std::string> exist;
  std::vector<std::string> child;
  std::vector<std::string> persistent;
  std::vector<std::string> persistent_recursive;
  friend bool operator==(const SetWatches&, const SetWatches&) = default;
};

struct WhoAmI {
  friend bool operator==(const WhoAmI&, const WhoAmI&) = default;
};

struct Ping {
  friend bool operator==(const Ping&, const Ping&) = default;
};

/// Adds an identity to the connection. Judged by the connection itself (credentials never pass
/// beyond it); further on the request only keeps its place in the order.
struct Authenticate {
  std::string scheme;
  std::string credentials;
  friend bool operator==(const Authenticate&, const Authenticate&) = default;
};

/// A request refused before it reached anybody; answered in its place in the order.
struct Refused {
  ErrorCode error = ErrorCode::marshalling_error;
  friend bool operator==(const Refused&, const Refused&) = default;
};

using Operation =
    std::variant<Refused, Ping, GetData, Exists, GetChildren, SetData, Create, Delete, Multi,
                 ListChildren, GetAcl, SetAcl, MultiRead, CountDescendants, GetEphemerals, Sync,
                 DeleteTree, AddWatch, CheckWatches, RemoveWatches, SetWatches, WhoAmI,
                 Authenticate, Reconfig, CloseSession>;

/// W3C trace context: lets a request be followed through a larger system.
struct TraceContext {
  std::array<std::uint8_t, 16> trace{};
  std::array<std::uint8_t, 8> span{};
  std::uint8_t flags = 0;
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// One request of a client, as its connection decoded it.
struct Request {
  std::int64_t xid = 0;  ///< The client's own number, returned with the reply.
  /// A request that has waited longer in the server is answered `throttled`, not executed. 0: no
  /// limit.
  std::uint32_t deadline_ms = 0;
  std::optional<TraceContext> trace;
  Operation operation;
  friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace quorate
