// How fast a total has grown of late.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

namespace quorate {

/// Over the last ten seconds, or since the first look. Not for several threads.
class RecentRate {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds window{10};

  /// Now and then, a second apart for instance.
  void look(std::uint64_t total, Clock::time_point now) {
    looks_.emplace_back(now, total);
    while (looks_.size() > 2 && now - looks_[1].first >= window) looks_.pop_front();
  }

  [[nodiscard]] double per_s() const {
    if (looks_.empty()) return 0;
    const auto& [from, before] = looks_.front();
    const auto& [to, now] = looks_.back();
    const std::chrono::duration<double> time = to - from;
    return time.count() <= 0 ? 0 : static_cast<double>(now - before) / time.count();
  }

 private:
  std::deque<std::pair<Clock::time_point, std::uint64_t>> looks_;  ///< Oldest first.
};

}  // namespace quorate
