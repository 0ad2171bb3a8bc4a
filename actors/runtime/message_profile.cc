#include "actors/runtime/message_profile.h"

#include <algorithm>
#include <caf/atom.hpp>
#include <caf/type_erased_tuple.hpp>
#include <caf/type_nr.hpp>

#include "actors/runtime/message_names.h"

namespace quorate {
namespace {

/// Of all kinds beyond kinds_max.
constexpr MessageProfile::Key other = 0;

/// Types and first atom tell our messages apart; naming one costs a hundred times as much.
MessageProfile::Key key_of(const caf::type_erased_tuple& message) {
  MessageProfile::Key key = message.type_token();
  const bool has_atom =
      !message.empty() && message.type(0).first == caf::type_nr<caf::atom_value>::value;
  if (has_atom) key ^= static_cast<std::uint64_t>(message.get_as<caf::atom_value>(0)) << 8U;
  return key == other ? 1 : key;
}

}  // namespace

MessageProfile::Key MessageProfile::kind_of(const caf::type_erased_tuple& message) {
  const Key key = key_of(message);
  const std::lock_guard guard(mutex_);
  if (kinds_.contains(key)) return key;
  if (kinds_.size() >= kinds_max) {
    kinds_[other].message = "others";
    return other;
  }
  kinds_[key].message = message_names(message);
  return key;
}

void MessageProfile::count(Key kind) {
  const std::lock_guard guard(mutex_);
  ++kinds_[kind].count;
}

void MessageProfile::on_sent(const caf::mailbox_element* message) {
  const std::lock_guard guard(mutex_);
  // Those above are not known, as those from before the trace are not.
  if (sent_.size() < sent_max || sent_.contains(message)) sent_[message] = Clock::now();
}

std::optional<std::chrono::nanoseconds> MessageProfile::waited(const caf::mailbox_element* message,
                                                               Clock::time_point now) const {
  const std::lock_guard guard(mutex_);
  const auto sent = sent_.find(message);
  if (sent == sent_.end()) return std::nullopt;
  return now - sent->second;
}

void MessageProfile::forget(const caf::mailbox_element* message) {
  const std::lock_guard guard(mutex_);
  sent_.erase(message);
}

void MessageProfile::forget_all_sent() {
  const std::lock_guard guard(mutex_);
  sent_.clear();
}

void MessageProfile::time(Key kind, const Timing& timing) {
  const auto ns = static_cast<std::uint64_t>(timing.took.count());
  const std::lock_guard guard(mutex_);
  Counted& counted = kinds_[kind];
  ++counted.count;
  if (counted.took_ns.size() < times_max) {
    counted.took_ns.push_back(ns);
  } else {
    counted.took_ns[counted.next++ % times_max] = ns;
  }
  last_.push_front({++timed_, kind, timing});
  if (last_.size() > last_max) last_.pop_back();
}

std::vector<MessageKind> MessageProfile::kinds() const {
  std::vector<MessageKind> kinds;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& [key, counted] : kinds_)
      kinds.push_back({counted.message, counted.count, counted.took_ns});
  }
  for (MessageKind& kind : kinds) std::sort(kind.took_ns.begin(), kind.took_ns.end());
  std::sort(kinds.begin(), kinds.end(), [](const MessageKind& a, const MessageKind& b) {
    return a.count != b.count ? a.count > b.count : a.message < b.message;
  });
  return kinds;
}

std::vector<TracedMessage> MessageProfile::last(std::uint64_t after) const {
  std::vector<TracedMessage> messages;
  const std::lock_guard guard(mutex_);
  for (const Timed& timed : last_) {
    if (timed.number <= after) break;
    const auto kind = kinds_.find(timed.kind);
    const auto& [took, wait, from, at_ms] = timed.timing;
    TracedMessage message{timed.number, at_ms, kind->second.message, 0, {}, from};
    message.took_ns = static_cast<std::uint64_t>(took.count());
    if (wait) message.wait_ns = static_cast<std::uint64_t>(wait->count());
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace quorate
