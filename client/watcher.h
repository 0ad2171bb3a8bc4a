// Who is told when a watch fires.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

#include "core/txn/reply.h"

namespace quorate::client {

/// A function of the application that is called with the events of its watches. Copies are the
/// same watcher: registered twice on one path it is told once, and it can be removed by any copy.
///
/// Called on the client's callback thread, one callback at a time, in order with the replies: an
/// event comes before the reply to any read that already shows the change. An event of type
/// `none` says that the session ended and that nothing more will come for that path.
class Watcher {
 public:
  template <class Function>
  requires(std::invocable<const Function&, const WatchEvent&> &&
           !std::same_as<std::remove_cvref_t<Function>, Watcher>)
      Watcher(Function function)  // NOLINT(google-explicit-constructor)
      : function_(
            std::make_shared<const std::function<void(const WatchEvent&)>>(std::move(function))) {}

  void operator()(const WatchEvent& event) const { (*function_)(event); }

  friend bool operator==(const Watcher&, const Watcher&) = default;

 private:
  std::shared_ptr<const std::function<void(const WatchEvent&)>> function_;
};

}  // namespace quorate::client
