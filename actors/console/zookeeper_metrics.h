// What dashboards and alerts for ZooKeeper ask for, under its names.
#pragma once

#include "actors/console/metric_families.h"
#include "actors/console/metrics_input.h"

namespace quorate {

/// Names, types and units are those of ZooKeeper 3.8's own provider for Prometheus. Summaries have
/// no quantiles: our histograms tell more, and under other names.
void add_zookeeper_metrics(const MetricsInput& input, MetricFamilies& families);

}  // namespace quorate
