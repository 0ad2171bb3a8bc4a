// A watch event is told to many connections: it is encoded once.
#pragma once

#include <span>
#include <vector>

#include "core/commit/delivery.h"

namespace quorate {

/// The bytes of the last event asked for, in one protocol. Events of one change come to all
/// watchers before those of the next, so one place is enough. One per protocol and I/O thread.
class EventBytes {
 public:
  /// Appends an event's frame.
  using Encode = void (*)(const WatchEvent& event, std::vector<char>& out);

  explicit EventBytes(Encode encode) : encode_(encode) {}

  /// Valid until the next call.
  [[nodiscard]] std::span<const char> of(const SharedEvent& event) {
    // Holding the event keeps its address from being used again.
    if (event != event_) {
      bytes_.clear();
      encode_(*event, bytes_);
      event_ = event;
    }
    return bytes_;
  }

 private:
  Encode encode_;
  SharedEvent event_;
  std::vector<char> bytes_;
};

}  // namespace quorate
