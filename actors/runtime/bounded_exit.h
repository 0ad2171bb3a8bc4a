// Stopping that cannot hang.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace quorate {

/// Ends the process when the scope it lives in is not left in time. CAF 0.17.6 can hang in an actor
/// system's destructor; by then all that was acknowledged is on disk, so nothing is lost.
///
///   {
///     const BoundedExit bound(std::chrono::seconds(10), 1, [&] { log.error(...); });
///     system.reset();
///   }
class BoundedExit {
 public:
  /// `last_words` is called before _exit(exit_code), on another thread than the one that hangs.
  BoundedExit(std::chrono::milliseconds limit, int exit_code,
              std::function<void()> last_words = nullptr);
  BoundedExit(const BoundedExit&) = delete;
  BoundedExit& operator=(const BoundedExit&) = delete;
  ~BoundedExit();

 private:
  void watch();

  const std::chrono::steady_clock::time_point deadline_;
  const int exit_code_;
  const std::function<void()> last_words_;
  std::mutex mutex_;
  std::condition_variable left_;
  bool is_left_ = false;
  std::thread watcher_;
};

}  // namespace quorate
