// One session for setting up and cleaning up: calls that wait, and many calls in a pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/session.h"
#include "core/txn/reply.h"

namespace quorate::bench {

class Control {
 public:
  /// Opens a session with the first of the servers.
  [[nodiscard]] static Result<Control> open(const std::vector<Address>& servers);

  /// The reply, whatever its error. Error of its own: connection_loss, operation_timeout (ten
  /// seconds), data_inconsistency for anything but the reply that is due.
  [[nodiscard]] Result<Reply> call(Operation operation);

  /// Calls `count` operations, up to 512 in flight; `make(i)` gives the operation,
  /// `on_reply(i, reply)` judges its reply, in their order.
  Status pipeline(std::string_view label, std::uint32_t count,
                  const std::function<Operation(std::uint32_t)>& make,
                  const std::function<Status(std::uint32_t, const Reply&)>& on_reply);

  /// Ends the session.
  Status close();

 private:
  Control(Poller poller, Sessions sessions);

  Poller poller_;
  std::unique_ptr<ReadBuffer> buffer_;
  Sessions sessions_;  ///< One.
};

/// The text of a reply's error, with what was asked.
[[nodiscard]] Status refused(std::string_view what, const Reply& reply);

}  // namespace quorate::bench
