// One server, as four-letter words tell of it: plain values, gathered elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "actors/counters.h"
#include "actors/notice_board.h"
#include "config/config.h"
#include "core/base/ids.h"
#include "schema/client_messages.h"

namespace quorate {

struct ServerReport {
  ServerRole role = ServerRole::looking;
  bool serving = false;  ///< Clients' requests are answered, or reads at least.
  Zxid applied;
  std::uint64_t uptime_ms = 0;
  Latency latency;
  std::uint64_t received = 0, sent = 0;  ///< Packets.
  std::size_t connections = 0;           ///< With the one that asks.
  std::size_t outstanding = 0;           ///< Requests without their replies.
  std::size_t znodes = 0;
  std::size_t watches = 0;
  std::size_t ephemerals = 0;
  std::uint64_t data_bytes = 0;
  std::size_t sessions = 0;        ///< Of the ensemble.
  std::size_t local_sessions = 0;  ///< Of this server alone.
  std::uint64_t connections_refused = 0;
  std::uint64_t auth_failures = 0;
  std::optional<std::uint64_t> files_open, files_max;  ///< Descriptors, where the system says so.
  std::size_t voters = 0;                              ///< Of the ensemble; 0: there is none.
  std::optional<Followers> followers;                  ///< Of a leader.
  std::optional<ProposalSizes> proposals;              ///< Of a leader that has proposed.
};

/// What the counters and the board know; packets since the start, connections and requests as of
/// the gauges. Descriptors are left out.
[[nodiscard]] ServerReport make_server_report(const Config& config, const ServerCounters& counters,
                                              const Inspection& inspection, const Notice& notice);

}  // namespace quorate
