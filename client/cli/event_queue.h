// Watch events on their way from the client's callback thread to the command that prints them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "core/txn/reply.h"

namespace quorate::cli {

/// Bounded: a reader that cannot keep up is told so instead of being given holes.
class EventQueue {
 public:
  explicit EventQueue(std::size_t size_max) : size_max_(size_max) {}

  void push(const WatchEvent& event) {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= size_max_) {
      overflown_ = true;
    } else {
      events_.push_back(event);
    }
    filled_.notify_one();
  }

  /// The next event, or nothing when none came in time.
  std::optional<WatchEvent> pop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, patience, [this] { return !events_.empty() || overflown_; });
    if (events_.empty()) return {};
    WatchEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

  [[nodiscard]] bool overflown() {
    const std::lock_guard lock(mutex_);
    return overflown_;
  }

 private:
  std::size_t size_max_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<WatchEvent> events_;
  bool overflown_ = false;
};

}  // namespace quorate::cli
