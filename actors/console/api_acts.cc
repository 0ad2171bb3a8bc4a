// Handlers of the admin API: what is done to whole servers.
#include <string>
#include <utility>

#include "actors/console/api_act.h"
#include "actors/console/api_room.h"
#include "actors/console/ids_input.h"

namespace quorate {
namespace {

std::string own_id(const ApiRoom& room) {
  return std::to_string(room.context.config.server_id.value);
}

}  // namespace

void transfer_leadership(ApiRoom& room, const ApiCallPtr& call) {
  const auto to = call->body_number("to", 0, server_id_max);
  if (call->is_refused()) return;
  const Notice notice = room.context.board.read();
  if (!notice.leader) {
    return call->refuse({503, "unavailable", "there is no leader that could hand over",
                         "see the elections of the servers"});
  }
  const std::string leader = std::to_string(notice.leader->value);
  std::string target = "server " + leader;
  if (to) target += " to server " + std::to_string(*to);
  const auto act = ApiAct::begin(room, call, {target, leader, {}});
  if (act == nullptr) return;
  std::optional<ServerId> wanted;
  if (to) wanted = ServerId{static_cast<std::uint32_t>(*to)};
  room.port.transfer_leadership(wanted, ApiAct::finisher(act));
}

void drain_server(ApiRoom& room, const ApiCallPtr& call) {
  const auto drain = call->body_flag("drain");
  if (!drain) call->refuse(bad_request("drain: true or false is wanted"));
  if (call->is_refused()) return;
  const auto act = ApiAct::begin(room, call, {"server " + own_id(room), own_id(room), {}});
  if (act == nullptr) return;
  room.port.drain(*drain, [&room, act, drain = *drain](const ActOutcome& outcome) {
    if (!outcome.refusal) room.draining = drain;
    act->finish(outcome);
  });
}

void stop_server(ApiRoom& room, const ApiCallPtr& call) {
  const auto act = ApiAct::begin(room, call, {"server " + own_id(room), own_id(room), {}});
  if (act == nullptr) return;
  act->finish(ActOutcome::done("the server stops"));
  // The answer leaves first.
  room.port.after(std::chrono::milliseconds(200),
                  [&room, reason = "by " + call->request().caller.name + ": " + act->reason()] {
                    room.port.stop(reason);
                  });
}

void shed_clients(ApiRoom& room, const ApiCallPtr& call) {
  const auto percent = call->body_number("percent", 1, 100);
  if (!percent) call->refuse(bad_request("percent: how many of the clients, from 1 to 100"));
  if (call->is_refused()) return;
  const auto act = ApiAct::begin(
      room, call,
      {std::to_string(*percent) + " % of the clients of server " + own_id(room), own_id(room), {}});
  if (act == nullptr) return;
  room.port.shed(static_cast<unsigned>(*percent), ApiAct::finisher(act));
}

void take_snapshot(ApiRoom& room, const ApiCallPtr& call) {
  const auto act = ApiAct::begin(room, call, {"server " + own_id(room), {}, {}});
  if (act == nullptr) return;
  room.port.take_checkpoint(ApiAct::finisher(act));
}

void verify_checkpoint(ApiRoom& room, const ApiCallPtr& call) {
  const std::string& name = call->parameter("checkpoint");
  const auto zxid = hex_number<std::uint64_t>(name);
  if (!zxid) return call->refuse(not_found("there is no checkpoint " + name));
  const auto act = ApiAct::begin(room, call, {"checkpoint " + name, {}, {}});
  if (act == nullptr) return;
  room.port.verify_checkpoint(Zxid{*zxid}, ApiAct::finisher(act));
}

}  // namespace quorate
