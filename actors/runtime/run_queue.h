// The actors that are ready to run on the I/O thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace caf {
class resumable;
}

namespace quorate {

/// First in, first out. The owner's thread pushes without a lock; other threads push into an inbox,
/// which the owner adopts, and are told when they have to wake it. Each task carries one reference.
class RunQueue {
 public:
  /// Owner's thread only.
  void push(caf::resumable* task) { tasks_.push_back(task); }
  /// Any thread. True if the owner sleeps and must be woken, which is said only once.
  [[nodiscard]] bool push_from_outside(caf::resumable* task);

  // The owner's thread only, from here on.

  /// Moves what other threads pushed behind what is queued.
  void adopt();
  /// REQUIRES: size() > 0.
  [[nodiscard]] caf::resumable* pop();
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  /// Nothing queued, and, as far as can be seen without the lock, nothing in the inbox.
  [[nodiscard]] bool looks_empty() const {
    return tasks_.empty() && !inbox_filled_.load(std::memory_order_relaxed);
  }

  /// Decides under the lock that the owner may wait: false if something came in meanwhile.
  /// REQUIRES: size() == 0.
  [[nodiscard]] bool fall_asleep();
  void stay_awake();

 private:
  std::deque<caf::resumable*> tasks_;
  std::vector<caf::resumable*> adopted_;
  std::atomic<bool> inbox_filled_{false};  ///< So that the owner locks only when there is some.

  std::mutex mutex_;  ///< Guards what follows.
  std::vector<caf::resumable*> inbox_;
  bool asleep_ = false;
};

}  // namespace quorate
