#include "core/tree/reap_index.h"

#include <limits>
#include <tuple>

namespace quorate {
namespace {

/// Never overflows: the clock behind a stamp is not ours to trust.
std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::numeric_limits<std::int64_t>::max();
  return sum;
}

}  // namespace

std::optional<std::int64_t> reapable_after(const Znode& node) {
  if (node.child_count() != 0) return std::nullopt;
  switch (node.kind()) {
    case NodeKind::container:
      if (node.children_created() == 0) return std::nullopt;
      return -1;
    case NodeKind::ttl:
      return saturated_sum(node.mtime_ms, node.ttl_ms());
    case NodeKind::persistent:
    case NodeKind::ephemeral:
      break;
  }
  return std::nullopt;
}

bool ReapIndex::Entry::operator<(const Entry& other) const {
  if (after_ms != other.after_ms || czxid != other.czxid) {
    return std::tie(after_ms, czxid) < std::tie(other.after_ms, other.czxid);
  }
  return node != other.node && node->path() < other.node->path();
}

void ReapIndex::refresh(const Znode* node) {
  if (node->kind() != NodeKind::container && node->kind() != NodeKind::ttl) return;
  const auto known = entries_of_.find(node);
  const std::optional<std::int64_t> after = reapable_after(*node);
  if (known != entries_of_.end()) {
    if (after == known->second->after_ms) return;
    entries_.erase(known->second);
    entries_of_.erase(known);
  }
  if (after) entries_of_.emplace(node, entries_.insert(Entry{*after, node->czxid, node}).first);
}

void ReapIndex::forget(const Znode* node) {
  const auto known = entries_of_.find(node);
  if (known == entries_of_.end()) return;
  entries_.erase(known->second);
  entries_of_.erase(known);
}

std::vector<std::string> ReapIndex::due(std::int64_t now_ms, std::size_t most) const {
  std::vector<std::string> paths;
  for (const Entry& entry : entries_) {
    if (entry.after_ms >= now_ms || paths.size() == most) break;
    paths.push_back(entry.node->path());
  }
  return paths;
}

void ReapIndex::clear() {
  entries_of_.clear();
  entries_.clear();
}

}  // namespace quorate
