// A State under test and the txns that reach it, numbered and stamped as a leader would.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/tree/state.h"

namespace quorate::test {

inline constexpr SessionId alice{0xA11CE};
inline constexpr SessionId bob{0xB0B};

inline Identity digest_identity(const std::string& user) { return {"digest", user + ":hash"}; }

inline Acl acl_of(std::uint32_t perms, const std::string& scheme, const std::string& id) {
  return {AclEntry{perms, scheme, id}};
}

inline Blob blob(std::string_view text) { return Blob(text); }

inline Create create_of(std::string path, std::string_view data = {},
                        CreateMode mode = CreateMode::persistent) {
  Create create;
  create.path = std::move(path);
  create.data = Blob(data);
  create.acl = open_acl();
  create.mode = mode;
  return create;
}

/// One State with the sessions of alice (connection 1) and bob (connection 2) open.
class Ensemble {
 public:
  explicit Ensemble(std::uint64_t table_seed = 7) : state(table_seed) {
    open(alice, 1);
    open(bob, 2);
  }

  static Origin origin(std::uint64_t connection) {
    return {ServerId{1}, Incarnation{1}, ConnectionSerial{connection}, 1};
  }

  Txn txn(SessionId session, std::uint64_t connection, TxnBody body) {
    Txn next;
    next.zxid = zxid = zxid.next();
    next.time_ms = now_ms;
    next.submission = {session, origin(connection), identities, std::move(body)};
    return next;
  }
  Outcome open(SessionId session, std::uint64_t connection) {
    CreateSession create;
    create.timeout_ms = 10'000;
    create.password.fill(static_cast<std::uint8_t>(connection));
    return state.apply(txn(session, connection, create));
  }
  Outcome as(SessionId session, std::uint64_t connection, TxnBody body) {
    return state.apply(txn(session, connection, std::move(body)));
  }
  Outcome apply(TxnBody body) { return as(alice, 1, std::move(body)); }
  Outcome apply_as_server(TxnBody body) { return as({}, 0, std::move(body)); }
  void configure(const EnsembleSettings& settings) { apply_as_server(SetSettings{settings}); }

  ErrorCode create(std::string path, std::string_view data = {},
                   CreateMode mode = CreateMode::persistent) {
    return apply(create_of(std::move(path), data, mode)).error;
  }
  ErrorCode create_with_acl(std::string path, Acl acl) {
    Create create = create_of(std::move(path));
    create.acl = std::move(acl);
    return apply(create).error;
  }
  [[nodiscard]] Stat stat(std::string_view path) const {
    const Znode* node = state.tree().find(path);
    return node == nullptr ? Stat{} : state.tree().stat_of(*node);
  }
  [[nodiscard]] bool has(std::string_view path) const { return state.tree().find(path) != nullptr; }
  [[nodiscard]] std::string data(std::string_view path) const {
    const Znode* node = state.tree().find(path);
    return node == nullptr ? "(none)" : std::string(state.tree().data_of(*node).text());
  }

  State state;
  Zxid zxid = Zxid::at(Epoch{1}, 0);
  std::int64_t now_ms = 1'000;
  std::vector<Identity> identities;  ///< Of whoever sends next.
};

}  // namespace quorate::test
