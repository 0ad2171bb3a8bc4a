// The last hour of a server's figures, for charts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/console/admin_call.h"

namespace quorate {

struct Series {
  std::string_view name;
  std::string_view title;
  std::string_view unit;   ///< per_s, us, bytes, count, percent.
  std::string_view chart;  ///< Series of one chart have an equal one.
  bool total = false;      ///< Given as a total since the start, shown as a rate.
};

/// A point every five seconds, for an hour: about 200 bytes each. Not for several threads.
class MetricsHistory {
 public:
  static constexpr std::chrono::seconds step{5};
  static constexpr std::size_t points_max = 720;

  explicit MetricsHistory(std::vector<Series> series);

  /// In the order of the series; nothing where it is not known.
  using Values = std::vector<std::optional<double>>;
  /// REQUIRES: as many values as series.
  void add(std::int64_t at_ms, const Values& values);
  /// Points after `since_ms`.
  [[nodiscard]] Json json(std::int64_t now_ms, std::int64_t since_ms) const;

 private:
  struct Point {
    std::int64_t at_ms;
    Values values;
  };
  std::vector<Series> series_;
  std::deque<Point> points_;
  std::optional<Point> last_;  ///< As it was given.
};

}  // namespace quorate
