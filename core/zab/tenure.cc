#include "core/zab/tenure.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"

namespace quorate {
namespace {

constexpr std::uint32_t epoch_max = 0x7fff'ffff;

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Tenure::Tenure(Standing standing) : standing_(std::move(standing)) {
  check(standing_.voters == std::set{standing_.self}, "a tenure alone has one voter");
  check(standing_.promised.accepted >= standing_.promised.current,
        "an epoch is accepted before it is current");
  check(standing_.promised.current >= standing_.history.zxid.epoch(),
        "the current epoch covers the log");
}

Effects Tenure::start() { return ask_for_next_epoch(); }

Effects Tenure::ask_for_next_epoch() {
  check(standing_.promised.accepted.value < epoch_max, "epochs are left");
  phase_ = Phase::promising;
  Effects effects;
  effects.promise = {Epoch{standing_.promised.accepted.value + 1}, standing_.promised.current};
  return effects;
}

Effects Tenure::on_promised(const EpochPromise& promise, const ClockReading& now) {
  Effects effects;
  standing_.promised = promise;
  if (phase_ == Phase::promising) {
    phase_ = Phase::adopting;
    effects.promise = {promise.accepted, promise.accepted};
  } else if (phase_ == Phase::adopting) {
    lead(effects, now);
  }
  return effects;
}

void Tenure::lead(Effects& effects, const ClockReading& now) {
  phase_ = Phase::leading;
  leader_.emplace(standing_.promised.current, standing_.self, standing_.voters, standing_.history,
                  standing_.counters_per_epoch);
  effects.commit = std::move(standing_.uncommitted);
  standing_.uncommitted.clear();
  effects.established = true;
  propose_waiting(effects, now);
}

void Tenure::propose_waiting(Effects& effects, const ClockReading& now) {
  const std::size_t fits = std::min<std::size_t>(leader_->room(), waiting_writes_.size());
  const auto end = waiting_writes_.begin() + static_cast<std::ptrdiff_t>(fits);
  std::vector<Submission> writes(std::make_move_iterator(waiting_writes_.begin()),
                                 std::make_move_iterator(end));
  waiting_writes_.erase(waiting_writes_.begin(), end);
  append(effects.log, leader_->on_submit(std::move(writes), now).log);
  if (!waiting_writes_.empty()) {
    phase_ = Phase::draining;
    return;
  }
  for (const SyncRequest& request : std::exchange(waiting_syncs_, {})) {
    effects.synced.push_back(leader_->sync_point(request));
  }
}

Effects Tenure::on_submit(std::vector<Submission> writes, const ClockReading& now) {
  if (phase_ == Phase::leading && leader_->room() >= writes.size()) {
    return leader_->on_submit(std::move(writes), now);
  }
  append(waiting_writes_, std::move(writes));
  Effects effects;
  if (phase_ != Phase::leading) return effects;
  propose_waiting(effects, now);
  // Nothing in flight means that no sync will come to tell that the window is empty.
  if (phase_ == Phase::draining && leader_->is_drained())
    return on_logged(leader_->proposed(), now);
  return effects;
}

Effects Tenure::on_sync(const SyncRequest& request) {
  Effects effects;
  if (phase_ == Phase::leading) {
    effects.synced.push_back(leader_->sync_point(request));
  } else {
    waiting_syncs_.push_back(request);
  }
  return effects;
}

Effects Tenure::on_logged(Zxid zxid, const ClockReading&) {
  if (!leader_) return {};
  Effects effects = leader_->on_logged(zxid);
  if (phase_ == Phase::draining && leader_->is_drained()) {
    standing_.history = leader_->end();
    effects.promise = ask_for_next_epoch().promise;
  }
  return effects;
}

void Tenure::check_invariants() const {
  if (leader_) leader_->check_invariants();
  check(phase_ != Phase::leading || (waiting_writes_.empty() && waiting_syncs_.empty()),
        "nothing waits while leading");
}

}  // namespace quorate
