// What must hold of a tree between two txns, looked at from the outside: slow, for tests and for
// the verification of images.
#include <map>

#include "core/base/check.h"
#include "core/tree/digest.h"
#include "core/tree/path.h"
#include "core/tree/tree.h"

namespace quorate {

void Tree::check_invariants() const {
  check(steps_.empty(), "invariants hold between two txns");
  for (const std::string_view path : reserved::all) {
    check(find(path) != nullptr, "the reserved znodes exist");
  }
  const std::vector<const Znode*> nodes = subtree(*root_);
  check(nodes.size() == size(), "every znode is reachable and in the table, once");
  std::uint64_t sum = 0;
  for (const Znode* node : nodes) {
    const std::string path = node->path();
    check_node(*node, path);
    const PathDigest at(path);
    sum += stat_digest_of(*node, at) + data_digest(*node, at);
  }
  check(sum == digest_ && sum == digest_committed_, "the incremental digest is that of the tree");
  check_tables(nodes);
}

void Tree::check_node(const Znode& node, std::string_view path) const {
  check(find(path) == &node, "a znode is found at its path");
  check(path::validate(path).ok(), "a znode's path is valid");
  const bool reapable = reapable_after(node).has_value() || unused_since(node).has_value();
  check(reapable_.contains(&node) == reapable, "what may be reaped is indexed");
  const Family* family = node.family();
  if (family == nullptr) return;
  family->children.check_invariants();
  std::uint64_t descendants = 0;
  std::uint64_t bytes = 0;
  ChildList::Cursor cursor = family->children.begin();
  while (const Znode* child = cursor.next()) {
    check(child->parent == &node, "a child knows its parent");
    descendants += child->descendants() + 1;
    bytes += child->subtree_bytes();
  }
  check(descendants == family->descendants, "descendants are counted");
  check(bytes == family->descendant_bytes, "the bytes of descendants are counted");
  check(node.kind() != NodeKind::ephemeral || family->children.empty(),
        "an ephemeral has no children");
}

void Tree::check_tables(std::span<const Znode* const> nodes) const {
  std::map<std::uint32_t, std::uint64_t> acl_uses;
  std::size_t ephemerals = 0;
  std::size_t reapable = 0;
  std::size_t quotas = 0;
  for (const Znode* node : nodes) {
    ++acl_uses[node->acl];
    if (reapable_.contains(node)) ++reapable;
    if (node->kind() == NodeKind::ephemeral) {
      ++ephemerals;
      const auto owned = ephemerals_.find(node->owner());
      check(owned != ephemerals_.end() &&
                owned->second.contains(const_cast<Znode*>(node)),  // A key, not changed.
            "a session's ephemerals are known");
    }
    const std::string path = node->path();
    const std::string_view limited = limited_by(path);
    if (limited.empty()) continue;
    ++quotas;
    const auto quota = quotas_.all().find(limited);
    check(quota != quotas_.all().end() && quota->second == parse_quota(node->data.text()),
          "the quotas in force are those of the znodes");
  }
  check(ephemerals == ephemeral_count_, "ephemerals are counted");
  std::size_t owned = 0;
  for (const auto& [session, set] : ephemerals_) owned += set.size();
  check(owned == ephemerals, "no session owns what is not there");
  check(reapable == reapable_.size(), "nothing else is reaped");
  check(quotas == quotas_.all().size(), "no quota is in force without its znode");
  check(acl_uses.size() == acls_.size(), "ACLs live as long as they are used");
  for (const auto& [id, uses] : acl_uses) check(acls_.uses(id) == uses, "ACL uses are counted");
}

}  // namespace quorate
