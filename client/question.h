// One question to servers, each over a connection of its own and without a session.
#pragma once

#include <chrono>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "client/host_list.h"
#include "core/base/result.h"
#include "schema/client_messages.h"

namespace quorate::client {

/// What one server said.
struct Said {
  Host host;
  bool alive = false;  ///< A server was there, if only to send us away.
  Result<ServerMessage> message = Error{ErrorCode::connection_loss, "not asked"};
};

/// Asks all at once; takes `timeout` at most. `question` is a frame that stands instead of a Hello.
/// The answers come in the order of the hosts. Errors: connection_loss where there is nobody or the
/// connection broke, operation_timeout, marshalling_error for what is not a server of ours, and
/// what a server says when it sends us away: not_serving (it stops, or waits for its operator),
/// unimplemented (its version does not know the question).
[[nodiscard]] std::vector<Said> ask(const std::vector<Host>& hosts, std::span<const char> question,
                                    std::chrono::milliseconds timeout);

/// The message if it is of the kind that the question wants.
template <class Wanted>
[[nodiscard]] Result<Wanted> wanted(Result<ServerMessage>&& message) {
  if (!message) return message.error();
  if (auto* found = std::get_if<Wanted>(&*message)) return std::move(*found);
  return Error{ErrorCode::marshalling_error, "the server answers something else"};
}

}  // namespace quorate::client
