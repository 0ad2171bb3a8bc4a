// The sessions of the ensemble, as the log made them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/txn/txn.h"

namespace quorate {

/// One open session. Part of the image and of the digest.
struct Session {
  std::int64_t timeout_ms = 0;
  PasswordHash password{};
  /// The connection that owns it: what another connection stamped is answered session_moved.
  /// Only server, incarnation and connection count; the sequence is always 0 here.
  Origin owner;
  friend bool operator==(const Session&, const Session&) = default;
};

/// Open sessions by id. Which session owns which ephemerals is the tree's knowledge.
class SessionTable {
 public:
  /// REQUIRES: not open.
  void open(SessionId id, const Session& session);
  /// REQUIRES: open.
  void close(SessionId id);
  [[nodiscard]] const Session* find(SessionId id) const;
  /// REQUIRES: open.
  void attach(SessionId id, const Origin& owner, std::int64_t timeout_ms);
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  /// In the order of ids.
  [[nodiscard]] const std::map<SessionId, Session>& all() const { return sessions_; }

  /// A wrapping sum over sessions.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

  // What the image does not have as it is. A session opened and closed between two seals leaves
  // nothing behind.
  [[nodiscard]] std::size_t unsealed() const { return unsealed_.size(); }
  /// The changed ones in the order of ids; nothing where the session is gone.
  [[nodiscard]] std::vector<std::pair<SessionId, std::optional<Session>>> seal();
  /// Takes a session of an image. False when it is there already.
  [[nodiscard]] bool load(SessionId id, const Session& session);

  /// Aborts unless the digest is that of the sessions.
  void check_invariants() const;

 private:
  std::map<SessionId, Session> sessions_;
  std::map<SessionId, bool> unsealed_;  ///< With whether the image has a record of the id.
  std::uint64_t digest_ = 0;
};

/// Whether both name the same connection.
[[nodiscard]] bool is_same_connection(const Origin& a, const Origin& b);

/// Compares in a time that says nothing about where they differ.
[[nodiscard]] bool is_equal_in_constant_time(const PasswordHash& a, const PasswordHash& b);

}  // namespace quorate
