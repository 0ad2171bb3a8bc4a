// Metrics with their samples, on their way to Prometheus' text format.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/console/metrics_input.h"

namespace quorate {

using MetricLabels = std::vector<std::pair<std::string_view, std::string>>;

/// In the order in which they are added. The samples of one metric are added one after the other.
class MetricFamilies {
 public:
  /// Only ever grows.
  template <class Number>
  void counter(std::string_view name, std::string_view help, Number value,
               const MetricLabels& labels = {}) {
    sample(name, help, prometheus::MetricType::Counter, labels).counter.value =
        static_cast<double>(value);
  }
  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number value,
             const MetricLabels& labels = {}) {
    sample(name, help, prometheus::MetricType::Gauge, labels).gauge.value =
        static_cast<double>(value);
  }
  /// Nothing, where the histogram's counts do not fit its bounds.
  void histogram(std::string_view name, std::string_view help, const MetricHistogram& values);
  /// How many, and their sum.
  void summary(std::string_view name, std::string_view help, std::uint64_t count, double sum);

  [[nodiscard]] std::string text() const;

 private:
  prometheus::ClientMetric& sample(std::string_view name, std::string_view help,
                                   prometheus::MetricType type, const MetricLabels& labels);

  std::vector<prometheus::MetricFamily> families_;
};

/// How many values a histogram has seen.
[[nodiscard]] std::uint64_t count_of(const MetricHistogram& values);

}  // namespace quorate
