// What a connection has asked and not been answered.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "actors/in_order.h"

namespace quorate {

/// A request that waits for its reply. As small as can be: there may be a thousand per connection.
struct FrameInFlight {
  std::uint32_t bytes : 27;  ///< REQUIRES: frames are at most 64 MiB.
  std::uint32_t operation : 5;
  std::uint32_t received_us;  ///< The low bits of the monotonic clock.

  /// How long it took. Of requests that are younger than 71 minutes; no client waits so long.
  [[nodiscard]] std::uint32_t age_us(std::chrono::microseconds now) const {
    return static_cast<std::uint32_t>(now.count()) - received_us;
  }
};
static_assert(sizeof(FrameInFlight) == 8);

/// The frames in flight, oldest first.
class FramesInFlight {
 public:
  [[nodiscard]] bool empty() const { return frames_.empty(); }
  [[nodiscard]] std::size_t count() const { return frames_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// `operation`: the index of the alternative of Operation.
  void add(std::size_t frame_bytes, std::size_t operation, std::uint32_t received_us) {
    frames_.push({static_cast<std::uint32_t>(frame_bytes) & 0x7ff'ffffU,
                  static_cast<std::uint32_t>(operation) & 0x1fU, received_us});
    bytes_ += frame_bytes;
  }

  /// The oldest was answered. REQUIRES: !empty().
  FrameInFlight finish() {
    const FrameInFlight finished = frames_.pop();
    bytes_ -= finished.bytes;
    return finished;
  }

 private:
  InOrder<FrameInFlight> frames_;
  std::size_t bytes_ = 0;
};

}  // namespace quorate
