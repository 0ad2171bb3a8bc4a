// What the page of metrics is made of: plain values, gathered elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/console/access_counters.h"
#include "actors/counters.h"
#include "actors/four_letter_words/server_report.h"
#include "actors/http/http_server.h"
#include "actors/runtime/actor_snapshot.h"
#include "actors/runtime/io_options.h"
#include "core/base/ids.h"
#include "core/base/recent_histogram.h"
#include "core/commit/disk_room.h"

namespace quorate {

/// How often something took how long, since the start.
struct MetricHistogram {
  std::vector<double> upper_bounds;   ///< Ascending, in seconds.
  std::vector<std::uint64_t> counts;  ///< Between two bounds each; one more, above the last.
  double sum = 0;                     ///< Of all, in seconds.
};

[[nodiscard]] MetricHistogram metric_histogram(const RecentHistogram::Totals& totals);

/// Of one kind, which is what the supervisor calls them.
struct ActorWait {
  std::string actor;
  double wait_seconds = 0;  ///< Of the one whose last probe waited longest.
  std::size_t stuck = 0;    ///< Those that have not come to a probe for too long.
};

struct PeerLinkMetrics {
  ServerId peer;
  bool up = false;
  std::optional<double> round_trip_seconds;
};

/// Totals since the start.
struct ElectionCounts {
  std::uint64_t looking = 0;  ///< Times that it began to look for a leader.
  std::uint64_t leading = 0, following = 0, observing = 0;  ///< How that ended.
  std::optional<MetricHistogram> took;                      ///< Until it served again.
};

struct DirectoryMetrics {
  std::string name;  ///< `log` or `data`.
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
};

struct CertificateMetrics {
  std::string used_for;  ///< `clients` or `console`.
  std::int64_t not_after_s = 0;
};

struct ProcessMetrics {
  std::optional<double> cpu_seconds;
  std::optional<std::uint64_t> resident_bytes;
};

/// Values that may be unknown are left out of the page, rather than shown as 0. What the pointers
/// refer to may go on changing.
struct MetricsInput {
  // Who and what it is.
  ServerId server;
  std::string version;
  std::int64_t now_ms = 0;      ///< Its clock, since 1970.
  std::int64_t started_ms = 0;  ///< The same, when it started.
  ServerReport report;
  std::optional<ServerId> leader;
  Epoch epoch;  ///< {0}: none is established.
  Zxid committed, logged;
  bool recovering = false;
  bool in_doubt = false;
  bool quorum_linked = false;
  bool sends_clients_away = false;
  bool weighted_quorum = false;  ///< A majority is not a quorum here: there are weights or groups.
  std::optional<std::uint64_t> lag_txns;           ///< Committed and not applied here.
  std::optional<std::uint64_t> leading_for_ms;     ///< Of a leader.
  std::optional<std::uint64_t> digests_different;  ///< See ServerCounters.
  std::vector<PeerLinkMetrics> links;              ///< To each other server.
  ElectionCounts elections;

  // What it does.
  const ServerCounters* clients = nullptr;
  const IoCounters* io = nullptr;
  std::optional<std::uint64_t> connections_max, outstanding_max;  ///< The limits, where there are.
  std::optional<MetricHistogram> request_took;  ///< From the receipt to the reply.
  std::optional<std::uint64_t> slow_requests;
  std::vector<ActorKind> actors;
  std::vector<ActorWait> actor_waits;

  // What it keeps.
  std::optional<MetricHistogram> sync_took;
  std::optional<MetricHistogram> image_took;  ///< To bring the image forward.
  std::optional<double> image_age_seconds, checkpoint_age_seconds;
  RoomLevel room = RoomLevel::ample;
  std::vector<DirectoryMetrics> directories;

  // Its surroundings.
  ProcessMetrics process;
  std::vector<CertificateMetrics> certificates;
  std::uint64_t log_lines_dropped = 0, log_lines_failed = 0;

  // The console itself.
  const HttpCounters* http = nullptr;
  std::size_t http_connections = 0, http_streams = 0;
  const AccessCounters* access = nullptr;
  std::uint64_t audit_records = 0, audit_failures = 0;
};

}  // namespace quorate
