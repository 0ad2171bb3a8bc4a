// A watch event is told to many connections: it is encoded once.
#pragma once

#include <span>
#include <vector>

#include "core/commit/delivery.h"
#include "schema/capnp/client_codec.h"

namespace quorate {

/// The bytes of the last event asked for. Events of one change come to all watchers before those
/// of the next, so one place is enough. One per I/O thread.
class EventBytes {
 public:
  /// Valid until the next call.
  [[nodiscard]] std::span<const char> of(const SharedEvent& event) {
    // Holding the event keeps its address from being used again.
    if (event != event_) {
      bytes_.clear();
      capnp_codec::encode(*event, bytes_);
      event_ = event;
    }
    return bytes_;
  }

 private:
  SharedEvent event_;
  std::vector<char> bytes_;
};

}  // namespace quorate
