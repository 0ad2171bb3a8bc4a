// The sessions of the ensemble, as the log made them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/base/flat_map.h"
#include "core/base/ids.h"
#include "core/txn/txn.h"

namespace quorate {

/// One open session. Part of the image and of the digest.
struct Session {
  std::int64_t timeout_ms = 0;
  PasswordHash password{};
  /// The connection that owns it: what another connection stamped is answered session_moved.
  /// Only server, incarnation and connection count.
  Origin owner;
  friend bool operator==(const Session&, const Session&) = default;
};

/// Open sessions by id. Which session owns which ephemerals is the tree's knowledge.
class SessionTable {
 public:
  /// REQUIRES: not open.
  void open(SessionId id, const Session& session);
  void close(SessionId id);
  [[nodiscard]] const Session* find(SessionId id) const;
  /// REQUIRES: open.
  void attach(SessionId id, const Origin& owner, std::int64_t timeout_ms);
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  /// In the order of ids.
  [[nodiscard]] const std::map<SessionId, Session>& all() const { return sessions_; }

 private:
  std::map<SessionId, Session> sessions_;
};

}  // namespace quorate
