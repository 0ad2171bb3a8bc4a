#include "actors/log_ring.h"

#include <utility>

namespace quorate {

void LogRing::add(KeptLine line) {
  const std::lock_guard listening(listener_mutex_);
  {
    const std::lock_guard lock(mutex_);
    line.seq = ++last_;
    lines_.push_back(line);
    if (lines_.size() > lines_max) lines_.pop_front();
  }
  if (listener_) listener_(line);
}

LogRing::Found LogRing::find(const Wanted& wanted) const {
  Found found;
  const std::lock_guard lock(mutex_);
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (line->seq >= wanted.before || line->level < wanted.level) continue;
    if (!wanted.component.empty() && line->component != wanted.component) continue;
    if (line->json.find(wanted.search) == std::string::npos) continue;
    if (found.lines.size() == wanted.limit) {
      found.more = true;
      break;
    }
    found.lines.push_back(*line);
  }
  return found;
}

void LogRing::listen(Listener listener) {
  const std::lock_guard listening(listener_mutex_);
  listener_ = std::move(listener);
}

}  // namespace quorate
