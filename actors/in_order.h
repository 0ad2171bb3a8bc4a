// What waits for answers that come in the order of the questions.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace quorate {

/// A queue for ten thousand idle connections: it keeps no memory until there is something in it,
/// and little then.
template <class T>
class InOrder {
 public:
  [[nodiscard]] bool empty() const { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - head_; }
  void push(T item) { items_.push_back(std::move(item)); }

  /// REQUIRES: !empty().
  T pop() {
    T item = std::move(items_[head_++]);
    if (empty()) {
      items_.clear();
      head_ = 0;
    } else if (head_ * 2 > items_.size() + 64) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return item;
  }

 private:
  std::vector<T> items_;  ///< Those before head_ are gone.
  std::size_t head_ = 0;
};

}  // namespace quorate
