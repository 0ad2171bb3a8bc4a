// One request on its way, and how it ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/outcome.h"
#include "client/session_state.h"
#include "client/watcher.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate::client {

/// Monotonic time, always handed in: the machines read no clock.
using TimePoint = std::chrono::steady_clock::time_point;

/// Who asked.
enum class CallSource : std::uint8_t { user, ping, credentials, watches, close };

/// Where a callback may run.
enum class CallThread : std::uint8_t {
  callback,  ///< User code: on the callback thread only.
  waiter,    ///< Wakes a thread that waits: anywhere, but not before earlier callbacks.
  urgent,    ///< Wakes the callback thread itself, which waits inside a callback: at once.
};

struct Call {
  Request request;
  OutcomeCallback done;
  std::optional<Watcher> watcher;  ///< Registered when the reply says that the server did.
  CallSource source = CallSource::user;
  CallThread thread = CallThread::callback;
  TimePoint deadline = TimePoint::max();
  std::size_t bytes = 0;
  bool abandoned = false;  ///< Its caller has been told; the reply is still to come.
};

/// What the callbacks are to be told, in this order.
struct Completion {
  OutcomeCallback done;
  Outcome outcome;
  CallThread thread = CallThread::callback;
};
struct Notification {
  std::vector<Watcher> watchers;
  WatchEvent event;
};
struct StateChange {
  SessionState state = SessionState::connecting;
  std::string reason;
};
using Delivery = std::variant<Completion, Notification, StateChange>;

}  // namespace quorate::client
