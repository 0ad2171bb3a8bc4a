#include "core/zab/leader.h"

#include <utility>

#include "core/base/check.h"

namespace quorate {

Leader::Leader(Epoch epoch, ServerId self, const std::set<ServerId>& voters, Zxid history_end,
               std::int64_t last_stamp_ms)
    : epoch_(epoch),
      self_(self),
      history_end_(history_end),
      window_(epoch, voters),
      clock_(last_stamp_ms) {
  check(history_end.epoch() < epoch, "an epoch starts after all history");
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
    effects.log.push_back(std::move(txn));
  }
  return effects;
}

Effects Leader::on_logged(Zxid zxid) {
  Effects effects;
  // What was logged before this epoch says nothing about it.
  if (zxid.epoch() != epoch_) return effects;
  const Zxid before = window_.committed();
  const Zxid after = window_.on_ack(self_, zxid);
  if (after > before) effects.commit = after;
  return effects;
}

std::uint32_t Leader::room() const {
  return CommitWindow::counter_max - window_.proposed().counter();
}

Zxid Leader::proposed() const {
  return window_.proposed().counter() == 0 ? history_end_ : window_.proposed();
}

Zxid Leader::committed() const {
  return window_.committed().counter() == 0 ? history_end_ : window_.committed();
}

}  // namespace quorate
