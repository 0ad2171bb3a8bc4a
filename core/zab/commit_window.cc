#include "core/zab/commit_window.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "core/base/check.h"

namespace quorate {

CommitWindow::CommitWindow(Epoch epoch, const std::set<ServerId>& voters, std::uint32_t counters)
    : counters_(counters), proposed_(Zxid::at(epoch, 0)), committed_(Zxid::at(epoch, 0)) {
  check(!voters.empty(), "an ensemble has voters");
  check(counters > 0 && counters <= last_counter, "an epoch has counters");
  for (const ServerId voter : voters) acked_[voter] = proposed_;
}

Zxid CommitWindow::propose() {
  check(room() > 0, "an epoch ends before its counter does");
  return proposed_ = proposed_.next();
}

Zxid CommitWindow::on_ack(ServerId voter, Zxid zxid) {
  check(zxid <= proposed_, "nobody acks what was not proposed");
  const auto found = acked_.find(voter);
  if (found == acked_.end() || zxid <= found->second) return committed_;
  found->second = zxid;

  std::vector<Zxid> acks;
  acks.reserve(acked_.size());
  for (const auto& [id, ack] : acked_) acks.push_back(ack);
  // Sorted downwards, a majority has reached the element in the middle.
  const auto middle = acks.begin() + static_cast<std::ptrdiff_t>(acks.size() / 2);
  std::nth_element(acks.begin(), middle, acks.end(), std::greater<>{});
  committed_ = std::max(committed_, *middle);
  return committed_;
}

void CommitWindow::check_invariants() const {
  check(committed_ <= proposed_, "only what was proposed is committed");
  check(committed_.epoch() == proposed_.epoch(), "a window stays within its epoch");
  std::size_t reached = 0;
  for (const auto& [voter, ack] : acked_) {
    check(ack <= proposed_, "nobody acks what was not proposed");
    if (ack >= committed_) ++reached;
  }
  check(2 * reached > acked_.size(), "a quorum has logged what is committed");
}

}  // namespace quorate
