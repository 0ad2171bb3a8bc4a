#include "core/zab/history.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"

namespace quorate {
namespace {

bool is_before(const Record& record, Zxid zxid) { return record.zxid() <= zxid; }

}  // namespace

History::History(LogOutline outline, std::size_t window_bytes_max)
    : window_bytes_max_(window_bytes_max),
      ends_(std::move(outline.ends)),
      last_stamp_ms_(outline.last_stamp_ms),
      committed_(outline.committed.zxid),
      window_base_(outline.committed) {
  check(!ends_.empty(), "a history has an end");
  for (Record& record : outline.uncommitted) {
    uncommitted_bytes_ += record.memory_bytes();
    window_.push_back(std::move(record));
  }
  check_invariants();
}

void History::append(Record record) {
  check(record.zxid() > last().zxid, "a history grows");
  const bool same_epoch = record.zxid().epoch() == last().zxid.epoch();
  if (same_epoch && ends_.size() > 1) {
    ends_.back() = record.position;
  } else {
    ends_.push_back(record.position);
  }
  last_stamp_ms_ = record.txn->time_ms;
  uncommitted_bytes_ += record.memory_bytes();
  window_.push_back(std::move(record));
}

void History::cut_after(const LogPosition& keep) {
  check(keep.zxid >= committed_, "what is committed is not cut");
  while (!window_.empty() && window_.back().zxid() > keep.zxid) {
    uncommitted_bytes_ -= window_.back().memory_bytes();
    window_.pop_back();
  }
  while (!ends_.empty() && ends_.back().zxid > keep.zxid) ends_.pop_back();
  if (ends_.empty() || ends_.back().zxid != keep.zxid) {
    ends_.push_back(keep);
  }
  if (!window_.empty()) last_stamp_ms_ = window_.back().txn->time_ms;
}

void History::restart_at(const LogPosition& image, std::int64_t stamp_ms) {
  ends_ = {image};
  last_stamp_ms_ = stamp_ms;
  committed_ = image.zxid;
  window_base_ = image;
  window_.clear();
  committed_bytes_ = 0;
  uncommitted_bytes_ = 0;
  committed_in_window_ = 0;
}

std::vector<std::shared_ptr<const Txn>> History::commit_up_to(Zxid zxid) {
  std::vector<std::shared_ptr<const Txn>> committed;
  while (committed_in_window_ < window_.size() && window_[committed_in_window_].zxid() <= zxid) {
    const Record& record = window_[committed_in_window_++];
    committed_bytes_ += record.memory_bytes();
    uncommitted_bytes_ -= record.memory_bytes();
    committed.push_back(record.txn);
  }
  committed_ = std::max(committed_, std::min(zxid, last().zxid));
  trim();
  return committed;
}

void History::trim() {
  while (committed_bytes_ > window_bytes_max_) {
    window_base_ = window_.front().position;
    committed_bytes_ -= window_.front().memory_bytes();
    window_.pop_front();
    --committed_in_window_;
  }
}

std::optional<LogPosition> History::position_at(Zxid zxid) const {
  if (zxid < window_base_.zxid) return std::nullopt;
  const auto after =
      std::partition_point(window_.begin(), window_.end(),
                           [zxid](const Record& record) { return is_before(record, zxid); });
  return after == window_.begin() ? window_base_ : std::prev(after)->position;
}

std::optional<std::vector<Record>> History::records_after(const LogPosition& position) const {
  return records_after(position, last().zxid);
}

std::optional<std::vector<Record>> History::records_after(const LogPosition& position,
                                                          Zxid end) const {
  const auto found = position_at(position.zxid);
  if (!found || *found != position) return std::nullopt;
  const auto from = std::partition_point(
      window_.begin(), window_.end(),
      [&position](const Record& record) { return is_before(record, position.zxid); });
  const auto to = std::partition_point(
      from, window_.end(), [end](const Record& record) { return is_before(record, end); });
  return std::vector<Record>(from, to);
}

void History::check_invariants() const {
  check(committed_ <= last().zxid, "what is committed is in the log");
  check(committed_in_window_ <= window_.size(), "the window holds what is committed of it");
  LogPosition at = window_base_;
  for (const Record& record : window_) {
    check(record.zxid() > at.zxid, "the window is a chain");
    at = record.position;
  }
  check(at == last(), "the window ends where the log does");
  check(committed_in_window_ == window_.size() || window_[committed_in_window_].zxid() > committed_,
        "what is not committed comes behind what is");
  for (std::size_t i = 1; i < ends_.size(); ++i) {
    check(ends_[i - 1].zxid < ends_[i].zxid, "epochs end upwards");
  }
}

}  // namespace quorate
