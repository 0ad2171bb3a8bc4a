// Sentences about operations, for errors that people read.
#pragma once

#include <string>

#include "core/base/error_code.h"
#include "core/txn/reply.h"
#include "core/txn/request.h"

namespace quorate::client {

/// "create /a/b", "sync /", "whoAmI".
[[nodiscard]] std::string describe(const Operation& operation);

/// "the node does not exist": what a code says, without the name of the code.
[[nodiscard]] std::string explain(ErrorCode code);

/// Why `reply` refused `operation`: "create /a/b: the node exists already". For a multi, which
/// of its operations was the first to fail.
[[nodiscard]] std::string explain(const Operation& operation, const Reply& reply);

/// Roughly what a request holds in memory and in its frame.
[[nodiscard]] std::size_t bytes_of(const Operation& operation);

}  // namespace quorate::client
