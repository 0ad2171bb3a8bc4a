#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace quorate::bench {
namespace {

double us(std::uint64_t ns) { return static_cast<double>(ns) / 1000; }

std::string shown(const Json& value) {
  if (value.is_number_float()) return fmt::format("{:.3f}", value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_latency(std::string_view name, const Json& latency, std::ostream& out) {
  out << fmt::format("{:<28}", name);
  for (const auto& [key, value] : latency.items()) {
    out << fmt::format(
        "{} {}  ", key,
        value.is_number_float() ? fmt::format("{:.1f}", value.get<double>()) : value.dump());
  }
  out << "\n";
}

}  // namespace

void Report::add(std::string_view name, const Json& value) { figures_[std::string(name)] = value; }

void Report::add_latency(std::string_view name, const Histogram& ns) {
  if (ns.count() == 0) return;
  Json latency = Json::object();
  latency["min"] = us(ns.min());
  latency["p50"] = us(ns.at(0.5));
  latency["p90"] = us(ns.at(0.9));
  latency["p99"] = us(ns.at(0.99));
  latency["p99.9"] = us(ns.at(0.999));
  latency["max"] = us(ns.max());
  latency["mean"] = ns.mean() / 1000;
  latency["count"] = ns.count();
  figures_[std::string(name)] = std::move(latency);
}

void Report::print(ReportMode mode, std::ostream& out) const {
  if (mode == ReportMode::json) {
    out << figures_.dump() << "\n";
    return;
  }
  for (const auto& [name, value] : figures_.items()) {
    if (value.is_object()) {
      print_latency(name, value, out);
    } else {
      out << fmt::format("{:<28}{}\n", name, shown(value));
    }
  }
}

}  // namespace quorate::bench
