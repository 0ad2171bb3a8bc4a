// The end of a txn: its steps settle into the indexes that only follow committed changes, or are
// undone in reverse order.
#include "core/base/check.h"
#include "core/tree/tree.h"

namespace quorate {
namespace {

/// Steps that the journal keeps memory for; a recursive delete may have needed many more.
constexpr std::size_t steps_kept = 4096;

}  // namespace

void Tree::commit() {
  for (const Step& step : steps_) {
    std::visit([this](const auto& s) { settle(s); }, step);
  }
  // Only now: later steps walked up through znodes that earlier ones had removed.
  for (const Step& step : steps_) {
    const auto* removed = std::get_if<Removed>(&step);
    if (removed == nullptr) continue;
    acls_.release(removed->node->acl);
    Znode::destroy(removed->node);
  }
  steps_.clear();
  if (steps_.capacity() > steps_kept) steps_.shrink_to_fit();
  digest_committed_ = digest_;
}

void Tree::settle(const Created& step) {
  unsealed_.created(step.node);
  unsealed_.stat_changed(step.node->parent);
  reapable_.refresh(step.node);
  reapable_.refresh(step.node->parent);
}

void Tree::settle(const Removed& step) {
  unsealed_.removed(step.node);
  unsealed_.stat_changed(step.node->parent);
  reapable_.forget(step.node);
  reapable_.refresh(step.node->parent);
}

void Tree::settle(const DataSet& step) {
  unsealed_.data_changed(step.node);
  reapable_.refresh(step.node);
}

void Tree::settle(const AclSet& step) {
  unsealed_.stat_changed(step.node);
  acls_.release(step.acl);
}

void Tree::rollback() {
  while (!steps_.empty()) {
    const Step step = std::move(steps_.back());
    steps_.pop_back();
    std::visit([this](const auto& s) { undo(s); }, step);
  }
  digest_ = digest_committed_;
}

void Tree::restore(Znode& parent, const FamilyBefore& former) {
  if (!former.existed) {
    parent.drop_family();
    return;
  }
  Family& family = *parent.family();
  family.pzxid = former.pzxid;
  family.created = former.created;
  family.deleted = former.deleted;
}

void Tree::undo(const Created& step) {
  Znode& parent = *step.node->parent;
  const std::string path = step.node->path();
  unlink(*step.node, path);
  refresh_quota(*step.node, path);
  acls_.release(step.node->acl);
  Znode::destroy(step.node);
  restore(parent, step.parent);
}

void Tree::undo(const Removed& step) {
  const std::string path = step.node->path();
  link(*step.node, path);
  refresh_quota(*step.node, path);
  restore(*step.node->parent, step.parent);
}

void Tree::undo(const DataSet& step) {
  Znode& node = *step.node;
  add_to_ancestors(node, 0, std::uint64_t{step.data.size()} - node.data.size());
  node.data = step.data;
  node.mzxid = step.mzxid;
  node.mtime_ms = step.mtime_ms;
  node.version = step.version;
  refresh_quota(node, node.path());
}

void Tree::undo(const AclSet& step) {
  Znode& node = *step.node;
  acls_.release(node.acl);
  node.acl = step.acl;
  node.family()->aversion = step.aversion;
  if (!step.had_family) node.drop_family();
}

}  // namespace quorate
