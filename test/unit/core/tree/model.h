// The rules of apply once more, as simply as they can be said: a map from paths to nodes, copied
// for every txn. What State does with tables, journals and counts must look like this.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "core/tree/path.h"
#include "core/tree/state.h"

namespace quorate::test {

struct ModelNode {
  Stat stat;
  std::int64_t created = 0;
  std::string data;
  Acl acl;
  NodeKind kind = NodeKind::persistent;
  SessionId owner;
  std::int64_t ttl_ms = 0;
};

class Model {
 public:
  Model() {
    for (const std::string_view path : reserved::all) {
      ModelNode node;
      node.acl = open_acl();
      nodes_[std::string(path)] = node;
    }
    nodes_["/zookeeper/config"].acl = {AclEntry{perms::read, "world", "anyone"}};
    nodes_["/zookeeper/config"].stat.version = -1;
    nodes_["/zookeeper"].stat.cversion = -2;
    nodes_["/"].stat.cversion = -1;
  }

  ErrorCode apply(const Txn& txn) {
    txn_ = &txn;
    const auto nodes = nodes_;
    const ErrorCode error = std::visit(*this, txn.submission.body);
    if (error != ErrorCode::ok) nodes_ = nodes;
    return error;
  }

  /// Every node with its Stat as clients see it, by path.
  [[nodiscard]] std::map<std::string, ModelNode> nodes() const {
    auto nodes = nodes_;
    for (auto& [path, node] : nodes) {
      node.stat.data_length = static_cast<std::uint32_t>(node.data.size());
      node.stat.num_children = static_cast<std::uint32_t>(children(path));
      node.stat.ephemeral_owner = node.owner;
    }
    return nodes;
  }
  [[nodiscard]] const std::map<SessionId, Origin>& sessions() const { return sessions_; }
  [[nodiscard]] const std::map<std::string, ModelNode>& raw() const { return nodes_; }

  ErrorCode operator()(const RefusedWrite& refused) { return refused.error; }
  ErrorCode operator()(const SetSettings& set) {
    settings_ = set.settings;
    return ErrorCode::ok;
  }
  ErrorCode operator()(const CreateSession&) {
    if (!sessions_.emplace(session(), txn_->submission.origin).second) {
      return ErrorCode::bad_arguments;
    }
    return ErrorCode::ok;
  }
  ErrorCode operator()(const AttachSession&) {
    if (!sessions_.contains(session())) return ErrorCode::session_expired;
    sessions_[session()] = txn_->submission.origin;
    return ErrorCode::ok;
  }
  ErrorCode operator()(const CloseSession&) {
    if (const ErrorCode error = session_error(); error != ErrorCode::ok) return error;
    return (*this)(ExpireSession{});
  }
  ErrorCode operator()(const ExpireSession&) {
    if (sessions_.erase(session()) == 0) return ErrorCode::session_expired;
    std::vector<std::string> owned;
    for (const auto& [path, node] : nodes_) {
      if (node.owner == session()) owned.push_back(path);
    }
    for (const std::string& path : owned) erase(path);
    return ErrorCode::ok;
  }
  ErrorCode operator()(const Reap& reap) {
    const auto node = nodes_.find(reap.path);
    if (node == nodes_.end()) return ErrorCode::no_node;
    if (children(reap.path) != 0) return ErrorCode::not_empty;
    const bool is_container = node->second.kind == NodeKind::container;
    const bool is_young = txn_->time_ms - node->second.stat.mtime_ms < 1'000;
    const bool is_stale_container = is_container && (node->second.created > 0 || !is_young);
    const bool has_lapsed = node->second.kind == NodeKind::ttl &&
                            txn_->time_ms - node->second.stat.mtime_ms > node->second.ttl_ms;
    if (!is_stale_container && !has_lapsed) return ErrorCode::bad_version;
    erase(reap.path);
    return ErrorCode::ok;
  }
  ErrorCode operator()(const Multi& multi) {
    if (const ErrorCode error = session_error(); error != ErrorCode::ok) return error;
    for (const MultiOp& op : multi.ops) {
      const ErrorCode error = std::visit(*this, op);
      if (error != ErrorCode::ok) return error;
    }
    return ErrorCode::ok;
  }
  ErrorCode operator()(const RefusedOp& refused) { return refused.error; }

  ErrorCode operator()(const Create& create) {
    if (const ErrorCode error = session_error(); error != ErrorCode::ok) return error;
    const std::string above = parent_of(create.path);
    if (!nodes_.contains(above)) return ErrorCode::no_node;
    if (!may(above, perms::create)) return ErrorCode::no_auth;
    std::string path = create.path;
    if (is_sequential(create.mode)) {
      std::array<char, 32> number{};
      std::snprintf(number.data(), number.size(), "%010lld",
                    static_cast<long long>(nodes_[above].created));
      path += number.data();
    }
    if (nodes_.contains(path)) {
      if (!create.if_absent) return ErrorCode::node_exists;
      return may(path, perms::read) ? ErrorCode::ok : ErrorCode::no_auth;
    }
    if (nodes_[above].kind == NodeKind::ephemeral) return ErrorCode::no_children_for_ephemerals;
    if (exceeds_quota(path, 1, create.data.size())) return ErrorCode::quota_exceeded;
    insert(path, above, create);
    return ErrorCode::ok;
  }
  ErrorCode operator()(const Delete& remove) {
    if (const ErrorCode error = deletable(remove.path); error != ErrorCode::ok) return error;
    const std::int32_t version = nodes_[remove.path].stat.version;
    if (remove.version != any_version && remove.version != version) return ErrorCode::bad_version;
    if (children(remove.path) != 0) return ErrorCode::not_empty;
    erase(remove.path);
    return ErrorCode::ok;
  }
  ErrorCode operator()(const DeleteTree& remove) {
    if (const ErrorCode error = deletable(remove.path); error != ErrorCode::ok) return error;
    std::vector<std::string> doomed;
    for (const auto& [path, node] : nodes_) {
      if (path::is_within(path, remove.path)) doomed.push_back(path);
    }
    if (doomed.size() > remove.limit) return ErrorCode::too_many_nodes;
    for (const std::string& path : doomed) {
      if (children(path) != 0 && !may(path, perms::remove)) return ErrorCode::no_auth;
    }
    std::reverse(doomed.begin(), doomed.end());
    for (const std::string& path : doomed) erase(path);
    return ErrorCode::ok;
  }
  ErrorCode operator()(const SetData& set) {
    if (const ErrorCode error = session_error(); error != ErrorCode::ok) return error;
    const auto found = nodes_.find(set.path);
    if (found == nodes_.end()) return ErrorCode::no_node;
    if (!may(set.path, perms::write)) return ErrorCode::no_auth;
    ModelNode& node = found->second;
    if (set.data.size() > node.data.size() &&
        exceeds_quota(set.path, 0, set.data.size() - node.data.size())) {
      return ErrorCode::quota_exceeded;
    }
    if (set.version != any_version && set.version != node.stat.version) {
      return ErrorCode::bad_version;
    }
    node.data = set.data.text();
    if (set.path != reserved::config) ++node.stat.version;
    node.stat.mzxid = txn_->zxid;
    node.stat.mtime_ms = txn_->time_ms;
    return ErrorCode::ok;
  }
  ErrorCode operator()(const SetAcl& set) {
    if (const ErrorCode error = session_error(); error != ErrorCode::ok) return error;
    const auto found = nodes_.find(set.path);
    if (found == nodes_.end()) return ErrorCode::no_node;
    if (!may(set.path, perms::admin)) return ErrorCode::no_auth;
    Stat& stat = found->second.stat;
    if (set.version != any_version && set.version != stat.aversion) return ErrorCode::bad_version;
    found->second.acl = set.acl;
    ++stat.aversion;
    return ErrorCode::ok;
  }
  ErrorCode operator()(const Check& condition) {
    const auto found = nodes_.find(condition.path);
    if (condition.absent) {
      return found == nodes_.end() ? ErrorCode::ok : ErrorCode::node_exists;
    }
    if (found == nodes_.end()) return ErrorCode::no_node;
    if (!may(condition.path, perms::read)) return ErrorCode::no_auth;
    const std::int32_t version = found->second.stat.version;
    const bool matches = condition.version == any_version || condition.version == version;
    return matches ? ErrorCode::ok : ErrorCode::bad_version;
  }

 private:
  static std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
  }
  [[nodiscard]] SessionId session() const { return txn_->submission.session; }
  [[nodiscard]] ErrorCode session_error() const {
    const auto found = sessions_.find(session());
    if (found == sessions_.end()) return ErrorCode::session_expired;
    const bool is_owner = found->second == txn_->submission.origin;
    return is_owner ? ErrorCode::ok : ErrorCode::session_moved;
  }
  [[nodiscard]] bool may(const std::string& path, std::uint32_t wanted) const {
    return settings_.skip_acl ||
           is_allowed(nodes_.at(path).acl, wanted, txn_->submission.identities);
  }
  [[nodiscard]] std::size_t children(const std::string& path) const {
    std::size_t count = 0;
    for (const auto& [other, node] : nodes_) {
      if (other != "/" && parent_of(other) == path) ++count;
    }
    return count;
  }
  [[nodiscard]] ErrorCode deletable(const std::string& path) const {
    if (const ErrorCode error = session_error(); error != ErrorCode::ok) return error;
    if (is_reserved(path)) return ErrorCode::bad_arguments;
    const std::string above = parent_of(path);
    if (!nodes_.contains(above)) return ErrorCode::no_node;
    if (!may(above, perms::remove)) return ErrorCode::no_auth;
    return nodes_.contains(path) ? ErrorCode::ok : ErrorCode::no_node;
  }
  [[nodiscard]] bool exceeds_quota(const std::string& path, std::size_t count,
                                   std::size_t bytes) const {
    if (!settings_.enforce_quota) return false;
    for (std::string top = path; top != "/"; top = parent_of(top)) {
      const auto found = nodes_.find("/zookeeper/quota" + top + "/zookeeper_limits");
      if (found == nodes_.end() || path::is_within(top, "/zookeeper")) continue;
      const QuotaLimits limits = parse_quota(found->second.data);
      std::size_t used = count;
      std::size_t used_bytes = bytes;
      for (const auto& [other, node] : nodes_) {
        if (!path::is_within(other, top)) continue;
        ++used;
        used_bytes += node.data.size();
      }
      const auto above = [](std::int64_t limit, std::size_t sum) {
        return limit >= 0 && sum > static_cast<std::size_t>(limit);
      };
      return (count > 0 && above(limits.count_hard, used)) ||
             (bytes > 0 && above(limits.bytes_hard, used_bytes));
    }
    return false;
  }
  void insert(const std::string& path, const std::string& above, const Create& create) {
    ModelNode node;
    node.data = create.data.text();
    node.acl = create.acl;
    node.ttl_ms = create.ttl_ms;
    if (is_ephemeral(create.mode)) node.owner = session();
    if (is_ephemeral(create.mode)) node.kind = NodeKind::ephemeral;
    if (create.mode == CreateMode::container) node.kind = NodeKind::container;
    if (has_ttl(create.mode)) node.kind = NodeKind::ttl;
    node.stat.czxid = node.stat.mzxid = node.stat.pzxid = txn_->zxid;
    node.stat.ctime_ms = node.stat.mtime_ms = txn_->time_ms;
    nodes_[path] = node;
    ++nodes_[above].created;
    ++nodes_[above].stat.cversion;
    nodes_[above].stat.pzxid = txn_->zxid;
  }
  void erase(const std::string& path) {
    nodes_.erase(path);
    ++nodes_[parent_of(path)].stat.cversion;
    nodes_[parent_of(path)].stat.pzxid = txn_->zxid;
  }

  std::map<std::string, ModelNode> nodes_;
  std::map<SessionId, Origin> sessions_;
  EnsembleSettings settings_;
  const Txn* txn_ = nullptr;
};

}  // namespace quorate::test
