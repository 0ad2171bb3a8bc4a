#include "actors/console/slow_view.h"

#include <fmt/format.h>

#include <utility>

namespace quorate {
namespace {

std::string hex_of(const TraceId& trace) {
  std::string text;
  for (const std::uint8_t byte : trace) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

Json slow_json(const SlowRequest& request) {
  Json stages = Json::array();
  for (const StageTime& stage : request.stages)
    stages.push_back({{"stage", to_string(stage.stage)}, {"took_us", stage.took_us}});
  const bool failed = request.error != ErrorCode::ok;
  return {{"seq", request.seq},
          {"at_ms", request.at_ms},
          {"kind", name_of_operation(request.operation)},
          {"path", nullptr},
          {"took_us", request.took_us},
          {"session", to_string(request.session)},
          {"zxid", request.zxid ? Json(to_string(*request.zxid)) : Json()},
          {"error", failed ? Json(to_string(request.error)) : Json()},
          {"trace", request.trace ? Json(hex_of(*request.trace)) : Json()},
          {"stages", std::move(stages)}};
}

}  // namespace quorate
