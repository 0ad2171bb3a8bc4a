// The writes of one txn on the tree: what is refused, in which order, and what happens.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tree/change.h"
#include "core/tree/tree.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"
#include "core/txn/txn.h"

namespace quorate {

/// Executes operations against the tree, each seeing what the ones before it did. An operation
/// checks everything first, in the order that its comment names, and then either changes the tree
/// or leaves it alone; the owner commits or rolls back.
///
/// Sessions were judged before; ACLs arrive expanded.
class Writes {
 public:
  /// All arguments must outlive this.
  Writes(Tree& tree, const EnsembleSettings& settings, const Txn& txn);

  /// arguments() -> '/' and no NUL (bad_arguments) -> parent (no_node) -> CREATE on the parent
  /// (no_auth) -> the path with its number (bad_arguments) -> absent (node_exists) -> the parent
  /// is no ephemeral (no_children_for_ephemerals) -> quota (quota_exceeded). With if_absent, a
  /// node that is there and READable is success.
  MultiResult operator()(const Create& create);
  /// Not reserved, '/' and no NUL (bad_arguments) -> parent (no_node) -> DELETE on the parent
  /// (no_auth) -> node (no_node) -> version (bad_version) -> no children (not_empty).
  MultiResult operator()(const Delete& remove);
  /// Path (bad_arguments) -> node (no_node) -> WRITE (no_auth) -> quota (quota_exceeded) ->
  /// version (bad_version).
  MultiResult operator()(const SetData& set);
  /// Path -> node -> READ -> version; or, where it must be absent, node_exists.
  MultiResult operator()(const Check& condition);
  MultiResult operator()(const RefusedOp& refused);
  /// Path -> node -> ADMIN -> version of the ACL.
  MultiResult operator()(const SetAcl& set);
  /// As Delete up to the node -> not too many (too_many_nodes) -> DELETE on every parent of a
  /// node that would go (no_auth). A limit of 0 is the ensemble's.
  MultiResult operator()(const DeleteTree& remove);
  /// Node (no_node) -> no children (not_empty) -> a used container or a lapsed TTL node
  /// (bad_version). Neither session nor ACL: the server itself asks.
  MultiResult operator()(const Reap& reap);

  /// What a Create says about itself, before anybody's session is looked at: mode (bad_arguments),
  /// TTL switched off (unimplemented), time to live from 1 to 2^40 - 1 for TTL modes and 0 for
  /// others, if_absent not sequential (bad_arguments).
  [[nodiscard]] static ErrorCode arguments(const Create& create, const EnsembleSettings& settings);

  /// Deletes what the session owns, in path order.
  void delete_ephemerals(SessionId session);

  /// What happened, in order. The owner drops it with a rollback.
  [[nodiscard]] std::vector<Change>& changes() { return changes_; }

 private:
  [[nodiscard]] bool is_allowed(const Znode& node, std::uint32_t wanted) const;
  [[nodiscard]] ErrorCode quota_error(std::string_view path, std::uint64_t count,
                                      std::int64_t bytes) const;
  /// What Delete and DeleteTree have in common; the node in `found`.
  [[nodiscard]] ErrorCode find_to_delete(std::string_view path, Znode*& found);
  MultiResult already_there(const Znode& node, const Create& create);
  MultiResult make(Znode& parent, std::string path, const Create& create);
  void remove(Znode& node, std::string_view path);
  void note(EventType type, std::string_view path, const Znode& node);

  Tree& tree_;
  const EnsembleSettings& settings_;
  SessionId session_;
  std::span<const Identity> identities_;
  Stamp stamp_;
  std::vector<Change> changes_;
};

}  // namespace quorate
