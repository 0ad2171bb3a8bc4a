// A page of metrics with everything on it.
#pragma once

#include "actors/console/metrics_input.h"

namespace quorate {

/// What the input points to. Each value of the sample is another one, so that none can stand in for
/// another.
class MetricsSample {
 public:
  MetricsSample();
  [[nodiscard]] MetricsInput input() const { return input_; }

 private:
  ServerCounters clients_;
  IoCounters io_;
  HttpCounters http_;
  AccessCounters access_;
  MetricsInput input_;
};

}  // namespace quorate
