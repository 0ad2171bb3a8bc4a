// What a connection has asked and not been answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quorate {

/// The sizes of the frames in flight, oldest first. Ten thousand idle connections have one each:
/// it keeps no memory until there is something to count, and little then.
class FramesInFlight {
 public:
  [[nodiscard]] bool empty() const { return head_ == sizes_.size(); }
  [[nodiscard]] std::size_t count() const { return sizes_.size() - head_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  void add(std::size_t frame_bytes) {
    sizes_.push_back(static_cast<std::uint32_t>(frame_bytes));
    bytes_ += frame_bytes;
  }

  /// The oldest was answered; returns its size. REQUIRES: !empty().
  std::size_t finish() {
    const std::size_t finished = sizes_[head_++];
    bytes_ -= finished;
    if (empty()) {
      sizes_.clear();
      head_ = 0;
    } else if (head_ * 2 > sizes_.size() + 64) {
      sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return finished;
  }

 private:
  std::vector<std::uint32_t> sizes_;  ///< Those before head_ are answered.
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace quorate
