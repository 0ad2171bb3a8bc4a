// How a watch event is shown.
#pragma once

#include <string>
#include <string_view>

#include "client/cli/output.h"
#include "core/txn/reply.h"

namespace quorate::cli {

/// "created", "deleted", "data_changed", "children_changed"; "none" for the end of a session.
[[nodiscard]] std::string_view name_of(EventType type);

[[nodiscard]] Json to_json(const WatchEvent& event);
/// "7.1f  data_changed  /a"; a zxid of 0 (found changed after a break) is "-".
[[nodiscard]] std::string to_text(const WatchEvent& event);

}  // namespace quorate::cli
