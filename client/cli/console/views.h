// Which fields of the console's answers are shown, and what their lists can be sorted by. Lists and
// `top` share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/cli/console/fields.h"

namespace quorate::cli {

extern const Fields server_fields;   ///< Of Ensemble.servers.
extern const Fields status_fields;   ///< Of Status, one a line.
extern const Fields actor_fields;    ///< Of Actors.items.
extern const Fields session_fields;  ///< Of Sessions.items.
extern const Fields watch_fields;    ///< Of Watches.items.
extern const Fields slow_fields;     ///< Of SlowRequests.items, through with_stages().
extern const Fields election_fields;
extern const Fields transaction_fields;
extern const Fields audit_fields;
extern const Fields checkpoint_fields;
extern const Fields config_fields;

/// The items with `stages_text`: "queue 1.2 ms, log 5.0 ms".
[[nodiscard]] Json with_stages(const Json& items, bool for_people);

/// The items with `note`: what a person should know of a server.
[[nodiscard]] Json with_notes(const Json& servers);

/// The actors as a tree, each with `indent` and below its parent; those whose parent is not among
/// them stand at the top. Each actor once, also where parents go round in a circle.
[[nodiscard]] Json as_tree(const Json& actors);

/// "2026-11-23T00:00:00.000Z info  zab  elected leader=2": a line of a server's log.
[[nodiscard]] std::string log_text(const Json& line);

/// What `now` has in front of `before`, both newest first: what was not there when `before` was
/// taken.
[[nodiscard]] std::vector<Json> newer_items(const Json& before, const Json& now);

}  // namespace quorate::cli
