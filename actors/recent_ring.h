// The last items of a kind, for whoever asks and for one who listens.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace quorate {

/// Keeps the last `capacity` items and numbers them from 1 in `item.seq`; those that have a number
/// keep it. REQUIRES then: it is above that of the last one. For any thread.
template <class Item>
class RecentRing {
 public:
  using Listener = std::function<void(const Item&)>;

  explicit RecentRing(std::size_t capacity) : capacity_(capacity) {}

  /// Returns the item's number.
  std::uint64_t add(Item item) {
    const std::lock_guard in_order(telling_);
    {
      const std::lock_guard lock(mutex_);
      if (item.seq == 0) item.seq = seq_ + 1;
      seq_ = item.seq;
      items_.push_back(item);
      if (items_.size() > capacity_) items_.pop_front();
    }
    if (listener_) listener_(item);
    return item.seq;
  }

  /// Told of each new item, in order, on the thread that adds it; must not block, and not call back
  /// to here but to read. An empty one ends that: when this returns, nobody is being told any more.
  void listen(Listener listener) {
    const std::lock_guard in_order(telling_);
    listener_ = std::move(listener);
  }

  /// Newest first.
  [[nodiscard]] std::vector<Item> newest(std::size_t most) const {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, items_.size()));
    return {items_.rbegin(), items_.rbegin() + count};
  }

  /// Those with higher numbers, oldest first. The first one is not `seq + 1` where some are gone.
  [[nodiscard]] std::vector<Item> after(std::uint64_t seq) const {
    const std::lock_guard lock(mutex_);
    const auto first = std::find_if(items_.begin(), items_.end(),
                                    [seq](const Item& item) { return item.seq > seq; });
    return {first, items_.end()};
  }

  /// The number of the last one; 0 before the first.
  [[nodiscard]] std::uint64_t last() const {
    const std::lock_guard lock(mutex_);
    return seq_;
  }

 private:
  const std::size_t capacity_;
  std::mutex telling_;  ///< Before the other one.
  Listener listener_;
  mutable std::mutex mutex_;
  std::deque<Item> items_;
  std::uint64_t seq_ = 0;
};

}  // namespace quorate
