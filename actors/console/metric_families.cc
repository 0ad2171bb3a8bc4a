#include "actors/console/metric_families.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace quorate {
namespace {

/// Prometheus throws away a whole page for one byte that is not UTF-8. Quotes, backslashes and ends
/// of lines are the serializer's to escape.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x7f || (byte < 0x20 && c != '\n');
      },
      '?');
  return text;
}

}  // namespace

MetricHistogram metric_histogram(const RecentHistogram::Totals& totals) {
  constexpr double us_per_second = 1e6;
  MetricHistogram values;
  for (const std::uint32_t bound : RecentHistogram::bounds_us)
    values.upper_bounds.push_back(bound / us_per_second);
  values.counts.assign(totals.counts.begin(), totals.counts.end());
  values.sum = static_cast<double>(totals.sum_us) / us_per_second;
  return values;
}

std::uint64_t count_of(const MetricHistogram& values) {
  return std::accumulate(values.counts.begin(), values.counts.end(), std::uint64_t{0});
}

prometheus::ClientMetric& MetricFamilies::sample(std::string_view name, std::string_view help,
                                                 prometheus::MetricType type,
                                                 const MetricLabels& labels) {
  if (families_.empty() || families_.back().name != name)
    families_.push_back({std::string(name), std::string(help), type, {}});
  prometheus::ClientMetric& added = families_.back().metric.emplace_back();
  for (const auto& [key, value] : labels)
    added.label.push_back({std::string(key), printable(value)});
  return added;
}

void MetricFamilies::histogram(std::string_view name, std::string_view help,
                               const MetricHistogram& values) {
  if (values.counts.size() != values.upper_bounds.size() + 1) return;
  prometheus::ClientMetric::Histogram& made =
      sample(name, help, prometheus::MetricType::Histogram, {}).histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < values.upper_bounds.size(); ++i) {
    below += values.counts[i];
    made.bucket.push_back({below, values.upper_bounds[i]});
  }
  made.sample_count = below + values.counts.back();
  made.bucket.push_back({made.sample_count, std::numeric_limits<double>::infinity()});
  made.sample_sum = values.sum;
}

void MetricFamilies::summary(std::string_view name, std::string_view help, std::uint64_t count,
                             double sum) {
  prometheus::ClientMetric::Summary& made =
      sample(name, help, prometheus::MetricType::Summary, {}).summary;
  made.sample_count = count;
  made.sample_sum = sum;
}

std::string MetricFamilies::text() const {
  return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace quorate
