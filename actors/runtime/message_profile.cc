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

void MessageProfile::time(Key kind, std::chrono::nanoseconds took, std::int64_t now_ms) {
  const auto ns = static_cast<std::uint64_t>(took.count());
  const std::lock_guard guard(mutex_);
  Counted& counted = kinds_[kind];
  ++counted.count;
  if (counted.took_ns.size() < times_max) {
    counted.took_ns.push_back(ns);
  } else {
    counted.took_ns[counted.next++ % times_max] = ns;
  }
  last_.push_front({++timed_, now_ms, kind, ns});
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
    messages.push_back({timed.number, timed.at_ms, kind->second.message, timed.took_ns});
  }
  return messages;
}

}  // namespace quorate
