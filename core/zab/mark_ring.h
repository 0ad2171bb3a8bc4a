// The last digest marks of one server.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/txn/digest_mark.h"

namespace quorate {

/// Ascending, and at most digest_marks_max of them.
class MarkRing {
 public:
  /// Ignored when it is not behind the last one: what was applied once is not marked twice.
  void add(const DigestMark& mark) {
    if (!marks_.empty() && mark.zxid <= marks_.back().zxid) return;
    marks_.push_back(mark);
    if (marks_.size() > digest_marks_max) marks_.pop_front();
  }

  [[nodiscard]] std::vector<DigestMark> after(Zxid zxid) const {
    std::vector<DigestMark> found;
    for (const DigestMark& mark : marks_)
      if (mark.zxid > zxid) found.push_back(mark);
    return found;
  }

  [[nodiscard]] std::optional<DigestMark> at(Zxid zxid) const {
    for (const DigestMark& mark : marks_)
      if (mark.zxid == zxid) return mark;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<DigestMark> last() const {
    return marks_.empty() ? std::nullopt : std::optional(marks_.back());
  }

 private:
  std::deque<DigestMark> marks_;
};

}  // namespace quorate
