#include "client/callback_thread.h"

#include <utility>
#include <variant>

namespace quorate::client {

CallbackThread::CallbackThread(StateListener on_state, std::function<void()> on_drained)
    : on_state_(std::move(on_state)),
      on_drained_(std::move(on_drained)),
      thread_([this] { run(); }) {}

CallbackThread::~CallbackThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_one();
  thread_.join();
}

void CallbackThread::push(std::vector<Delivery>&& deliveries) {
  std::vector<Delivery> queued;
  for (Delivery& delivery : deliveries) {
    if (auto* completion = std::get_if<Completion>(&delivery)) {
      const bool first = queued.empty() && backlog() == 0;
      if (completion->thread == CallThread::urgent ||
          (completion->thread == CallThread::waiter && first)) {
        completion->done(std::move(completion->outcome));
        continue;
      }
    }
    queued.push_back(std::move(delivery));
  }
  if (queued.empty()) return;
  backlog_.fetch_add(queued.size());
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      queue_ = std::move(queued);
    } else {
      for (Delivery& delivery : queued) queue_.push_back(std::move(delivery));
    }
  }
  filled_.notify_one();
}

void CallbackThread::run() {
  std::vector<Delivery> batch;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    for (Delivery& delivery : batch) {
      deliver(delivery);
      backlog_.fetch_sub(1);
    }
    batch.clear();
    if (backlog() == 0) on_drained_();
  }
}

void CallbackThread::deliver(Delivery& delivery) {
  if (auto* completion = std::get_if<Completion>(&delivery)) {
    if (completion->done) completion->done(std::move(completion->outcome));
  } else if (auto* notification = std::get_if<Notification>(&delivery)) {
    for (const Watcher& watcher : notification->watchers) watcher(notification->event);
  } else if (auto* change = std::get_if<StateChange>(&delivery)) {
    if (on_state_) on_state_(change->state, change->reason);
  }
}

}  // namespace quorate::client
