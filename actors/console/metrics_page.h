// The page that Prometheus reads.
#pragma once

#include <string>

#include "actors/console/metrics_input.h"

namespace quorate {

/// The type of the page, for its header.
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// In Prometheus' text format: our own metrics (`quorate_...`), those that any process has
/// (`process_...`), and under ZooKeeper's names what its dashboards and alerts ask for. The number
/// of series depends on the members, the kinds of actors and the certificates, never on clients.
[[nodiscard]] std::string metrics_page(const MetricsInput& input);

}  // namespace quorate
