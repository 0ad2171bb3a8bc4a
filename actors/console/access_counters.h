// What became of requests to the console; written by its HTTP thread, read by any.
#pragma once

#include "actors/runtime/counter.h"

namespace quorate {

/// Totals since the start. Each request is counted once, and each attempt to log in besides where
/// it failed.
struct AccessCounters {
  Counter allowed;
  Counter wrong_host;       ///< For a name that is none of this console.
  Counter foreign_site;     ///< From another site's page, or without what only ours sends.
  Counter wrong_token;      ///< Unknown, expired, or nothing that can be one.
  Counter throttled;        ///< After too many of these.
  Counter unauthenticated;  ///< Nothing was presented, where that takes a role.
  Counter forbidden;        ///< Not in the sender's role.
  Counter read_only;        ///< Would have changed something.
};

}  // namespace quorate
