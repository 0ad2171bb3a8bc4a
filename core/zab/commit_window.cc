#include "core/zab/commit_window.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace quorate {

CommitWindow::CommitWindow(Epoch epoch, Quorum quorum, std::uint32_t counters)
    : quorum_(std::move(quorum)),
      counters_(counters),
      proposed_(Zxid::at(epoch, 0)),
      committed_(Zxid::at(epoch, 0)) {
  check(counters > 0 && counters <= last_counter, "an epoch has counters");
  for (const ServerId voter : quorum_.voters()) acked_[voter] = proposed_;
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

  committed_ = std::max(committed_, quorum_.reached(acked_));
  return committed_;
}

void CommitWindow::check_invariants() const {
  check(committed_ <= proposed_, "only what was proposed is committed");
  check(committed_.epoch() == proposed_.epoch(), "a window stays within its epoch");
  ServerSet reached;
  for (const auto& [voter, ack] : acked_) {
    check(ack <= proposed_, "nobody acks what was not proposed");
    if (ack >= committed_) reached.insert(voter);
  }
  check(quorum_.is_quorum(reached), "a quorum has logged what is committed");
}

}  // namespace quorate
