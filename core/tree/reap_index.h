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

/// A container that has never had a child may be reaped too, where that is wanted: when it was set
/// this long before the reap at least. Less could hit one that was made again while the reap was on
/// its way.
inline constexpr std::int64_t unused_ms_min = 1000;

/// When such a container was made or last set; nothing for any other znode.
[[nodiscard]] std::optional<std::int64_t> unused_since(const Znode& node);
/// As reapable_after(), for such a container.
[[nodiscard]] std::optional<std::int64_t> unused_reapable_after(const Znode& node);

/// Childless TTL znodes and used, empty containers, in the order in which they fall due; apart from
/// them containers that were never used, by age.
class ReapIndex {
 public:
  /// Takes note of what became of the znode.
  void refresh(const Znode* node);
  /// The znode is about to go.
  void forget(const Znode* node);
  /// Paths of the first that are due at `now_ms`.
  [[nodiscard]] std::vector<std::string> due(std::int64_t now_ms, std::size_t most) const {
    return due_.before(now_ms, most);
  }
  /// Paths of the first containers that are unused since before `before_ms`.
  [[nodiscard]] std::vector<std::string> unused(std::int64_t before_ms, std::size_t most) const {
    return unused_.before(before_ms, most);
  }

  [[nodiscard]] std::size_t size() const { return due_.size() + unused_.size(); }
  [[nodiscard]] bool contains(const Znode* node) const {
    return due_.contains(node) || unused_.contains(node);
  }
  void clear();

 private:
  struct Entry {
    std::int64_t after_ms;
    Zxid czxid;
    const Znode* node;
    /// Txns create several znodes at once: their paths decide then, never their addresses.
    bool operator<(const Entry& other) const;
  };

  /// Znodes by a time.
  class Queue {
   public:
    /// Where the znode stands from now on; nowhere without a time.
    void place(const Znode* node, std::optional<std::int64_t> after_ms);
    [[nodiscard]] std::vector<std::string> before(std::int64_t ms, std::size_t most) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] bool contains(const Znode* node) const { return entries_of_.contains(node); }
    void clear();

   private:
    std::set<Entry> entries_;
    FlatMap<const Znode*, std::set<Entry>::const_iterator> entries_of_;
  };

  Queue due_;
  Queue unused_;
};

}  // namespace quorate
