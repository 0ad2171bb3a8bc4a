#include "core/tree/tree.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/tree/digest.h"
#include "core/tree/path.h"

namespace quorate {
namespace {

const Acl& read_only_acl() {
  static const Acl acl{AclEntry{perms::read, "world", "anyone"}};
  return acl;
}

constexpr std::string_view limits_name = "zookeeper_limits";
constexpr std::string_view stats_name = "zookeeper_stats";

}  // namespace

bool is_reserved(std::string_view path) {
  return std::find(reserved::all.begin(), reserved::all.end(), path) != reserved::all.end();
}

Tree::Tree(std::uint64_t table_seed) : table_(table_seed) { plant_reserved(); }

/// They were never created by a txn: no zxid, no time, and no parent counts them.
void Tree::plant_reserved() {
  for (const std::string_view path : reserved::all) {
    Znode* parent = path == reserved::root ? nullptr : find(path::parent(path));
    const std::string_view name = parent == nullptr ? std::string_view{} : path::name(path);
    Znode* node = Znode::make(parent, name, NodeKind::persistent);
    const bool is_config = path == reserved::config;
    node->acl = acls_.acquire(is_config ? read_only_acl() : open_acl());
    if (is_config) node->version = -1;  // As reconfiguration leaves it, always.
    if (parent == nullptr) {
      root_.reset(node);
    } else {
      parent->ensure_family();
      link(*node, path);
    }
    digest_ += stat_digest_of(*node, PathDigest(path));
    unsealed_.created(node);
  }
  digest_committed_ = digest_;
}

void Tree::DestroySubtree::operator()(Znode* top) const {
  for (const Znode* node : subtree(*top)) Znode::destroy(const_cast<Znode*>(node));
}

const Znode* Tree::find(std::string_view path) const {
  return path == reserved::root ? root_.get() : table_.find(path);
}

Znode* Tree::find(std::string_view path) {
  return path == reserved::root ? root_.get() : table_.find(path);
}

std::vector<const Znode*> Tree::subtree(const Znode& top) {
  std::vector<const Znode*> nodes{&top};
  nodes.reserve(top.descendants() + 1);
  std::vector<ChildList::Cursor> open;
  if (top.family() != nullptr) open.push_back(top.family()->children.begin());
  while (!open.empty()) {
    const Znode* child = open.back().next();
    if (child == nullptr) {
      open.pop_back();
      continue;
    }
    nodes.push_back(child);
    if (child->child_count() != 0) open.push_back(child->family()->children.begin());
  }
  return nodes;
}

std::uint64_t Tree::stat_digest_of(const Znode& node, PathDigest path) const {
  return stat_digest(node, path, acls_.digest(node.acl));
}

void Tree::add_to_ancestors(const Znode& node, std::uint64_t count, std::uint64_t bytes) {
  for (Znode* above = node.parent; above != nullptr; above = above->parent) {
    above->family()->descendants += count;
    above->family()->descendant_bytes += bytes;
  }
}

/// Makes the node findable and countable. Counters, pzxid and digest are the caller's.
void Tree::link(Znode& node, std::string_view path) {
  table_.insert(path, &node);
  link_to_parent(node);
}

void Tree::link_later(Znode& node, std::string_view path) {
  table_.insert_later(path, &node);
  link_to_parent(node);
}

void Tree::link_to_parent(Znode& node) {
  node.parent->family()->children.insert(&node);
  add_to_ancestors(node, node.descendants() + 1, node.subtree_bytes());
  if (node.kind() == NodeKind::ephemeral) {
    ephemerals_[node.owner()].insert(&node);
    ++ephemeral_count_;
  }
}

void Tree::unlink(Znode& node, std::string_view path) {
  if (node.kind() == NodeKind::ephemeral) {
    const auto owned = ephemerals_.find(node.owner());
    owned->second.erase(&node);
    if (owned->second.empty()) ephemerals_.erase(owned);
    --ephemeral_count_;
  }
  table_.erase(path, &node);
  add_to_ancestors(node, 0 - (node.descendants() + 1), 0 - node.subtree_bytes());
  node.parent->family()->children.erase(&node);
}

Tree::FamilyBefore Tree::before(const Znode& parent) {
  const Family* family = parent.family();
  if (family == nullptr) return {};
  return {true, family->pzxid, family->created, family->deleted};
}

Znode& Tree::create(Znode& parent, std::string_view path, const NewNode& spec, Stamp stamp) {
  seal_before_change(parent);
  const PathDigest at(path);
  const PathDigest above(path::parent(path));
  digest_ -= stat_digest_of(parent, above);
  Znode* node = Znode::make(&parent, path::name(path), spec.kind);
  steps_.emplace_back(Created{node, before(parent)});
  node->data = spec.data;
  node->czxid = node->mzxid = stamp.zxid;
  node->ctime_ms = node->mtime_ms = stamp.time_ms;
  node->acl = acls_.acquire(spec.acl);
  if (spec.kind == NodeKind::ephemeral) node->set_owner(spec.owner);
  if (spec.kind == NodeKind::ttl) node->ensure_family().ttl_ms = spec.ttl_ms;

  Family& family = parent.ensure_family();
  link(*node, path);
  ++family.created;
  family.pzxid = stamp.zxid;
  digest_ += stat_digest_of(parent, above);
  digest_ += stat_digest_of(*node, at) + data_digest(*node, at);
  refresh_quota(*node, path);
  return *node;
}

void Tree::remove(Znode& node, std::string_view path, Stamp stamp) {
  check(node.child_count() == 0, "a znode with children is not removed");
  check(!is_reserved(path), "a reserved znode is not removed");
  Znode& parent = *node.parent;
  seal_before_change(node);
  seal_before_change(parent);
  const PathDigest at(path);
  const PathDigest above(path::parent(path));
  digest_ -= stat_digest_of(parent, above);
  digest_ -= stat_digest_of(node, at) + data_digest(node, at);
  steps_.emplace_back(Removed{&node, before(parent)});
  unlink(node, path);
  ++parent.family()->deleted;
  parent.family()->pzxid = stamp.zxid;
  digest_ += stat_digest_of(parent, above);
  refresh_quota(node, path);
}

void Tree::set_data(Znode& node, std::string_view path, const Blob& data, Stamp stamp) {
  seal_before_change(node);
  const PathDigest at(path);
  digest_ -= stat_digest_of(node, at) + data_digest(node, at);
  steps_.emplace_back(DataSet{&node, node.data, node.mzxid, node.mtime_ms, node.version});
  if (data.size() != node.data.size()) {
    add_to_ancestors(node, 0, std::uint64_t{data.size()} - node.data.size());
  }
  node.data = data;
  node.mzxid = stamp.zxid;
  node.mtime_ms = stamp.time_ms;
  if (path != reserved::config) node.version = next_version(node.version);
  digest_ += stat_digest_of(node, at) + data_digest(node, at);
  refresh_quota(node, path);
}

void Tree::set_acl(Znode& node, std::string_view path, const Acl& acl) {
  seal_before_change(node);
  const PathDigest at(path);
  digest_ -= stat_digest_of(node, at);
  steps_.emplace_back(AclSet{&node, node.acl, node.aversion(), node.family() != nullptr});
  node.acl = acls_.acquire(acl);
  Family& family = node.ensure_family();
  family.aversion = next_version(family.aversion);
  digest_ += stat_digest_of(node, at);
}

void Tree::refresh_quota(const Znode& node, std::string_view path) {
  if (node.name() != limits_name) return;
  const std::string_view limited = limited_by(path);
  if (limited.empty()) return;
  const Znode* limits = find(path);
  if (limits == nullptr) {
    quotas_.erase(limited);
  } else {
    quotas_.set(limited, parse_quota(limits->data.text()));
  }
}

QuotaUsage Tree::usage_of(std::string_view path) const {
  const Znode* node = find(path);
  if (node == nullptr) return {};
  return {node->descendants() + 1, node->subtree_bytes()};
}

std::optional<std::string> Tree::usage_text(const Znode& node) const {
  if (quotas_.all().empty() || node.name() != stats_name) return std::nullopt;
  const std::string path = node.path();
  const std::string_view counted = counted_by(path);
  if (counted.empty() || !quotas_.contains(counted)) return std::nullopt;
  return to_string(usage_of(counted));
}

Blob Tree::data_of(const Znode& node) const {
  const std::optional<std::string> usage = usage_text(node);
  return usage ? Blob(std::string_view(*usage)) : node.data;
}

Stat Tree::stat_of(const Znode& node) const {
  Stat stat = node.stat();
  const std::optional<std::string> usage = usage_text(node);
  if (usage) stat.data_length = static_cast<std::uint32_t>(usage->size());
  return stat;
}

std::vector<std::string> Tree::ephemerals_of(SessionId session) const {
  constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  return std::move(*ephemerals_of(session, {}, 0, unlimited));
}

std::optional<std::vector<std::string>> Tree::ephemerals_of(SessionId session,
                                                            std::string_view prefix,
                                                            std::size_t entry_bytes,
                                                            std::size_t bytes_max) const {
  std::vector<std::string> paths;
  const auto owned = ephemerals_.find(session);
  if (owned == ephemerals_.end()) return paths;
  std::string path;
  for (const Znode* node : owned->second) {
    node->path_to(path);
    if (!path.starts_with(prefix)) continue;
    const std::size_t bytes = entry_bytes + path.size();
    if (bytes > bytes_max) return std::nullopt;
    bytes_max -= bytes;
    paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> Tree::some_ephemerals_of(SessionId session, std::size_t most,
                                                  std::size_t bytes_max) const {
  std::vector<std::string> paths;
  const auto owned = ephemerals_.find(session);
  if (owned == ephemerals_.end()) return paths;
  for (const Znode* node : owned->second) {
    if (paths.size() == most) break;
    std::string path = node->path();
    if (path.size() > bytes_max) break;
    bytes_max -= path.size();
    paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::size_t Tree::ephemeral_count_of(SessionId session) const {
  const auto owned = ephemerals_.find(session);
  return owned == ephemerals_.end() ? 0 : owned->second.size();
}

std::vector<SessionId> Tree::ephemeral_owners() const {
  std::vector<SessionId> owners;
  owners.reserve(ephemerals_.size());
  for (const auto& [owner, nodes] : ephemerals_) owners.push_back(owner);
  std::sort(owners.begin(), owners.end());
  return owners;
}

}  // namespace quorate
