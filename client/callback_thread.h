// Where the application's callbacks run: one thread, one callback at a time, in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "client/call.h"
#include "client/options.h"

namespace quorate::client {

class CallbackThread {
 public:
  /// `on_drained` is called, on this thread, whenever everything has been delivered.
  CallbackThread(StateListener on_state, std::function<void()> on_drained);
  /// Delivers what is queued, then ends. REQUIRES: not on the callback thread itself.
  ~CallbackThread();
  CallbackThread(const CallbackThread&) = delete;
  CallbackThread& operator=(const CallbackThread&) = delete;

  /// Takes over `deliveries`, in order. One that only wakes a waiting thread is done here and now
  /// when nothing is before it: a synchronous call need not cost two wake-ups.
  /// REQUIRES: always called by the same thread, or under one lock.
  void push(std::vector<Delivery>&& deliveries);

  [[nodiscard]] std::size_t backlog() const { return backlog_.load(); }
  [[nodiscard]] bool is_current() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run();
  void deliver(Delivery& delivery);

  StateListener on_state_;
  std::function<void()> on_drained_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Delivery> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> backlog_ = 0;  ///< Queued or being delivered.
  std::thread thread_;                    ///< Last: starts when all else is there.
};

}  // namespace quorate::client
