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

std::optional<std::int64_t> unused_since(const Znode& node) {
  const bool unused =
      node.kind() == NodeKind::container && node.child_count() == 0 && node.children_created() == 0;
  return unused ? std::optional(node.mtime_ms) : std::nullopt;
}

std::optional<std::int64_t> unused_reapable_after(const Znode& node) {
  const auto since = unused_since(node);
  return since ? std::optional(saturated_sum(*since, unused_ms_min - 1)) : std::nullopt;
}

bool ReapIndex::Entry::operator<(const Entry& other) const {
  if (after_ms != other.after_ms || czxid != other.czxid) {
    return std::tie(after_ms, czxid) < std::tie(other.after_ms, other.czxid);
  }
  return node != other.node && node->path() < other.node->path();
}

void ReapIndex::Queue::place(const Znode* node, std::optional<std::int64_t> after_ms) {
  const auto known = entries_of_.find(node);
  if (known != entries_of_.end()) {
    if (after_ms == known->second->after_ms) return;
    entries_.erase(known->second);
    entries_of_.erase(known);
  }
  if (after_ms) {
    entries_of_.emplace(node, entries_.insert(Entry{*after_ms, node->czxid, node}).first);
  }
}

std::vector<std::string> ReapIndex::Queue::before(std::int64_t ms, std::size_t most) const {
  std::vector<std::string> paths;
  for (const Entry& entry : entries_) {
    if (entry.after_ms >= ms || paths.size() == most) break;
    paths.push_back(entry.node->path());
  }
  return paths;
}

void ReapIndex::Queue::clear() {
  entries_of_.clear();
  entries_.clear();
}

void ReapIndex::refresh(const Znode* node) {
  if (node->kind() != NodeKind::container && node->kind() != NodeKind::ttl) return;
  due_.place(node, reapable_after(*node));
  unused_.place(node, unused_since(*node));
}

void ReapIndex::forget(const Znode* node) {
  due_.place(node, std::nullopt);
  unused_.place(node, std::nullopt);
}

void ReapIndex::clear() {
  due_.clear();
  unused_.clear();
}

}  // namespace quorate
