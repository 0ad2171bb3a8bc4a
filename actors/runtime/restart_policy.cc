#include "actors/runtime/restart_policy.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace quorate {

RestartPolicy::RestartPolicy(std::vector<OnDeath> children, RestartLimit limit)
    : rules_(std::move(children)),
      states_(rules_.size(), State::down),
      to_start_(rules_.size(), true),
      limit_(limit) {}

bool RestartPolicy::is_running(std::size_t child) const {
  return states_.at(child) == State::running;
}

bool RestartPolicy::has_room(std::chrono::nanoseconds now) const {
  const auto recent = std::count_if(restarts_.begin(), restarts_.end(),
                                    [&](auto restart) { return now - restart <= limit_.within; });
  return static_cast<std::size_t>(recent) < limit_.restarts_max;
}

RestartDecision RestartPolicy::start_all() { return start_if_all_stopped({}); }

RestartDecision RestartPolicy::on_death(std::size_t child, bool failed,
                                        std::chrono::nanoseconds now) {
  check(states_.at(child) != State::down, "only a living child dies");
  const bool asked = std::exchange(states_[child], State::down) == State::stopping;
  if (given_up_) return {};
  if (asked) return start_if_all_stopped({});

  const OnDeath rule = rules_[child];
  if (rule == OnDeath::leave || (rule == OnDeath::restart_if_failed && !failed)) {
    // Others may wait for it without knowing that it would not be asked.
    return start_if_all_stopped({});
  }
  if (rule == OnDeath::escalate || is_above_limit(now)) {
    given_up_ = true;
    return {.stop = {}, .start = {}, .escalate = true};
  }
  to_start_[child] = true;
  RestartDecision decision;
  if (rule == OnDeath::restart_with_later) {
    for (auto later = rules_.size(); later-- > child + 1;) {
      if (states_[later] != State::running) continue;
      states_[later] = State::stopping;
      to_start_[later] = true;
      decision.stop.push_back(later);
    }
  }
  return start_if_all_stopped(std::move(decision));
}

/// Counts this restart, unless it is one too many.
bool RestartPolicy::is_above_limit(std::chrono::nanoseconds now) {
  while (!restarts_.empty() && now - restarts_.front() > limit_.within) restarts_.pop_front();
  if (restarts_.size() >= limit_.restarts_max) return true;
  restarts_.push_back(now);
  return false;
}

RestartDecision RestartPolicy::start_if_all_stopped(RestartDecision decision) {
  if (std::count(states_.begin(), states_.end(), State::stopping) > 0) return decision;
  for (std::size_t child = 0; child < rules_.size(); ++child) {
    if (!to_start_[child]) continue;
    to_start_[child] = false;
    states_[child] = State::running;
    decision.start.push_back(child);
  }
  return decision;
}

}  // namespace quorate
