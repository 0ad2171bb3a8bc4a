// Reading and using side by side: a thread reads items ahead of who uses them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace quorate {

/// What a reader gives its items to, each with about how many bytes it holds. An error means that
/// nobody wants more.
template <class Item>
using GiveItem = std::function<Status(Item&& item, std::size_t bytes)>;

namespace detail {

/// From the thread that reads to the one that uses: chunks of items, of which few wait.
template <class Item>
class Belt {
 public:
  using Chunk = std::vector<Item>;

  /// False: nobody wants more. Waits while it is full. Leaves an empty chunk, with the memory of a
  /// used one if there is any.
  bool put(Chunk& chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return chunks_.size() < chunks_waiting_max || ended_; });
    if (ended_) return false;
    chunks_.push_back(std::exchange(chunk, std::exchange(spare_, {})));
    changed_.notify_all();
    return true;
  }

  /// Replaces the chunk, which has been used. False: it has ended and is empty.
  bool take(Chunk& chunk) {
    chunk.clear();
    std::unique_lock lock(mutex_);
    spare_.swap(chunk);
    changed_.wait(lock, [this] { return !chunks_.empty() || ended_; });
    if (chunks_.empty()) return false;
    chunk = std::move(chunks_.front());
    chunks_.pop_front();
    changed_.notify_all();
    return true;
  }

  void end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::size_t chunks_waiting_max = 4;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> chunks_;
  Chunk spare_;
  bool ended_ = false;
};

}  // namespace detail

/// Runs `read` on a thread of its own, and calls `use` for each item that it gives, in the same
/// order, on the calling thread; also for those before an error of `read`. Returns what `use`
/// failed with, or else what `read` returned; `read` must stop when it can give no more.
///
/// Items travel in chunks of about 256 KiB, of which four wait at most.
template <class Item>
Status read_ahead(const std::function<Status(const GiveItem<Item>& give)>& read,
                  const std::function<Status(Item& item)>& use) {
  constexpr std::size_t chunk_bytes = std::size_t{256} << 10;
  detail::Belt<Item> belt;
  Status outcome;
  std::thread reader([&] {
    typename detail::Belt<Item>::Chunk chunk;
    std::size_t gathered = 0;
    outcome = read([&](Item&& item, std::size_t bytes) -> Status {
      gathered += bytes + sizeof(Item);
      chunk.push_back(std::move(item));
      if (gathered < chunk_bytes) return {};
      gathered = 0;
      if (belt.put(chunk)) return {};
      return {ErrorCode::operation_timeout, "nobody reads on"};
    });
    if (!chunk.empty()) belt.put(chunk);
    belt.end();
  });
  Status used;
  typename detail::Belt<Item>::Chunk chunk;
  while (used && belt.take(chunk)) {
    for (Item& item : chunk) {
      used = use(item);
      if (!used) break;
    }
  }
  belt.end();
  reader.join();
  return used ? outcome : used;
}

}  // namespace quorate
