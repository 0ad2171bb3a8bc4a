// The admin API: finds who answers a request, here or on another server.
#pragma once

#include <memory>
#include <string>

#include "actors/console/api_room.h"

namespace quorate {

/// Whether a caller may do what a route is for.
[[nodiscard]] inline bool may(const Caller& caller, const Route& route) {
  return caller.role >= route.role;
}

/// Judges the role again, whoever has done so before: a request may come from another server.
/// Requests about other servers are passed on. Not for several threads.
class AdminApi {
 public:
  explicit AdminApi(ApiRoom& room) : room_(room) {}

  void handle(const AdminCallPtr& call);

 private:
  void pass_on(const AdminCallPtr& call, const RouteMatch& match, ServerId server);

  ApiRoom& room_;
};

}  // namespace quorate
