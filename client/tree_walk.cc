#include "client/tree_walk.h"

#include <utility>

namespace quorate::client {

std::string child_path(const std::string& parent, const std::string& name) {
  return parent == "/" ? "/" + name : parent + "/" + name;
}

TreeWalk::TreeWalk(Client& client, std::string root, WalkOptions options)
    : client_(&client), root_(std::move(root)), options_(options) {}

Result<WalkedNode> TreeWalk::read_root() {
  WalkedNode node;
  node.path = root_;
  if (options_.with_data) {
    auto read = client_->get({.path = root_});
    if (!read.ok()) return read.error();
    node.stat = read->stat;
    node.data = std::move(read->data);
    return node;
  }
  auto stat = client_->exists({.path = root_});
  if (!stat.ok()) return stat.error();
  if (!*stat) return Error{ErrorCode::no_node, "no node " + root_};
  node.stat = **stat;
  return node;
}

void TreeWalk::leave_for(const WalkedNode& node) {
  enter_.reset();
  if (node.stat.num_children == 0 || node.depth >= options_.depth_max) return;
  ListChildren request;
  request.path = node.path;
  request.with_stat = true;
  request.with_data = options_.with_data;
  enter_.emplace(Level{node.path, ChildCursor(*client_, std::move(request))});
}

Result<std::optional<WalkedNode>> TreeWalk::next() {
  if (!started_) {
    started_ = true;
    auto root = read_root();
    if (!root.ok()) return root.error();
    leave_for(*root);
    return std::optional<WalkedNode>(std::move(*root));
  }
  if (enter_) levels_.push_back(std::move(*std::exchange(enter_, {})));
  while (!levels_.empty()) {
    Level& level = levels_.back();
    auto child = level.cursor.next();
    if (!child.ok()) {
      const ErrorCode code = child.code();
      if (code != ErrorCode::no_node && code != ErrorCode::no_auth) return child.error();
      if (code == ErrorCode::no_auth) ++denied_;
      levels_.pop_back();
      continue;
    }
    if (!*child) {
      levels_.pop_back();
      continue;
    }
    ListedChild& found = **child;
    WalkedNode node{child_path(level.path, found.name), levels_.size(), found.stat,
                    std::move(found.data), found.readable};
    leave_for(node);
    return std::optional<WalkedNode>(std::move(node));
  }
  return std::optional<WalkedNode>();
}

}  // namespace quorate::client
