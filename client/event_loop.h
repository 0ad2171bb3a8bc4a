// The thin edge of the client: a thread that carries bytes between a Session and a socket.
#pragma once

#include <poll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "client/callback_thread.h"
#include "client/dialer.h"
#include "client/inquiry.h"
#include "client/session.h"
#include "client/wake_fd.h"

namespace quorate::client {

/// Owns the session, its connection and both threads. All functions may be called from any
/// thread; one lock guards the session.
class EventLoop {
 public:
  EventLoop(const Options& options, Endpoints endpoints, std::uint64_t seed);
  /// Closes the session first (close()). REQUIRES: not on the callback thread.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void submit(Operation operation, std::optional<Watcher> watcher, OutcomeCallback done,
              CallThread thread);
  void add_credentials(Credentials credentials, OutcomeCallback done, CallThread thread);
  /// Asks for the end, and waits for it unless on the callback thread.
  void close();

  /// Waits until the state is not connecting or suspended. False when that took too long.
  bool wait_settled(std::chrono::milliseconds timeout);

  /// Reads something off the session.
  template <class Function>
  [[nodiscard]] auto with_session(Function read) {
    const std::lock_guard lock(mutex_);
    return read(session_);
  }
  [[nodiscard]] bool on_callback_thread() const { return callbacks_->is_current(); }

 private:
  static constexpr std::size_t read_bytes = 64 << 10;

  void run();
  /// Does what the session decided. REQUIRES: the lock is held.
  void perform();
  void flush();
  void hang_up();
  void advance_dial(TimePoint now);
  void inquire(const Host& host);
  void advance_inquiry(TimePoint now);
  void after_submit(CallThread thread);
  /// Sleeps until there is something to do. Gives up the lock meanwhile.
  void sleep(std::unique_lock<std::mutex>& lock);
  void receive(std::unique_lock<std::mutex>& lock);
  void judge_congestion();
  void wake();

  std::mutex mutex_;
  std::condition_variable state_changed_;
  Session session_;
  std::shared_ptr<WakeFd> wake_;
  Dialer dialer_;
  std::unique_ptr<Inquiry> inquiry_;  ///< A server that is asked beside.
  int fd_ = -1;
  std::size_t callbacks_max_;
  std::size_t waiters_ = 0;              ///< Synchronous calls without an answer.
  std::atomic<bool> congested_ = false;  ///< Not reading until callbacks catch up.
  bool asleep_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
  TimePoint sleeps_until_ = TimePoint::max();
  std::array<std::byte, read_bytes> buffer_;
  std::unique_ptr<CallbackThread> callbacks_;
  std::thread thread_;
};

}  // namespace quorate::client
