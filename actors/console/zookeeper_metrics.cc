#include "actors/console/zookeeper_metrics.h"

namespace quorate {
namespace {

constexpr double ms_per_second = 1000;

void add_leader(const MetricsInput& input, MetricFamilies& families) {
  const ServerReport& server = input.report;
  if (server.role != ServerRole::leading) return;
  if (server.followers) {
    families.gauge("learners", "Servers connected with the leader.", server.followers->learners);
    families.gauge("synced_followers", "Followers that are up to date.",
                   server.followers->synced_followers);
    families.gauge("synced_observers", "Observers that are up to date.",
                   server.followers->synced_observers);
    families.gauge("pending_syncs", "Syncs that wait for the leader.",
                   server.followers->pending_syncs);
  }
  if (server.proposals) {
    families.gauge("last_proposal_size", "Bytes of the last proposal.", server.proposals->last);
    families.gauge("min_proposal_size", "Bytes of the smallest proposal.", server.proposals->min);
    families.gauge("max_proposal_size", "Bytes of the largest proposal.", server.proposals->max);
  }
  if (input.leading_for_ms)
    families.gauge("leader_uptime", "Milliseconds since it leads.", *input.leading_for_ms);
}

/// Milliseconds, as all times of ZooKeeper.
void add_times(const MetricsInput& input, MetricFamilies& families) {
  if (input.elections.took)
    families.summary("election_time", "Milliseconds that elections took.",
                     count_of(*input.elections.took), input.elections.took->sum * ms_per_second);
  families.counter("looking_count", "Times that it looked for a leader.", input.elections.looking);
  if (input.sync_took)
    families.summary("fsynctime", "Milliseconds that syncs of the log took.",
                     count_of(*input.sync_took), input.sync_took->sum * ms_per_second);
  if (input.image_took)
    families.summary("snapshottime", "Milliseconds that bringing the image forward took.",
                     count_of(*input.image_took), input.image_took->sum * ms_per_second);
}

void add_counts(const ServerReport& server, MetricFamilies& families) {
  families.gauge("znode_count", "Nodes of the tree.", server.znodes);
  families.gauge("watch_count", "Watches of clients of this server.", server.watches);
  families.gauge("ephemerals_count", "Ephemeral nodes.", server.ephemerals);
  families.gauge("approximate_data_size", "Bytes of all nodes' data.", server.data_bytes);
  families.gauge("global_sessions", "Sessions of the ensemble.", server.sessions);
  families.gauge("local_sessions", "Sessions of this server alone.", server.local_sessions);
  families.gauge("num_alive_connections", "Connections of clients.", server.connections);
  families.gauge("outstanding_requests", "Requests without their replies.", server.outstanding);
  families.gauge("avg_latency", "Average milliseconds until a reply.", server.latency.average());
  families.gauge("max_latency", "Most milliseconds until a reply.", server.latency.max);
  families.gauge("min_latency", "Least milliseconds until a reply.", server.latency.min);
  families.gauge("packets_received", "Frames of clients.", server.received);
  families.gauge("packets_sent", "Frames to clients.", server.sent);
  if (server.files_open)
    families.gauge("open_file_descriptor_count", "Open descriptors.", *server.files_open);
  if (server.files_max)
    families.gauge("max_file_descriptor_count", "Most descriptors.", *server.files_max);
  families.gauge("uptime", "Milliseconds since it listens.", server.uptime_ms);
  families.gauge("auth_failed_count", "Connections closed for their credentials.",
                 server.auth_failures);
  families.counter("connection_rejected", "Connections closed when they came.",
                   server.connections_refused);
  if (server.voters > 0) families.gauge("quorum_size", "Voters of the ensemble.", server.voters);
}

}  // namespace

void add_zookeeper_metrics(const MetricsInput& input, MetricFamilies& families) {
  add_counts(input.report, families);
  add_leader(input, families);
  add_times(input, families);
  if (input.clients != nullptr) {
    const ServerCounters& clients = *input.clients;
    families.counter("connection_request_count", "Sessions asked for.",
                     clients.sessions_opened.get() + clients.sessions_resumed.get());
    families.counter("connection_drop_count", "Connections that were closed by the server.",
                     clients.closed_malformed.get() + clients.closed_too_large.get() +
                         clients.closed_version.get() + clients.closed_auth.get() +
                         clients.closed_session.get() + clients.closed_slow_reader.get() +
                         clients.closed_handshake_timeout.get() +
                         clients.closed_unknown_protocol.get() + clients.closed_stopping.get());
  }
  if (input.io != nullptr) {
    families.counter("bytes_received_count", "Bytes received.", input.io->bytes_in.get());
    families.counter("response_bytes", "Bytes sent.", input.io->bytes_out.get());
  }
}

}  // namespace quorate
