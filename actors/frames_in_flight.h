// What a connection has asked and not been answered.
#pragma once

#include <cstddef>
#include <cstdint>

#include "actors/in_order.h"

namespace quorate {

/// The sizes of the frames in flight, oldest first.
class FramesInFlight {
 public:
  [[nodiscard]] bool empty() const { return sizes_.empty(); }
  [[nodiscard]] std::size_t count() const { return sizes_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  void add(std::size_t frame_bytes) {
    sizes_.push(static_cast<std::uint32_t>(frame_bytes));
    bytes_ += frame_bytes;
  }

  /// The oldest was answered; returns its size. REQUIRES: !empty().
  std::size_t finish() {
    const std::size_t finished = sizes_.pop();
    bytes_ -= finished;
    return finished;
  }

 private:
  InOrder<std::uint32_t> sizes_;
  std::size_t bytes_ = 0;
};

}  // namespace quorate
