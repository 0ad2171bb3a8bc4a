// Which znodes the server may delete by itself, and from when on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/flat_map.h"
#include "core/tree/znode.h"

namespace quorate {

/// When a reap may delete the znode: later than the returned time in ms on the leader's clock.
/// Nothing for what isn't reaped now: anything with children, persistent and ephemeral znodes,
/// containers that never had a child.
[[nodiscard]] std::optional<std::int64_t> reapable_after(const Znode& node);

/// Childless TTL znodes and used, empty containers, in the order in which they fall due.
class ReapIndex {
 public:
  /// Takes note of what became of the znode.
  void refresh(const Znode* node);
  /// The znode is about to go.
  void forget(const Znode* node);
  /// Paths of the first that are due at `now_ms`.
  [[nodiscard]] std::vector<std::string> due(std::int64_t now_ms, std::size_t most) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool contains(const Znode* node) const { return entries_of_.contains(node); }
  void clear();

 private:
  struct Entry {
    std::int64_t after_ms;
    Zxid czxid;
    const Znode* node;
    /// Txns create several znodes at once: their paths decide then, never their addresses.
    bool operator<(const Entry& other) const;
  };

  std::set<Entry> entries_;
  FlatMap<const Znode*, std::set<Entry>::const_iterator> entries_of_;
};

}  // namespace quorate
