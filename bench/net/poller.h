// epoll, level-triggered.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "bench/measure/clock.h"
#include "bench/net/fd.h"
#include "core/base/result.h"

namespace quorate::bench {

class Poller {
 public:
  [[nodiscard]] static Result<Poller> make();

  /// `tag` comes back with each of its events.
  Status add(int fd, std::uint64_t tag, std::uint32_t events);
  void change(int fd, std::uint64_t tag, std::uint32_t events);
  /// Before the descriptor is closed.
  void remove(int fd);

  /// What is ready, at the latest after `wait` (0: at once; negative: no limit). Valid until the
  /// next call. Nanosecond resolution: an open loop sends when it said it would.
  [[nodiscard]] std::span<const epoll_event> wait(Nanoseconds wait);

 private:
  explicit Poller(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
  std::array<epoll_event, 256> ready_{};
};

}  // namespace quorate::bench
