// What questions about the tree have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/inquiry/state_answer.h"
#include "core/tree/state.h"

namespace quorate {

[[nodiscard]] inline NodeStat stat_of(const Tree& tree, const Znode& node) {
  return {tree.stat_of(node), node.kind()};
}

/// As for clients.
[[nodiscard]] inline bool is_readable(const State& state, const Znode& node,
                                      std::span<const Identity> identities) {
  return state.settings().skip_acl || state.tree().is_allowed(node, perms::read, identities);
}

/// The node whose children may be named: as with getChildren, it takes READ.
[[nodiscard]] inline Result<const Znode*> find_listable(const State& state, std::string_view path,
                                                        std::span<const Identity> identities) {
  const Znode* node = state.tree().find(path);
  if (node == nullptr) return {ErrorCode::no_node, "there is no node " + std::string(path)};
  if (is_readable(state, *node, identities)) return node;
  return {ErrorCode::no_auth, "the identity may not list the children of " + std::string(path)};
}

/// From the first child whose name is greater than `name`; from the first one for "".
[[nodiscard]] inline ChildList::Cursor children_after(const Znode& node, std::string_view name) {
  static const ChildList none;
  const ChildList& children = node.family() == nullptr ? none : node.family()->children;
  return name.empty() ? children.begin() : children.after(name);
}

}  // namespace quorate
