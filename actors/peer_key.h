// The key that the servers of an ensemble share.
#pragma once

#include <string>

#include "core/base/result.h"

namespace quorate {

/// Reads the key from `path`; white space around it does not belong to it. Empty when `path` is.
/// Errors `bad_arguments`, naming the file and what to do: it cannot be read, it can be read by
/// others than its owner, or the key has less than 16 bytes.
[[nodiscard]] Result<std::string> read_peer_key(const std::string& path);

}  // namespace quorate
