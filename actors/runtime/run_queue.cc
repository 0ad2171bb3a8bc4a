#include "actors/runtime/run_queue.h"

#include <utility>

namespace quorate {

bool RunQueue::push_from_outside(caf::resumable* task) {
  const std::lock_guard guard(mutex_);
  inbox_.push_back(task);
  inbox_filled_.store(true, std::memory_order_relaxed);
  return std::exchange(asleep_, false);
}

void RunQueue::adopt() {
  if (!inbox_filled_.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard guard(mutex_);
    adopted_.swap(inbox_);
    inbox_filled_.store(false, std::memory_order_relaxed);
  }
  tasks_.insert(tasks_.end(), adopted_.begin(), adopted_.end());
  adopted_.clear();
}

caf::resumable* RunQueue::pop() {
  caf::resumable* const task = tasks_.front();
  tasks_.pop_front();
  return task;
}

bool RunQueue::fall_asleep() {
  const std::lock_guard guard(mutex_);
  asleep_ = inbox_.empty();
  return asleep_;
}

void RunQueue::stay_awake() {
  const std::lock_guard guard(mutex_);
  asleep_ = false;
}

}  // namespace quorate
