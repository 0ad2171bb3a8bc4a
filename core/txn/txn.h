// The record of the log: a request, stamped. Every server executes the same apply() on it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/tree/acl.h"
#include "core/txn/request.h"

namespace quorate {

/// SHA-256 of a session's 16-byte password; the password itself is stored nowhere.
using PasswordHash = std::array<std::uint8_t, 32>;

struct CreateSession {
  std::int64_t timeout_ms = 0;  ///< Negotiated, within the limits of the serving server.
  PasswordHash password{};
  friend bool operator==(const CreateSession&, const CreateSession&) = default;
};

/// A reconnect: the connection of the txn's origin becomes the session's owner, if the session
/// lives and the password is right. Both are judged by apply, never from a server's own state.
struct AttachSession {
  std::int64_t timeout_ms = 0;
  PasswordHash password{};
  friend bool operator==(const AttachSession&, const AttachSession&) = default;
};

/// The leader found the session silent for its timeout.
struct ExpireSession {
  friend bool operator==(const ExpireSession&, const ExpireSession&) = default;
};

/// Deletes an empty container or a lapsed TTL node; apply looks again whether it still is one.
struct Reap {
  std::string path;
  friend bool operator==(const Reap&, const Reap&) = default;
};

/// What apply depends on besides the tree and the record; in the log so that all servers agree.
struct EnsembleSettings {
  bool skip_acl = false;
  bool enforce_quota = false;
  bool extended_types = true;               ///< TTL nodes may be created.
  std::uint32_t multi_ops_max = 4096;       ///< Operations of one multi.
  std::uint32_t delete_tree_max = 100'000;  ///< Upper bound of DeleteTree::limit.
  std::uint32_t feature_level = 1;  ///< Rules of apply in force; see core/txn/feature_level.h.
  friend bool operator==(const EnsembleSettings&, const EnsembleSettings&) = default;
};

struct SetSettings {
  EnsembleSettings settings;
  friend bool operator==(const SetSettings&, const SetSettings&) = default;
};

/// A write refused before stamping that must still take its place in the order.
struct RefusedWrite {
  ErrorCode error = ErrorCode::bad_arguments;
  friend bool operator==(const RefusedWrite&, const RefusedWrite&) = default;
};

using TxnBody =
    std::variant<RefusedWrite, Create, Delete, DeleteTree, SetData, SetAcl, Multi, CreateSession,
                 AttachSession, CloseSession, ExpireSession, Reap, SetSettings>;

/// A write on its way to the leader: everything but the stamp.
struct Submission {
  SessionId session;  ///< Who asks; for session txns: whom it is about.
  Origin origin;
  std::vector<Identity> identities;
  TxnBody body;
  friend bool operator==(const Submission&, const Submission&) = default;
};

/// A write with its place in the order.
struct Txn {
  Zxid zxid;
  std::int64_t time_ms = 0;  ///< The leader's wall clock; never goes back.
  Zxid committed;            ///< The leader's commit point when the record was made.
  Submission submission;
  friend bool operator==(const Txn&, const Txn&) = default;
};

}  // namespace quorate
