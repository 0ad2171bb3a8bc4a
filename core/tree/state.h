// The replicated state of the service and the one function that changes it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/session/session_table.h"
#include "core/tree/change.h"
#include "core/tree/image.h"
#include "core/tree/tree.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "core/txn/txn.h"

namespace quorate {

/// Tree, sessions and settings at one zxid.
///
/// apply() is total and deterministic: the same txns give the same outcomes, the same digest and
/// the same image on every server. It reads only this state and the record.
///
/// Every check has its place in an order that is part of the protocol (core/tree/writes.h). A
/// Create's own arguments come first; then the session: unknown is session_expired, owned by
/// another connection session_moved. Connection 0 is the server itself, which needs no session.
///
/// A failed multi has the error of the operation that failed and, as body, its MultiReply: ok
/// before that operation, runtime_inconsistency behind it.
///
/// Bodies of outcomes: CreateReply, StatReply for setData and setACL, CountReply for deleteTree
/// (the nodes deleted), MultiReply, SessionReply for create and attach; nothing for the others.
///
/// Movable; a moved-from State can only be destroyed or assigned to.
///
/// Invariants, verified by check_invariants():
///   (1) every ephemeral's owner is an open session;
///   (2) /, /zookeeper, /zookeeper/quota and /zookeeper/config exist;
///   (3) the incremental digest equals the digest computed over everything;
///   (4) descendant counts, quota usage and the ephemerals of each session match the tree.
class State {
 public:
  /// An empty service. `table_seed` keys the path table of this process (hash flooding).
  explicit State(std::uint64_t table_seed);

  /// Executes the txn. REQUIRES: txn.zxid > last_applied().
  Outcome apply(const Txn& txn);

  [[nodiscard]] Zxid last_applied() const { return last_applied_; }
  [[nodiscard]] std::int64_t last_time_ms() const { return last_time_ms_; }
  [[nodiscard]] const EnsembleSettings& settings() const { return settings_; }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] const SessionTable& sessions() const { return sessions_; }

  /// A wrapping sum over nodes, sessions and settings; equal on servers with equal state.
  [[nodiscard]] std::uint64_t digest() const;

  // Reads, as `identities` may see them. A reply whose encoding might exceed `reply_bytes_max`
  // is refused with reply_too_large; a page simply ends earlier.
  [[nodiscard]] Result<DataReply> get_data(std::string_view path,
                                           std::span<const Identity> identities) const;
  [[nodiscard]] Result<StatReply> exists(std::string_view path,
                                         std::span<const Identity> identities) const;
  [[nodiscard]] Result<AclReply> get_acl(std::string_view path,
                                         std::span<const Identity> identities) const;
  [[nodiscard]] Result<ChildrenReply> get_children(std::string_view path,
                                                   std::span<const Identity> identities,
                                                   std::size_t reply_bytes_max) const;
  [[nodiscard]] Result<ListReply> list_children(const ListChildren& request,
                                                std::span<const Identity> identities,
                                                std::size_t reply_bytes_max) const;
  [[nodiscard]] Result<CountReply> count_descendants(std::string_view path,
                                                     std::span<const Identity> identities) const;
  [[nodiscard]] Result<PathsReply> get_ephemerals(SessionId session, std::string_view prefix,
                                                  std::size_t reply_bytes_max) const;
  [[nodiscard]] Result<MultiReadReply> multi_read(const MultiRead& request,
                                                  std::span<const Identity> identities,
                                                  std::size_t reply_bytes_max) const;
  /// Whether `identities` may READ the node; true for a missing one.
  [[nodiscard]] bool may_read(std::string_view path, std::span<const Identity> identities) const;

  /// Up to `most` paths that a Reap may delete at `now_ms`: empty containers that have had a
  /// child, and lapsed TTL nodes without children; with `unused_ms`, also containers that never had
  /// one and were not set for longer than that.
  [[nodiscard]] std::vector<std::string> reapable(
      std::int64_t now_ms, std::size_t most,
      std::optional<std::int64_t> unused_ms = std::nullopt) const;

  // Image (storage/snapshot_store.h): what changed since the last seal, by reference.
  /// Changed znodes, ACLs, sessions, and whether settings did: a seal gives one or two records
  /// for each. And about how many bytes that is.
  [[nodiscard]] std::size_t unsealed() const;
  [[nodiscard]] std::uint64_t unsealed_bytes() const;
  /// Begins a seal of the state as it is now. Its records come in slices, between which txns may
  /// be applied: so no step is long. REQUIRES: no seal is under way.
  void begin_seal();
  /// The next slice, of about `records` records, but of all ACLs, sessions and znodes changed
  /// meanwhile; its is_last says whether the seal has ended. REQUIRES: a seal is under way.
  [[nodiscard]] ImageChanges seal_some(std::size_t records);
  [[nodiscard]] bool is_sealing() const { return tree_.is_sealing(); }
  /// A whole seal in one step.
  [[nodiscard]] ImageChanges seal();
  /// Loads an image: REQUIRES a fresh State; call load() for every record (ACLs before nodes,
  /// parents before children, data behind its node), then finish_load(). Errors: damaged, naming
  /// the record; the State is of no use then.
  Status load(const ImageRecord& record);
  Status finish_load(Zxid zxid, std::int64_t time_ms, std::uint64_t digest);

  void check_invariants() const;

 private:
  class Execution;

  [[nodiscard]] bool may(std::uint32_t wanted, const Znode& node,
                         std::span<const Identity> identities) const;
  /// The node, if `identities` may READ it; otherwise no_node or no_auth.
  [[nodiscard]] Result<const Znode*> find_readable(std::string_view path,
                                                   std::span<const Identity> identities) const;

  Tree tree_;
  SessionTable sessions_;
  EnsembleSettings settings_;
  Zxid last_applied_;
  std::int64_t last_time_ms_ = 0;
  bool settings_unsealed_ = true;
  ImageChanges sealing_;  ///< The head of the seal under way, and what its next slice begins with.
  bool is_loading_ = false;
};

}  // namespace quorate
