// The nodes that a path begun may mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"

namespace quorate::cli {

/// Full paths of the children, of the node before the last '/', that start like the rest; at most
/// 1000, found within 200 ms, otherwise none: completion must not hang.
[[nodiscard]] std::vector<std::string> complete_node(client::Client& client,
                                                     std::string_view begun);

}  // namespace quorate::cli
