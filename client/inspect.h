// What an operator asks servers, without a session: also those that serve nobody.
#pragma once

#include <chrono>
#include <vector>

#include "client/host_list.h"
#include "core/base/result.h"
#include "schema/client_messages.h"

namespace quorate::client {

/// What one server said.
struct Answer {
  Host host;
  bool alive = false;  ///< A server was there, if only to send us away.
  Result<Inspection> inspection = Error{ErrorCode::connection_loss, "not asked"};
};

/// Asks all at once; see ask().
[[nodiscard]] std::vector<Answer> inspect(const std::vector<Host>& hosts,
                                          std::chrono::milliseconds timeout);

/// Asks a server to have leadership transferred; it may be any that serves. Returns who shall lead,
/// which is so some moments later: inspect() tells. Errors: those of ask(), no_auth (neither from
/// the server's host nor as super), bad_arguments (the named server is no voter, or leads already),
/// not_serving (no leader, or the named server is not up to date).
[[nodiscard]] Result<ServerId> transfer_leadership(const Host& host, const TransferLeadership& wish,
                                                   std::chrono::milliseconds timeout);

}  // namespace quorate::client
