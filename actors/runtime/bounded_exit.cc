#include "actors/runtime/bounded_exit.h"

#include <unistd.h>

#include <utility>

namespace quorate {

BoundedExit::BoundedExit(std::chrono::milliseconds limit, int exit_code,
                         std::function<void()> last_words)
    : deadline_(std::chrono::steady_clock::now() + limit),
      exit_code_(exit_code),
      last_words_(std::move(last_words)),
      watcher_([this] { watch(); }) {}

BoundedExit::~BoundedExit() {
  {
    const std::lock_guard guard(mutex_);
    is_left_ = true;
  }
  left_.notify_one();
  watcher_.join();
}

void BoundedExit::watch() {
  std::unique_lock lock(mutex_);
  if (left_.wait_until(lock, deadline_, [this] { return is_left_; })) return;
  if (last_words_) last_words_();
  ::_exit(exit_code_);
}

}  // namespace quorate
