// Spreads bulk work over time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace quorate {

class Pace {
 public:
  using Time = std::chrono::milliseconds;

  explicit Pace(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  /// So many bytes were worked off just now.
  void spend(std::size_t bytes, Time now) {
    using std::chrono::microseconds;
    next_ =
        std::max<microseconds>(next_, now) + microseconds(bytes * 1'000'000 / bytes_per_second_);
  }

  /// How long to wait before there is more to be done; zero within a short burst.
  [[nodiscard]] Time wait(Time now) const {
    const auto early = std::chrono::duration_cast<Time>(next_ - now);
    return early > burst ? early : Time{0};
  }

 private:
  static constexpr Time burst{20};

  std::uint64_t bytes_per_second_;
  std::chrono::microseconds next_{0};
};

}  // namespace quorate
