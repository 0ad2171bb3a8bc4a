// Questions about one node and its children.
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "core/inquiry/inquiring.h"
#include "core/inquiry/tree_reads.h"

namespace quorate {
namespace {

/// Children that one step shows.
constexpr std::size_t children_per_step = 100;
/// Bytes of names on a page.
constexpr std::size_t page_bytes_max = std::size_t{1} << 20;

class NodeReading final : public Inquiring {
 public:
  explicit NodeReading(NodeInquiry asked) : asked_(std::move(asked)) {}

  bool go_on(CommitMachine& machine) override {
    const Tree& tree = machine.state().tree();
    const Znode* node = tree.find(asked_.path);
    if (node == nullptr) {
      answer_.body = Error{ErrorCode::no_node, "there is no node " + asked_.path};
      return false;
    }
    NodeAnswer shown;
    shown.stat = stat_of(tree, *node);
    shown.acl = masked(*tree.acl_of(*node));
    shown.is_readable = is_readable(machine.state(), *node, asked_.identities);
    if (shown.is_readable) shown.data = tree.data_of(*node);
    if (const auto quota = tree.quotas().of(asked_.path)) {
      const std::string path(quota->path);
      shown.quota = NodeQuota{path, quota->limits, tree.usage_of(path)};
    }
    for (const WatchKind kind : {WatchKind::data, WatchKind::persistent, WatchKind::recursive})
      shown.watchers += machine.watches().watchers_of(kind, asked_.path).size();
    answer_.body = std::move(shown);
    return false;
  }

  StateAnswer take(const CommitMachine& machine) override {
    answer_.applied = machine.state().last_applied();
    return std::move(answer_);
  }

 private:
  NodeInquiry asked_;
  StateAnswer answer_;
};

class ChildrenReading final : public Inquiring {
 public:
  explicit ChildrenReading(ChildrenInquiry asked) : asked_(std::move(asked)) {
    asked_.limit = std::clamp<std::size_t>(asked_.limit, 1, page_limit_max);
  }

  bool go_on(CommitMachine& machine) override {
    const Result<const Znode*> parent =
        find_listable(machine.state(), asked_.path, asked_.identities);
    if (!parent.ok()) {
      failed_ = parent.error();
      return false;
    }
    page_.total = (*parent)->child_count();
    ChildList::Cursor cursor = children_after(**parent, asked_.after);
    for (std::size_t i = 0; i < children_per_step; ++i) {
      const Znode* child = cursor.next();
      if (child == nullptr) return false;
      if (page_.children.size() == asked_.limit || bytes_ > page_bytes_max) {
        page_.has_more = true;
        return false;
      }
      bytes_ += child->name().size();
      page_.children.emplace_back(child->name(), stat_of(machine.state().tree(), *child));
    }
    asked_.after = page_.children.back().first;
    return true;
  }

  StateAnswer take(const CommitMachine& machine) override {
    if (failed_) return {machine.state().last_applied(), *std::move(failed_)};
    return {machine.state().last_applied(), std::move(page_)};
  }

 private:
  ChildrenInquiry asked_;
  ChildrenAnswer page_;
  std::size_t bytes_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

std::unique_ptr<Inquiring> begin_inquiry_of(const NodeInquiry& asked) {
  return std::make_unique<NodeReading>(asked);
}

std::unique_ptr<Inquiring> begin_inquiry_of(const ChildrenInquiry& asked) {
  return std::make_unique<ChildrenReading>(asked);
}

}  // namespace quorate
