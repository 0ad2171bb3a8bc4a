// One request of the admin API on its way to who answers it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include <optional>
#include <string>
#include <string_view>

#include "actors/console/caller.h"
#include "actors/console/json.h"
#include "core/base/ids.h"

namespace quorate {

struct AdminRequestLine {
  std::string method;
  std::string path;  ///< Below /api/v1, as "/servers/self/actors".
  std::multimap<std::string, std::string> query;
  std::string body;
  std::string if_match;  ///< Empty: none.
  std::string identity;  ///< Of the tree, "digest:user:password"; empty: anybody.
  Caller caller;
  std::optional<ServerId> via;  ///< The server that passed it on.

  /// Empty when it is not given.
  [[nodiscard]] std::string_view option(std::string_view name) const {
    const auto found = query.find(std::string(name));
    return found == query.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct AdminAnswer {
  unsigned status = 200;
  std::string body;  ///< JSON.
};

/// Answered exactly once; the function may be called on any thread and is cheap.
struct AdminCall {
  AdminRequestLine request;
  std::function<void(AdminAnswer)> answer;
};
using AdminCallPtr = std::shared_ptr<const AdminCall>;

}  // namespace quorate
