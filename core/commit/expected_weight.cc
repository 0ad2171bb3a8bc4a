#include "core/commit/expected_weight.h"

#include <algorithm>
#include <variant>

namespace quorate {
namespace {

/// A child's name and what is written around it.
constexpr std::size_t usual_entry_bytes = 48;
constexpr std::size_t usual_stat_bytes = 120;

class Expected {
 public:
  Expected(const Tree& tree, const CommitLimits& limits) : tree_(tree), limits_(limits) {}

  std::size_t operator()(const GetData& get) const {
    const Znode* node = tree_.find(get.path);
    return node == nullptr ? 0 : tree_.data_of(*node).size();
  }
  std::size_t operator()(const GetChildren& get) const {
    return within_reply(children_of(get.path) * usual_entry_bytes);
  }
  std::size_t operator()(const ListChildren& list) const {
    std::size_t count = children_of(list.path);
    if (list.limit != 0) count = std::min<std::size_t>(count, list.limit);
    if (list.with_data && count > 0) return limits_.reply_bytes_max;
    return within_reply(count * (usual_entry_bytes + usual_stat_bytes));
  }
  std::size_t operator()(const MultiRead& reads) const {
    std::size_t bytes = 0;
    for (const MultiReadOp& op : reads.ops) bytes += usual_stat_bytes + std::visit(*this, op);
    return within_reply(bytes);
  }
  std::size_t operator()(const GetEphemerals&) const { return limits_.reply_bytes_max; }
  template <class Small>
  std::size_t operator()(const Small&) const {
    return 0;
  }

 private:
  [[nodiscard]] std::size_t children_of(std::string_view path) const {
    const Znode* node = tree_.find(path);
    return node == nullptr ? 0 : node->child_count();
  }
  [[nodiscard]] std::size_t within_reply(std::size_t bytes) const {
    return std::min(bytes, limits_.reply_bytes_max);
  }

  const Tree& tree_;
  const CommitLimits& limits_;
};

}  // namespace

std::size_t expected_weight(const Operation& operation, const Tree& tree,
                            const CommitLimits& limits) {
  return std::visit(Expected(tree, limits), operation);
}

}  // namespace quorate
