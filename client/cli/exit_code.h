// How the command line ends, for scripts.
#pragma once

#include "core/base/error_code.h"

namespace quorate::cli {

enum class ExitCode : int {
  ok = 0,
  other = 1,
  usage = 2,
  not_found = 3,
  conflict = 4,       ///< Version, exists already, not empty, quota.
  auth = 5,           ///< Identity or ACL.
  no_connection = 6,  ///< No connection, no quorum, session lost.
  timeout = 7,
  check_failed = 8,  ///< `wait` and comparisons.
  interrupted = 130,
};

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);

}  // namespace quorate::cli
