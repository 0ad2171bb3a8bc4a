// What all connections of a server owe answers for, together.
#pragma once

#include <cstddef>

namespace quorate {

/// Counts unanswered requests and their bytes over all connections; for one thread.
///
/// Full, it keeps those from being read that already have something unanswered: they go on when
/// both counts are down to half of their limits, or when they have all their answers. So nobody is
/// dropped, a connection with nothing in flight can always send one request, and who waits is
/// looked at again whenever it is answered something, which it is.
class Outstanding {
 public:
  Outstanding(std::size_t requests_max, std::size_t bytes_max)
      : requests_max_(requests_max), bytes_max_(bytes_max) {}

  void add(std::size_t bytes) {
    ++requests_;
    bytes_ += bytes;
  }
  /// REQUIRES: as many requests and bytes were added.
  void remove(std::size_t requests, std::size_t bytes) {
    requests_ -= requests;
    bytes_ -= bytes;
  }

  [[nodiscard]] bool is_full() const { return requests_ >= requests_max_ || bytes_ >= bytes_max_; }
  [[nodiscard]] bool has_drained() const {
    return requests_ <= requests_max_ / 2 && bytes_ <= bytes_max_ / 2;
  }
  [[nodiscard]] std::size_t requests() const { return requests_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t requests_max_;
  std::size_t bytes_max_;
  std::size_t requests_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace quorate
