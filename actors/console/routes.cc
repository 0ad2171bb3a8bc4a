#include "actors/console/routes.h"

#include <array>

namespace quorate {
namespace {

constexpr auto none = ConsoleRole::none;
constexpr auto viewer = ConsoleRole::viewer;
constexpr auto operator_ = ConsoleRole::operator_;
constexpr auto admin = ConsoleRole::admin;
constexpr bool live = true;
constexpr bool destructive = true;

constexpr std::array all_routes = {
    Route{"me", "GET", "/me", none},
    Route{"login", "POST", "/login", none},
    Route{"logout", "POST", "/logout", none},
    Route{"events", "GET", "/events", viewer},
    Route{"ensemble", "GET", "/ensemble", viewer, live},
    Route{"status", "GET", "/servers/{server}/status", viewer, live},
    Route{"actors", "GET", "/servers/{server}/actors", viewer, live},
    Route{"actor", "GET", "/servers/{server}/actors/{actor}", viewer, live},
    Route{"traceActor", "POST", "/servers/{server}/actors/{actor}/trace", operator_},
    Route{"restartActor", "POST", "/servers/{server}/actors/{actor}/restart", admin, false,
          destructive},
    Route{"elections", "GET", "/servers/{server}/elections", viewer, live},
    Route{"transferLeadership", "POST", "/servers/{server}/leader/transfer", admin, false,
          destructive},
    Route{"drain", "POST", "/servers/{server}/drain", admin, false, destructive},
    Route{"stop", "POST", "/servers/{server}/stop", admin, false, destructive},
    Route{"sessions", "GET", "/servers/{server}/sessions", viewer, live},
    Route{"session", "GET", "/servers/{server}/sessions/{session}", viewer, live},
    Route{"closeSession", "POST", "/servers/{server}/sessions/{session}/close", operator_, false,
          destructive},
    Route{"removeWatches", "POST", "/servers/{server}/sessions/{session}/remove-watches", operator_,
          false, destructive},
    Route{"shed", "POST", "/servers/{server}/shed", operator_, false, destructive},
    Route{"watches", "GET", "/servers/{server}/watches", viewer, live},
    Route{"children", "GET", "/servers/{server}/tree/children", viewer},
    Route{"node", "GET", "/servers/{server}/tree/node", viewer},
    Route{"createNode", "POST", "/servers/{server}/tree/node", operator_},
    Route{"setNode", "PUT", "/servers/{server}/tree/node", operator_},
    Route{"deleteNode", "DELETE", "/servers/{server}/tree/node", operator_, false, destructive},
    Route{"setAcl", "PUT", "/servers/{server}/tree/acl", operator_},
    Route{"searchTree", "GET", "/servers/{server}/tree/search", viewer},
    Route{"biggest", "GET", "/servers/{server}/tree/biggest", viewer},
    Route{"transactions", "GET", "/servers/{server}/transactions", viewer, live},
    Route{"metricsHistory", "GET", "/servers/{server}/metrics", viewer},
    Route{"slow", "GET", "/servers/{server}/slow", viewer, live},
    Route{"setSlowThreshold", "PUT", "/servers/{server}/slow/threshold", operator_},
    Route{"config", "GET", "/servers/{server}/config", viewer},
    Route{"logLevels", "GET", "/servers/{server}/loglevels", viewer},
    Route{"setLogLevel", "PUT", "/servers/{server}/loglevels/{component}", operator_},
    Route{"logLines", "GET", "/servers/{server}/log", viewer, live},
    Route{"backups", "GET", "/servers/{server}/backups", viewer, live},
    Route{"takeSnapshot", "POST", "/servers/{server}/backups", operator_},
    Route{"verifyCheckpoint", "POST", "/servers/{server}/backups/{checkpoint}/verify", operator_},
    Route{"audit", "GET", "/servers/{server}/audit", operator_, live},
    Route{"commands", "GET", "/commands", viewer},
    Route{"command", "GET", "/commands/{command}", viewer},
};

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// Both begin with '/', or are empty.
bool matches(std::string_view pattern, std::string_view path, RouteMatch& into) {
  into.parameters.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return false;
      into.parameters.emplace(wanted.substr(1, wanted.size() - 2), given);
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const Route> routes() { return all_routes; }

RouteSearch find_route(std::string_view method, std::string_view path) {
  RouteSearch search;
  if (!path.starts_with('/')) return search;
  const std::string_view asked = method == "HEAD" ? "GET" : method;
  RouteMatch match;
  for (const Route& route : all_routes) {
    if (!matches(route.pattern, path, match)) continue;
    search.why = NoRoute::no_method;
    if (route.method != asked) continue;
    match.route = &route;
    search.match = std::move(match);
    return search;
  }
  return search;
}

}  // namespace quorate
