// The events in a stream of server-sent events.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quorate::admin {

struct SseEvent {
  std::string name;  ///< "message" where the server named none.
  std::string id;    ///< Of the last event that had one.
  std::string data;

  friend bool operator==(const SseEvent&, const SseEvent&) = default;
};

/// Takes bytes as they come, gives events as they end. Comments and unknown fields are skipped.
class SseParser {
 public:
  /// `bytes_max` bounds a line, and the data of an event.
  explicit SseParser(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Error reply_too_large ends the stream.
  Status feed(std::string_view bytes);
  [[nodiscard]] std::optional<SseEvent> next();

 private:
  Status on_line(std::string_view line);

  std::size_t bytes_max_;
  std::string line_;
  bool after_return_ = false;  ///< "\r\n" is one end, also in two pieces.
  bool at_start_ = true;       ///< Where a byte order mark may stand.
  bool has_data_ = false;
  SseEvent event_;
  std::deque<SseEvent> ready_;
};

}  // namespace quorate::admin
