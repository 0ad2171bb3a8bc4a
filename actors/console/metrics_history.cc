#include "actors/console/metrics_history.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"

namespace quorate {
namespace {

/// Three digits are enough for a line, and spare the page half of the bytes.
Json rounded(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  if (std::abs(*value) >= 1000) return std::llround(*value);
  return std::round(*value * 1000) / 1000;
}

}  // namespace

MetricsHistory::MetricsHistory(std::vector<Series> series) : series_(std::move(series)) {}

void MetricsHistory::add(std::int64_t at_ms, const Values& values) {
  check(values.size() == series_.size(), "each series has its value");
  Point point{at_ms, values};
  for (std::size_t i = 0; i < series_.size(); ++i) {
    if (!series_[i].total) continue;
    const double seconds = last_ ? static_cast<double>(at_ms - last_->at_ms) / 1000 : 0;
    point.values[i].reset();
    if (seconds <= 0 || !values[i] || !last_->values[i]) continue;
    // A total that was reset begins anew.
    if (*values[i] >= *last_->values[i])
      point.values[i] = (*values[i] - *last_->values[i]) / seconds;
  }
  last_ = {at_ms, values};
  points_.push_back(std::move(point));
  if (points_.size() > points_max) points_.pop_front();
}

Json MetricsHistory::json(std::int64_t now_ms, std::int64_t since_ms) const {
  const auto first = std::find_if(points_.begin(), points_.end(), [since_ms](const Point& point) {
    return point.at_ms > since_ms;
  });
  Json times = Json::array();
  for (auto point = first; point != points_.end(); ++point) times.push_back(point->at_ms);
  Json all = Json::array();
  for (std::size_t i = 0; i < series_.size(); ++i) {
    Json values = Json::array();
    for (auto point = first; point != points_.end(); ++point)
      values.push_back(rounded(point->values[i]));
    const Series& series = series_[i];
    all.push_back({{"name", series.name},
                   {"title", series.title},
                   {"unit", series.unit},
                   {"chart", series.chart},
                   {"values", std::move(values)}});
  }
  return {{"at_ms", now_ms},
          {"step_ms", std::chrono::milliseconds(step).count()},
          {"times_ms", std::move(times)},
          {"series", std::move(all)}};
}

}  // namespace quorate
