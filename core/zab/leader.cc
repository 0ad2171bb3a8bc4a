#include "core/zab/leader.h"

#include <utility>

#include "core/base/check.h"

namespace quorate {

Leader::Leader(Epoch epoch, ServerId self, const std::set<ServerId>& voters,
               const HistoryEnd& history, std::uint32_t counters)
    : epoch_(epoch),
      self_(self),
      history_end_(history.zxid),
      end_(history),
      window_(epoch, voters, counters),
      clock_(history.stamp_ms) {
  check(history.zxid.epoch() < epoch, "an epoch starts after all history");
}

Effects Leader::on_submit(std::vector<Submission> writes, const ClockReading& now) {
  Effects effects;
  effects.log.reserve(writes.size());
  for (Submission& write : writes) {
    auto txn = std::make_shared<Txn>();
    txn->committed = committed();
    txn->zxid = window_.propose();
    txn->time_ms = clock_.stamp(now.wall_ms, now.monotonic);
    txn->submission = std::move(write);
    end_ = {txn->zxid, txn->time_ms};
    in_flight_.push_back(txn);
    effects.log.push_back(std::move(txn));
  }
  return effects;
}

SyncPoint Leader::sync_point(const SyncRequest& request) const { return {request, proposed()}; }

Effects Leader::on_logged(Zxid zxid) {
  Effects effects;
  // What was logged before this epoch says nothing about it.
  if (zxid.epoch() != epoch_) return effects;
  const Zxid committed = window_.on_ack(self_, zxid);
  while (!in_flight_.empty() && in_flight_.front()->zxid <= committed) {
    effects.commit.push_back(std::move(in_flight_.front()));
    in_flight_.pop_front();
  }
  return effects;
}

Zxid Leader::proposed() const { return end_.zxid; }

Zxid Leader::committed() const {
  return window_.committed().counter() == 0 ? history_end_ : window_.committed();
}

void Leader::check_invariants() const {
  window_.check_invariants();
  check(in_flight_.empty() == (committed() == proposed()), "in flight is what is not committed");
}

}  // namespace quorate
