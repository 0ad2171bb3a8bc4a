// Every route of the admin API, with who may use it: the one table that requests are matched with,
// that the matrix of routes and roles is tested with, and that console/openapi.yaml is compared
// with.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "actors/console/role.h"

namespace quorate {

struct Route {
  std::string_view operation;  ///< Its operationId.
  std::string_view method;
  std::string_view pattern;  ///< Below /api/v1; `{name}` stands for one segment.
  ConsoleRole role = ConsoleRole::viewer;
  bool live = false;         ///< May be a view of a stream of events.
  bool destructive = false;  ///< Needs the name typed and a reason.

  [[nodiscard]] bool changes() const { return method != "GET"; }
  /// Of one server, and passed on when it is another one's.
  [[nodiscard]] bool is_of_server() const { return pattern.starts_with("/servers/"); }
};

[[nodiscard]] std::span<const Route> routes();

struct RouteMatch {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> parameters;  ///< By their names in the pattern.
};

enum class NoRoute : std::uint8_t { no_path, no_method };

struct RouteSearch {
  std::optional<RouteMatch> match;
  NoRoute why = NoRoute::no_path;
};

/// `path` is decoded and below /api/v1.
[[nodiscard]] RouteSearch find_route(std::string_view method, std::string_view path);

}  // namespace quorate
