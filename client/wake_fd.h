// Wakes a thread that sleeps in poll().
#pragma once

namespace quorate::client {

class WakeFd {
 public:
  WakeFd();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  /// From any thread.
  void ring() const;
  /// Forgets past rings.
  void drain() const;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace quorate::client
