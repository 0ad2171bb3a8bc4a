#include "actors/console/admin_api.h"

#include <array>
#include <charconv>
#include <utility>

#include "actors/console/passed_on.h"
#include "schema/peer_messages.h"

namespace quorate {
namespace {

struct Endpoint {
  std::string_view operation;
  ApiHandler handler;
};

constexpr std::array endpoints = {
    Endpoint{"ensemble", answer_ensemble},
    Endpoint{"status", answer_status},
    Endpoint{"actors", answer_actors},
    Endpoint{"actor", answer_actor},
    Endpoint{"traceActor", trace_actor},
    Endpoint{"restartActor", restart_actor},
    Endpoint{"elections", answer_elections},
    Endpoint{"transferLeadership", transfer_leadership},
    Endpoint{"drain", drain_server},
    Endpoint{"stop", stop_server},
    Endpoint{"sessions", answer_sessions},
    Endpoint{"session", answer_session},
    Endpoint{"closeSession", close_session},
    Endpoint{"removeWatches", remove_watches},
    Endpoint{"shed", shed_clients},
    Endpoint{"watches", answer_watches},
    Endpoint{"children", answer_children},
    Endpoint{"node", answer_node},
    Endpoint{"createNode", create_node},
    Endpoint{"setNode", set_node},
    Endpoint{"deleteNode", delete_node},
    Endpoint{"setAcl", set_acl},
    Endpoint{"searchTree", search_tree},
    Endpoint{"biggest", answer_biggest},
    Endpoint{"transactions", answer_transactions},
    Endpoint{"metricsHistory", answer_metrics_history},
    Endpoint{"slow", answer_slow},
    Endpoint{"setSlowThreshold", set_slow_threshold},
    Endpoint{"config", answer_config},
    Endpoint{"logLevels", answer_log_levels},
    Endpoint{"setLogLevel", set_log_level},
    Endpoint{"logLines", answer_log_lines},
    Endpoint{"backups", answer_backups},
    Endpoint{"verifyCheckpoint", verify_checkpoint},
    Endpoint{"takeSnapshot", take_snapshot},
    Endpoint{"audit", answer_audit},
    Endpoint{"commands", answer_commands},
    Endpoint{"command", answer_command},
};

ApiHandler handler_of(std::string_view operation) {
  for (const Endpoint& endpoint : endpoints)
    if (endpoint.operation == operation) return endpoint.handler;
  return nullptr;
}

Refusal no_route(const AdminRequestLine& request, NoRoute why) {
  if (why == NoRoute::no_method) {
    return {405, "no_method", request.path + " does not know the method " + request.method, {}};
  }
  return {404, "not_found", "there is no " + request.path, "see the description of the API"};
}

/// Nothing where it is no id.
std::optional<ServerId> server_of(const std::string& text, ServerId self) {
  if (text == "self") return self;
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id > server_id_max)
    return std::nullopt;
  return ServerId{id};
}

}  // namespace

void AdminApi::handle(const AdminCallPtr& call) {
  const AdminRequestLine& request = call->request;
  RouteSearch search = find_route(request.method, request.path);
  if (!search.match) return call->answer(answer_of(no_route(request, search.why)));
  const Route& route = *search.match->route;
  if (!may(request.caller, route)) {
    return call->answer(
        answer_of(Refusal{403,
                          "forbidden",
                          "this needs the role " + std::string(to_string(route.role)) +
                              "; you are " + std::string(to_string(request.caller.role)),
                          {}}));
  }
  if (route.is_of_server()) {
    const ServerId self = room_.context.config.server_id;
    const auto server = server_of(search.match->parameters.find("server")->second, self);
    if (!server) return call->answer(answer_of(bad_request("a server is self, or a number")));
    if (*server != self) return pass_on(call, *search.match, *server);
  }
  const ApiHandler handler = handler_of(route.operation);
  if (handler == nullptr) return call->answer(answer_of(no_route(request, NoRoute::no_path)));
  auto api_call = std::make_shared<ApiCall>(call, std::move(*search.match));
  if (route.changes() && !api_call->parse_body()) return;
  handler(room_, api_call);
}

void AdminApi::pass_on(const AdminCallPtr& call, const RouteMatch&, ServerId server) {
  const std::string id = std::to_string(server.value);
  if (!room_.context.config.membership.members.contains(server)) {
    return call->answer(answer_of(not_found("there is no server " + id + " in the ensemble")));
  }
  if (call->request.via) {
    return call->answer(answer_of(bad_request("a request that was passed on goes no further")));
  }
  if (!room_.port.can_pass_on(server)) {
    return call->answer(answer_of(
        Refusal{502, "not_linked", "there is no link to server " + id,
                "look at that server's own console, and at the network between the two"}));
  }
  if (call->request.body.size() > admin_request_bytes_max / 2) {
    return call->answer(answer_of(
        Refusal{413, "too_large", "too large to be passed on", "ask that server itself"}));
  }
  AdminRequestLine onwards = call->request;
  onwards.path = path_for_self(onwards.path);
  onwards.via = room_.context.config.server_id;
  room_.port.pass_on(server, onwards, call->answer);
}

}  // namespace quorate
