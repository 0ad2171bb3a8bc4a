// What a user of the console may do.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace quorate {

/// Each may do what those before it may.
enum class ConsoleRole : std::uint8_t {
  none,
  viewer,     ///< Looks.
  operator_,  ///< Does what can be undone, or concerns single clients.
  admin,      ///< Does what concerns the server.
};

[[nodiscard]] constexpr std::string_view to_string(ConsoleRole role) {
  switch (role) {
    case ConsoleRole::none:
      return "none";
    case ConsoleRole::viewer:
      return "viewer";
    case ConsoleRole::operator_:
      return "operator";
    case ConsoleRole::admin:
      return "admin";
  }
  return "none";
}

[[nodiscard]] constexpr std::optional<ConsoleRole> console_role(std::string_view name) {
  for (const ConsoleRole role :
       {ConsoleRole::none, ConsoleRole::viewer, ConsoleRole::operator_, ConsoleRole::admin})
    if (to_string(role) == name) return role;
  return std::nullopt;
}

}  // namespace quorate
