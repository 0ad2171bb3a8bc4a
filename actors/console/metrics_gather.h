// What the page of metrics is made of, gathered from where the server keeps it.
#pragma once

#include "actors/console/api_room.h"
#include "actors/console/frontend.h"
#include "actors/console/metrics_input.h"

namespace quorate {

/// `frontend`: null while the port is not open.
[[nodiscard]] MetricsInput gather_metrics(const ApiRoom& room, const IoCounters& io,
                                          const Frontend* frontend);

}  // namespace quorate
