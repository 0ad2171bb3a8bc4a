// Operations of a multi as JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "client/cli/output.h"
#include "core/base/result.h"
#include "core/txn/request.h"

namespace quorate::cli {

/// A JSON array, or one JSON object per line:
///   {"op": "create", "path": "/a", "data": "x", "mode": "ephemeral", "acl": "world:anyone:r"}
///   {"op": "set", "path": "/a", "data": {"base64": "..."}, "version": 3}
///   {"op": "delete", "path": "/a", "version": 3}
///   {"op": "check", "path": "/a", "version": 3} or {"op": "check", "path": "/a", "absent": true}
/// Paths pass through `resolve`. Errors name operation, key and what is wrong with it.
[[nodiscard]] Result<Multi> parse_multi(
    std::string_view text, const std::function<std::string(std::string_view)>& resolve);

/// "persistent_sequential" and so on.
[[nodiscard]] std::string_view name_of(CreateMode mode);
[[nodiscard]] Result<CreateMode> parse_mode(std::string_view text);

}  // namespace quorate::cli
