// The children of one znode, in name order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace quorate {

struct Znode;

/// Pointers to the children, sorted by name (bytewise), in chunks of bounded size: finding the
/// start of a page is O(log n), a page costs what it shows, and inserting moves at most one chunk.
/// Owns the pointers' places, not the znodes.
///
/// Names that come in order (sequential nodes) fill chunks completely; eight bytes a child then.
class ChildList {
 public:
  /// A position between two children. Changing the list invalidates it.
  class Cursor {
   public:
    /// The child behind the position, which moves on; nullptr at the end.
    Znode* next();

   private:
    friend class ChildList;
    Cursor(const ChildList& list, std::size_t chunk, std::uint32_t place)
        : list_(&list), chunk_(chunk), place_(place) {}
    const ChildList* list_;
    std::size_t chunk_;
    std::uint32_t place_;
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// REQUIRES: no child has the name of `child`.
  void insert(Znode* child);
  /// REQUIRES: `child` is in the list.
  void erase(const Znode* child);

  [[nodiscard]] Cursor begin() const { return {*this, 0, 0}; }
  /// In front of the first child whose name is greater than `name`.
  [[nodiscard]] Cursor after(std::string_view name) const;

  /// Aborts unless names ascend and chunks are neither empty nor overfull.
  void check_invariants() const;

 private:
  struct Chunk {
    std::unique_ptr<Znode*[]> places;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;

    [[nodiscard]] std::uint32_t lower_bound(std::string_view name) const;
    void insert(std::uint32_t place, Znode* child);
    void erase(std::uint32_t place);
    void resize(std::uint32_t new_capacity);
  };

  /// The chunk that holds `name` or would. REQUIRES: not empty.
  [[nodiscard]] std::size_t chunk_of(std::string_view name) const;
  void split(std::size_t chunk);
  void merge_small(std::size_t chunk);

  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
};

}  // namespace quorate
