#include "client/tree_removal.h"

#include <utility>
#include <vector>

#include "client/child_cursor.h"
#include "client/tree_walk.h"

namespace quorate::client {
namespace {

/// Leaves deleted by one multi.
constexpr std::size_t batch_max = 500;
/// Passes over one node's children in which nothing could be deleted.
constexpr int idle_passes_max = 10;

class Removal {
 public:
  Removal(Client& client, const RemovalProgress& progress) : client_(client), progress_(progress) {}

  Status run(const std::string& root) {
    open_.push_back({root});
    while (!open_.empty()) {
      Branch& branch = open_.back();
      const Status whole = remove_whole(branch.path);
      if (whole.code() == ErrorCode::too_many_nodes) {
        branch.idle_passes = branch.removed_before == removed_ ? branch.idle_passes + 1 : 0;
        branch.removed_before = removed_;
        if (branch.idle_passes > idle_passes_max) {
          return {ErrorCode::not_empty, branch.path + ": children are created as fast as they go"};
        }
        // Its branches go on top of it; it is tried again after them.
        const std::string path = branch.path;
        if (Status cut = cut_branch(path); !cut.ok()) return cut;
        continue;
      }
      const bool gone = whole.code() == ErrorCode::no_node && open_.size() > 1;
      if (!whole.ok() && !gone) return whole;
      open_.pop_back();
    }
    return {};
  }

  [[nodiscard]] std::uint64_t removed() const { return removed_; }

 private:
  struct Branch {
    std::string path;
    std::uint64_t removed_before = 0;
    int idle_passes = 0;
  };

  Status report() {
    if (!progress_ || progress_(removed_)) return {};
    return {ErrorCode::operation_timeout,
            "stopped after " + std::to_string(removed_) + " nodes were deleted"};
  }

  Status remove_whole(const std::string& path) {
    auto count = client_.remove_tree(DeleteTree{path, 0});
    if (!count.ok()) return count.error();
    removed_ += *count;
    return report();
  }

  /// Deletes leaves right below `path`; the branches found meanwhile go on the stack.
  Status cut_branch(const std::string& path) {
    ListChildren request;
    request.path = path;
    request.with_stat = true;
    ChildCursor cursor(client_, std::move(request));
    std::vector<std::string> leaves;
    std::vector<Branch> branches;
    while (branches.size() < batch_max) {
      auto child = cursor.next();
      if (!child.ok()) return child.error();
      if (!*child) break;
      std::string below = child_path(path, (*child)->name);
      if ((*child)->stat.num_children > 0) {
        branches.push_back({std::move(below)});
        continue;
      }
      leaves.push_back(std::move(below));
      if (leaves.size() < batch_max) continue;
      if (Status removed = remove_leaves(leaves); !removed.ok()) return removed;
    }
    for (Branch& branch : branches) open_.push_back(std::move(branch));
    return remove_leaves(leaves);
  }

  Status remove_leaves(std::vector<std::string>& leaves) {
    if (leaves.empty()) return {};
    Multi multi;
    for (const std::string& leaf : leaves) multi.ops.emplace_back(Delete{leaf, any_version});
    const auto together = client_.multi(std::move(multi));
    if (together.ok()) {
      removed_ += leaves.size();
      leaves.clear();
      return report();
    }
    if (together.code() != ErrorCode::no_node && together.code() != ErrorCode::not_empty) {
      return together.error();
    }
    // Somebody else is at work here: one by one, and what has children now is met again.
    for (const std::string& leaf : leaves) {
      const auto one = client_.remove({.path = leaf});
      if (one.ok()) ++removed_;
      if (!one.ok() && one.code() != ErrorCode::no_node && one.code() != ErrorCode::not_empty) {
        return one.error();
      }
    }
    leaves.clear();
    return report();
  }

  Client& client_;
  const RemovalProgress& progress_;
  std::vector<Branch> open_;  ///< From the root to what is being deleted.
  std::uint64_t removed_ = 0;
};

}  // namespace

Result<std::uint64_t> remove_tree(Client& client, const std::string& path,
                                  const RemovalProgress& progress) {
  Removal removal(client, progress);
  if (Status done = removal.run(path); !done.ok()) return done.error();
  return removal.removed();
}

}  // namespace quorate::client
