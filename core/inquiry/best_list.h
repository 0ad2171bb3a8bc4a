// The best of very many, in the memory of a few.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace quorate {

/// Keeps the `most` best items of those it is offered; `Better(a, b)` is a strict order in which
/// no two items are equal. An item costs a comparison where it is not kept.
template <class Item, class Better>
class BestList {
 public:
  /// REQUIRES: most > 0.
  explicit BestList(std::size_t most, Better better = {})
      : most_(most), better_(std::move(better)) {
    check(most > 0, "a list of the best has room");
  }

  /// Whether an item that is as good as `key` would be kept.
  template <class Key>
  [[nodiscard]] bool wants(const Key& key) const {
    return heap_.size() < most_ || better_(key, heap_.front());
  }
  /// REQUIRES: it is wanted.
  void add(Item item) {
    if (heap_.size() == most_) take_worst();
    heap_.push_back(std::move(item));
    std::push_heap(heap_.begin(), heap_.end(), better_);
  }
  /// REQUIRES: not empty.
  Item take_worst() {
    std::pop_heap(heap_.begin(), heap_.end(), better_);
    Item worst = std::move(heap_.back());
    heap_.pop_back();
    return worst;
  }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  std::size_t most_;
  Better better_;
  std::vector<Item> heap_;  ///< The worst is in front.
};

}  // namespace quorate
