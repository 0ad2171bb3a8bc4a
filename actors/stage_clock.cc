#include "actors/stage_clock.h"

#include <algorithm>

namespace quorate {

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::queue:
      return "queue";
    case Stage::propose:
      return "propose";
    case Stage::log:
      return "log";
    case Stage::quorum:
      return "quorum";
    case Stage::apply:
      return "apply";
    case Stage::reply:
      return "reply";
    case Stage::serve:
      return "serve";
  }
  return "unknown";
}

void ZxidMarks::note(Zxid zxid, Time now) {
  if (zxid == last_) return;
  const std::uint64_t end = end_.load(std::memory_order_relaxed);
  if (zxid < last_) first_.store(end, std::memory_order_release);
  last_ = zxid;
  Mark& mark = (*marks_)[end % marks_max];
  mark.zxid.store(zxid.value, std::memory_order_release);
  mark.time.store(now.count(), std::memory_order_release);
  end_.store(end + 1, std::memory_order_release);
}

std::optional<ZxidMarks::Time> ZxidMarks::reached(Zxid zxid) const {
  const std::uint64_t end = end_.load(std::memory_order_acquire);
  // The oldest one may be written over next.
  const std::uint64_t oldest = end > marks_max - 1 ? end - (marks_max - 1) : 0;
  const std::uint64_t first = std::max(first_.load(std::memory_order_acquire), oldest);
  std::uint64_t low = first;
  std::uint64_t high = end;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (at(middle).zxid.load(std::memory_order_acquire) < zxid.value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // Of what the first one covers, nobody knows whether an earlier one did.
  if (low == end || low == first) return std::nullopt;
  const Time time{at(low).time.load(std::memory_order_acquire)};
  // Written over, or cut, while we looked: what was found may be anything.
  const bool is_intact = end_.load(std::memory_order_acquire) < first + marks_max &&
                         first_.load(std::memory_order_acquire) <= first;
  return is_intact ? std::optional(time) : std::nullopt;
}

std::vector<StageTime> StageClock::stages_of(Zxid zxid, Time received, Time replied) const {
  const auto took = [](Time from, Time to) {
    return static_cast<std::uint32_t>((to - from).count());
  };
  std::vector<StageTime> stages;
  const auto applied = reached(Milestone::applied, zxid);
  // Refused before it became a txn: the reply names one that others wrote.
  const bool is_of_others = applied && *applied < received;
  Time at = received;
  for (std::size_t i = 0; i < milestones && !is_of_others; ++i) {
    const auto then = reached(static_cast<Milestone>(i), zxid);
    if (!then) continue;
    const Time reached = std::clamp(*then, at, replied);
    stages.push_back({static_cast<Stage>(i), took(at, reached)});
    at = reached;
  }
  stages.push_back({stages.empty() ? Stage::serve : Stage::reply, took(at, replied)});
  return stages;
}

void SubmitTrail::on_submitted(const Origin& last, StageClock::Time now) {
  if (batches_.size() >= batches_max) batches_.clear();
  batches_.emplace_back(last, now);
}

void SubmitTrail::on_proposed(const std::vector<Record>& records, StageClock& clock) {
  for (const Record& record : records) {
    if (batches_.empty()) return;
    if (record.txn->submission.origin != batches_.front().first) continue;
    clock.note(Milestone::submitted, record.zxid(), batches_.front().second);
    batches_.pop_front();
  }
}

}  // namespace quorate
