// How a request ended.
#pragma once

#include <functional>

#include "core/base/result.h"
#include "core/txn/reply.h"

namespace quorate::client {

struct Outcome {
  /// Code ok, or why not, in a sentence that names operation and full path. Codes of the client
  /// itself: connection_loss (sent, no answer: a write may have taken effect), operation_timeout
  /// (the text says whether it was sent), session_expired (not executed unless it was sent),
  /// throttled and request_too_large (not sent).
  Error error{ErrorCode::ok, {}};
  /// As it came, also when it refuses (a failed multi carries its results); empty when none came.
  Reply reply;
};

using OutcomeCallback = std::function<void(Outcome&&)>;

}  // namespace quorate::client
