#include "client/admin/sse_parser.h"

#include <utility>

namespace quorate::admin {

Status SseParser::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const bool second_of_two = c == '\n' && after_return_;
    after_return_ = c == '\r';
    if (second_of_two) continue;
    if (c != '\n' && c != '\r') {
      if (line_.size() == bytes_max_) {
        return {ErrorCode::reply_too_large, "a line of the event stream is too long"};
      }
      line_ += c;
      continue;
    }
    const std::string line = std::exchange(line_, {});
    if (const Status taken = on_line(line); !taken.ok()) return taken;
  }
  return {};
}

Status SseParser::on_line(std::string_view line) {
  if (std::exchange(at_start_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.empty()) {
    if (has_data_) {
      if (event_.name.empty()) event_.name = "message";
      ready_.push_back(event_);
    }
    has_data_ = false;
    event_.name.clear();
    event_.data.clear();
    return {};
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") event_.name = value;
  if (name == "id" && value.find('\0') == std::string_view::npos) event_.id = value;
  if (name != "data") return {};
  if (event_.data.size() + value.size() + 1 > bytes_max_) {
    return {ErrorCode::reply_too_large, "an event of the stream is too long"};
  }
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
  return {};
}

std::optional<SseEvent> SseParser::next() {
  if (ready_.empty()) return std::nullopt;
  SseEvent event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

}  // namespace quorate::admin
