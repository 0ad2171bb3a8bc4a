// From a path to its znode.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/tree/znode.h"

namespace quorate {

/// A hash table that stores neither paths nor hashes: a slot is one word, the pointer to the
/// znode with 20 bits of the hash in the bits that a pointer leaves free. Equality is decided by
/// walking up the parents. The root is not in it.
///
/// Split into 4,096 sub-tables that grow one at a time, by a quarter, and without looking at a
/// znode: growing moves at most what one sub-table holds (2,500 words at ten million znodes).
/// Keyed, so that nobody outside can choose paths that collide; never iterated.
class NodeTable {
 public:
  explicit NodeTable(std::uint64_t seed);

  /// REQUIRES: `path` is not "/". Never allocates.
  [[nodiscard]] Znode* find(std::string_view path) const;
  /// REQUIRES: no znode is at `path`; `node` will be once its parents are linked.
  void insert(std::string_view path, Znode* node);
  /// As insert(), for loading many: asks for the memory of the place, and puts the node there a few
  /// calls later, so that nobody waits for it. Found it is at once.
  void insert_later(std::string_view path, Znode* node);
  /// Puts to their places all that insert_later() was given.
  void settle();
  /// REQUIRES: `node` was inserted with `path`.
  void erase(std::string_view path, const Znode* node);
  void clear();

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Words of the largest sub-table: what one growth step moves at most.
  [[nodiscard]] std::size_t largest_sub_table() const;
  [[nodiscard]] std::size_t slots() const;  ///< Words over all sub-tables.

  static constexpr std::size_t sub_table_count = 4096;

 private:
  using Slot = std::uint64_t;
  struct SubTable {
    std::unique_ptr<Slot[]> slots;
    std::uint32_t capacity = 0;
    std::uint32_t used = 0;

    [[nodiscard]] std::uint32_t home(std::uint32_t tag) const;
    [[nodiscard]] std::uint32_t behind(std::uint32_t place) const;
    void put(Slot slot);
    void grow();
    void take(std::uint32_t place);
  };

  struct Later {
    std::uint64_t hash = 0;
    Znode* node = nullptr;
  };
  /// As many misses of the cache as a core has under way, about.
  static constexpr std::size_t later_max = 16;

  void place(std::uint64_t hash, Znode* node);
  [[nodiscard]] Znode* find_later(std::string_view path, std::uint64_t hash) const;

  std::vector<SubTable> sub_tables_;
  std::uint64_t seed_;
  std::size_t size_ = 0;
  std::array<Later, later_max>
      later_{};  ///< A ring: the oldest is later_count_ before later_next_.
  std::size_t later_next_ = 0;
  std::size_t later_count_ = 0;
};

}  // namespace quorate
