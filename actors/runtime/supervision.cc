#include "actors/runtime/supervision.h"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>
#include <utility>

#include "actors/runtime/actor_system_setup.h"

namespace quorate {

namespace {

std::vector<OnDeath> rules_of(const std::vector<ChildSpec>& children) {
  std::vector<OnDeath> rules;
  rules.reserve(children.size());
  for (const auto& child : children) rules.push_back(child.on_death);
  return rules;
}

}  // namespace

Supervision::Supervision(caf::scheduled_actor& self, std::vector<ChildSpec> children,
                         RestartLimit limit, std::function<void()> hand_out)
    : self_(self),
      children_(std::move(children)),
      running_(children_.size()),
      starts_(children_.size(), 0),
      policy_(rules_of(children_), limit),
      hand_out_(std::move(hand_out)) {
  self_.set_down_handler([this](const caf::down_msg& down) { on_down(down); });
}

void Supervision::start_all() { perform(policy_.start_all()); }

void Supervision::start(std::size_t child) {
  const auto& spec = children_[child];
  running_[child] = spec.start();
  self_.monitor(running_[child]);
  const auto* config = SystemConfig::of(self_.home_system());
  if (config == nullptr) return;
  config->registry()->supervised(running_[child]->id(), spec.on_death);
  if (starts_[child]++ != 0) config->registry()->restarted(spec.name, spec.label);
}

Supervision::Restart Supervision::restart(caf::actor_id child, const std::string& reason) {
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (running_[i] == nullptr || running_[i]->id() != child) continue;
    const OnDeath rule = children_[i].on_death;
    const bool restarts = rule == OnDeath::restart || rule == OnDeath::restart_with_later ||
                          rule == OnDeath::restart_if_failed;
    if (!restarts) return Restart::not_restartable;
    if (!policy_.has_room(self_.clock().now().time_since_epoch())) return Restart::too_often;
    self_.send_exit(running_[i], caf::make_error(caf::sec::runtime_error, reason));
    return Restart::done;
  }
  return Restart::unknown;
}

void Supervision::on_down(const caf::down_msg& down) {
  for (std::size_t child = 0; child < children_.size(); ++child) {
    if (running_[child] == nullptr || running_[child]->address() != down.source) continue;
    running_[child] = nullptr;
    if (stopping_) {
      stop_next();
      return;
    }
    const bool failed = down.reason && down.reason != caf::exit_reason::normal;
    const auto decision = policy_.on_death(child, failed, self_.clock().now().time_since_epoch());
    if (decision.escalate) {
      give_up(children_[child].name, down.reason);
    } else {
      perform(decision);
    }
    return;
  }
}

void Supervision::perform(const RestartDecision& decision) {
  for (const auto child : decision.stop) {
    self_.send_exit(running_[child], caf::exit_reason::user_shutdown);
  }
  for (const auto child : decision.start) start(child);
  if (!decision.start.empty() && hand_out_) hand_out_();
}

void Supervision::give_up(const std::string& name, const caf::error& reason) {
  for (auto child = running_.rbegin(); child != running_.rend(); ++child) {
    if (*child == nullptr) continue;
    self_.send_exit(*child, caf::exit_reason::user_shutdown);
    *child = nullptr;
  }
  self_.quit(caf::make_error(caf::sec::runtime_error, name + " died and is not started again: " +
                                                          self_.home_system().render(reason)));
}

std::size_t Supervision::running() const {
  const auto down = std::count(running_.begin(), running_.end(), nullptr);
  return running_.size() - static_cast<std::size_t>(down);
}

void Supervision::stop_all() {
  if (std::exchange(stopping_, true)) return;
  stop_next();
}

void Supervision::stop_next() {
  for (auto child = running_.size(); child-- > 0;) {
    if (running_[child] == nullptr) continue;
    self_.send_exit(running_[child], caf::exit_reason::user_shutdown);
    return;
  }
  self_.quit();
}

}  // namespace quorate
