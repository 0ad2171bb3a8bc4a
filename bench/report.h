// What a run prints: named figures, as a table for people or one JSON document for programs.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/histogram.h"

namespace quorate::bench {

using Json = nlohmann::ordered_json;

enum class ReportMode : std::uint8_t { table, json };

/// Figures in the order in which they were added. A name ends with its unit: `_us`, `_ns`, `_s`,
/// `_bytes`, `_per_s`, `_cores`.
class Report {
 public:
  void add(std::string_view name, const Json& value);
  /// min, p50, p90, p99, p99.9, max, mean and count; nothing for an empty one.
  void add_latency(std::string_view name, const Histogram& ns);

  [[nodiscard]] const Json& json() const { return figures_; }
  void print(ReportMode mode, std::ostream& out) const;

 private:
  Json figures_ = Json::object();
};

}  // namespace quorate::bench
