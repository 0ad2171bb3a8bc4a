// What `watch --until` and `wait` wait for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/client.h"
#include "core/base/result.h"

namespace quorate::cli {

struct Condition {
  enum class Kind : std::uint8_t { exists, deleted, value };
  Kind kind = Kind::exists;
  std::string value;
};

/// "exists", "deleted" or "value=TEXT".
[[nodiscard]] Result<Condition> parse_condition(std::string_view text);

/// Whether it holds now. Errors as of Client::get(), but not no_node.
[[nodiscard]] Result<bool> holds(client::Client& client, const std::string& path,
                                 const Condition& condition);

}  // namespace quorate::cli
