#include "actors/console/metrics_page.h"

#include <array>

#include "actors/console/metric_families.h"
#include "actors/console/zookeeper_metrics.h"

namespace quorate {
namespace {

struct NamedCounter {
  const char* label;
  const Counter& value;
};

void add_each(MetricFamilies& families, std::string_view name, std::string_view help,
              std::string_view label, std::initializer_list<NamedCounter> counters) {
  for (const NamedCounter& counter : counters)
    families.counter(name, help, counter.value.get(), {{label, counter.label}});
}

std::string text_of(ServerId server) { return std::to_string(server.value); }

void add_role(const MetricsInput& input, MetricFamilies& families) {
  constexpr std::array<std::pair<ServerRole, const char*>, 6> roles = {
      {{ServerRole::looking, "looking"},
       {ServerRole::following, "following"},
       {ServerRole::observing, "observing"},
       {ServerRole::leading, "leading"},
       {ServerRole::alone, "alone"},
       {ServerRole::read_only, "read_only"}}};
  for (const auto& [role, name] : roles)
    families.gauge("quorate_role", "1 for the role that it has.", input.report.role == role ? 1 : 0,
                   {{"role", name}});
}

/// How many voters more may be lost: only a leader of plain majorities knows.
std::optional<double> quorum_margin(const MetricsInput& input) {
  const ServerReport& server = input.report;
  if (server.role != ServerRole::leading || !server.followers || server.voters == 0 ||
      input.weighted_quorum)
    return std::nullopt;
  const std::size_t majority = server.voters / 2 + 1;
  return static_cast<double>(server.followers->synced_followers + 1) -
         static_cast<double>(majority);
}

void add_ensemble(const MetricsInput& input, MetricFamilies& families) {
  const ServerReport& server = input.report;
  families.gauge("quorate_leader_id", "The server that it follows or is; -1: none.",
                 input.leader ? static_cast<double>(input.leader->value) : -1);
  families.gauge("quorate_epoch", "Of the leader, once a quorum has adopted it; 0 before.",
                 input.epoch.value);
  constexpr const char* zxid_help = "Of the transactions of the epoch, the last one at each stage.";
  families.gauge("quorate_zxid_in_epoch", zxid_help, input.committed.counter(),
                 {{"stage", "committed"}});
  families.gauge("quorate_zxid_in_epoch", zxid_help, input.logged.counter(), {{"stage", "logged"}});
  families.gauge("quorate_zxid_in_epoch", zxid_help, server.applied.counter(),
                 {{"stage", "applied"}});
  if (input.lag_txns)
    families.gauge("quorate_lag_transactions", "Committed and not applied here.", *input.lag_txns);
  families.gauge("quorate_voters", "Of the ensemble; 0: there is none.", server.voters);
  if (const std::optional<double> margin = quorum_margin(input))
    families.gauge("quorate_quorum_margin",
                   "How many more of the voters may be lost; of a leader by majority.", *margin);
  if (server.followers) {
    families.gauge("quorate_learners", "Servers connected with this leader.",
                   server.followers->learners);
    families.gauge("quorate_synced_followers", "Voters that are up to date with this leader.",
                   server.followers->synced_followers);
    families.gauge("quorate_synced_observers", "Observers that are up to date with this leader.",
                   server.followers->synced_observers);
    families.gauge("quorate_pending_syncs", "Syncs of clients that wait for this leader.",
                   server.followers->pending_syncs);
  }
  if (server.proposals) {
    constexpr const char* help = "Of this leader's proposals.";
    families.gauge("quorate_proposal_bytes", help, server.proposals->last, {{"which", "last"}});
    families.gauge("quorate_proposal_bytes", help, server.proposals->min, {{"which", "smallest"}});
    families.gauge("quorate_proposal_bytes", help, server.proposals->max, {{"which", "largest"}});
  }
  for (const PeerLinkMetrics& link : input.links)
    families.gauge("quorate_link_up", "1: a connection with that server stands.", link.up ? 1 : 0,
                   {{"peer", text_of(link.peer)}});
  for (const PeerLinkMetrics& link : input.links)
    if (link.round_trip_seconds)
      families.gauge("quorate_link_round_trip_seconds",
                     "Until that server answered the last question.", *link.round_trip_seconds,
                     {{"peer", text_of(link.peer)}});
}

void add_standing(const MetricsInput& input, MetricFamilies& families) {
  families.gauge("quorate_server_info", "1; who it is.", 1,
                 {{"server", text_of(input.server)}, {"version", input.version}});
  families.gauge("quorate_clock_seconds", "Its clock, since 1970.",
                 static_cast<double>(input.now_ms) / 1000);
  add_role(input, families);
  families.gauge("quorate_serving", "1: it answers clients, or reads at least.",
                 input.report.serving ? 1 : 0);
  families.gauge("quorate_recovering", "1: it may lack what it acknowledged, and does not vote.",
                 input.recovering ? 1 : 0);
  families.gauge("quorate_digest_doubt", "1: servers differ, and writes are refused.",
                 input.in_doubt ? 1 : 0);
  families.gauge("quorate_quorum_linked", "1: a quorum is connected with it, itself counted.",
                 input.quorum_linked ? 1 : 0);
  families.gauge("quorate_sends_clients_away", "1: it leaves clients to others.",
                 input.sends_clients_away ? 1 : 0);
  add_ensemble(input, families);
  if (input.digests_different)
    families.counter("quorate_digests_different_total",
                     "Times that it differed from others, or found one that does.",
                     *input.digests_different);
  families.counter("quorate_looking_total", "Times that it began to look for a leader.",
                   input.elections.looking);
  constexpr const char* help = "Elections, by what it became.";
  families.counter("quorate_elections_total", help, input.elections.leading,
                   {{"outcome", "leading"}});
  families.counter("quorate_elections_total", help, input.elections.following,
                   {{"outcome", "following"}});
  families.counter("quorate_elections_total", help, input.elections.observing,
                   {{"outcome", "observing"}});
  if (input.elections.took)
    families.histogram("quorate_election_seconds", "From looking for a leader to serving.",
                       *input.elections.took);
}

void add_clients(const ServerCounters& clients, MetricFamilies& families) {
  families.counter("quorate_requests_total", "Of clients.", clients.requests.get());
  families.counter("quorate_replies_total", "To clients.", clients.replies.get());
  families.counter("quorate_watch_events_total", "Told to clients.", clients.events.get());
  families.counter("quorate_welcomes_total", "Answers to clients that opened or resumed sessions.",
                   clients.welcomes.get());
  families.counter("quorate_four_letter_words_total", "Answered.", clients.words.get());
  families.counter("quorate_sessions_opened_total", "Through this server.",
                   clients.sessions_opened.get());
  families.counter("quorate_sessions_resumed_total", "Through this server.",
                   clients.sessions_resumed.get());
  families.counter("quorate_input_pauses_total",
                   "Times that a client was not read on, because too much was outstanding.",
                   clients.paused_outstanding.get());
  add_each(families, "quorate_connections_refused_total", "Closed when they came, by which limit.",
           "limit",
           {{"connections_max", clients.refused_in_total},
            {"connections_per_ip_max", clients.refused_per_address}});
  add_each(families, "quorate_connections_closed_total", "Connections of clients, by why.",
           "reason",
           {{"by_client", clients.closed_by_client},
            {"unknown_protocol", clients.closed_unknown_protocol},
            {"inspected", clients.closed_inspected},
            {"malformed", clients.closed_malformed},
            {"too_large", clients.closed_too_large},
            {"version", clients.closed_version},
            {"auth", clients.closed_auth},
            {"session", clients.closed_session},
            {"slow_reader", clients.closed_slow_reader},
            {"handshake_timeout", clients.closed_handshake_timeout},
            {"stopping", clients.closed_stopping}});
}

void add_contents(const MetricsInput& input, MetricFamilies& families) {
  const ServerReport& server = input.report;
  families.gauge("quorate_znodes", "Nodes of the tree.", server.znodes);
  families.gauge("quorate_ephemerals", "Ephemeral nodes of the tree.", server.ephemerals);
  families.gauge("quorate_data_bytes", "Of all nodes' data, without paths.", server.data_bytes);
  families.gauge("quorate_watches", "Of clients of this server.", server.watches);
  families.gauge("quorate_sessions", "Of the ensemble.", server.sessions);
  families.gauge("quorate_local_sessions", "Of this server alone.", server.local_sessions);
  families.gauge("quorate_connections", "Of clients of this server.", server.connections);
  if (input.connections_max)
    families.gauge("quorate_connections_limit", "From how many on more are refused.",
                   *input.connections_max);
  families.gauge("quorate_outstanding_requests", "Without their replies.", server.outstanding);
  if (input.outstanding_max)
    families.gauge("quorate_outstanding_requests_limit", "From how many on clients have to wait.",
                   *input.outstanding_max);
  if (input.request_took)
    families.histogram("quorate_request_seconds", "From the receipt of a request to its reply.",
                       *input.request_took);
  if (input.slow_requests)
    families.counter("quorate_slow_requests_total", "Above the threshold of the console.",
                     *input.slow_requests);
}

void add_io(const IoCounters& io, MetricFamilies& families) {
  families.counter("quorate_io_received_bytes_total", "On all links.", io.bytes_in.get());
  families.counter("quorate_io_sent_bytes_total", "On all links.", io.bytes_out.get());
  families.counter("quorate_io_received_frames_total", "On all links.", io.frames_in.get());
  families.counter("quorate_io_sent_frames_total", "On all links.", io.frames_out.get());
  add_each(families, "quorate_io_system_calls_total", "Of the I/O thread.", "call",
           {{"receive", io.receives}, {"send", io.sends}, {"poll", io.polls}});
  families.counter("quorate_io_wakes_total", "By other threads.", io.wakes.get());
  families.counter("quorate_io_turns_total", "Of the loop.", io.turns.get());
  families.counter("quorate_io_tasks_total", "Actors resumed by the loop.", io.tasks.get());
  families.counter("quorate_io_busy_seconds_total", "Spent outside of polling.",
                   static_cast<double>(io.busy_ns.get()) / 1e9);
  families.counter("quorate_io_accepted_total", "Connections taken.", io.accepted.get());
  add_each(families, "quorate_io_refused_total", "Connections closed at once, by why.", "reason",
           {{"admission", io.refused_by_admission}, {"no_descriptor", io.refused_no_descriptor}});
  families.counter("quorate_io_accept_pauses_total", "For want of descriptors.",
                   io.accept_pauses.get());
  add_each(families, "quorate_io_closed_total", "Links, by how they ended.", "how",
           {{"by_peer", io.closed_by_peer},
            {"by_error", io.closed_by_error},
            {"by_output_limit", io.closed_by_output_limit},
            {"forced", io.closed_forced},
            {"graceful", io.closed_graceful},
            {"by_deadline", io.closed_by_deadline}});
  families.gauge("quorate_io_links", "Open ones, with those that are being closed.",
                 io.links_open.get());
  families.gauge("quorate_io_accepted_links", "Those of them that others opened.",
                 io.accepted_open.get());
}

void add_actors(const MetricsInput& input, MetricFamilies& families) {
  const auto each_gauge = [&](const char* name, const char* help, std::uint64_t ActorKind::*value) {
    for (const ActorKind& kind : input.actors)
      families.gauge(name, help, kind.*value, {{"actor", kind.name}});
  };
  const auto each_counter = [&](const char* name, const char* help,
                                std::uint64_t ActorKind::*value) {
    for (const ActorKind& kind : input.actors)
      families.counter(name, help, kind.*value, {{"actor", kind.name}});
  };
  each_gauge("quorate_actors", "Alive, by kind.", &ActorKind::alive);
  each_gauge("quorate_actors_traced", "Of whom every message is timed.", &ActorKind::traced);
  each_gauge("quorate_actor_mailbox_messages", "Waiting, or being handled.", &ActorKind::depth);
  each_gauge("quorate_actor_mailbox_high_water", "Most messages that waited for one of the kind.",
             &ActorKind::high_water);
  each_counter("quorate_actor_sent_messages_total", "Sent to actors of the kind.",
               &ActorKind::enqueued);
  each_counter("quorate_actor_handled_messages_total", "Handled by actors of the kind.",
               &ActorKind::handled);
  each_counter("quorate_actor_io_events_total", "Chunks of bytes, which bypass the mailbox.",
               &ActorKind::io_events);
  for (const ActorKind& kind : input.actors)
    families.counter("quorate_actor_busy_seconds_total", "Spent in handlers.",
                     static_cast<double>(kind.busy_ns) / 1e9, {{"actor", kind.name}});
  each_counter("quorate_actor_restarts_total", "By the supervisor.", &ActorKind::restarts);
  for (const ActorWait& wait : input.actor_waits)
    families.gauge("quorate_actor_mailbox_wait_seconds",
                   "What the last probe waited, of the slowest of the kind.", wait.wait_seconds,
                   {{"actor", wait.actor}});
  for (const ActorWait& wait : input.actor_waits)
    families.gauge("quorate_actors_stuck", "That have not come to a probe for long.", wait.stuck,
                   {{"actor", wait.actor}});
}

void add_storage(const MetricsInput& input, MetricFamilies& families) {
  if (input.sync_took)
    families.histogram("quorate_sync_seconds", "Syncs of the log.", *input.sync_took);
  if (input.image_took)
    families.histogram("quorate_image_seconds", "To bring the image forward.", *input.image_took);
  if (input.image_age_seconds)
    families.gauge("quorate_image_age_seconds", "How old the state in the image is.",
                   *input.image_age_seconds);
  if (input.checkpoint_age_seconds)
    families.gauge("quorate_checkpoint_age_seconds", "Since a verified copy of it was taken.",
                   *input.checkpoint_age_seconds);
  constexpr std::array<std::pair<RoomLevel, const char*>, 3> levels = {
      {{RoomLevel::ample, "ample"}, {RoomLevel::low, "low"}, {RoomLevel::critical, "full"}}};
  for (const auto& [level, name] : levels)
    families.gauge("quorate_disk_level", "1 for how full the disks are.",
                   input.room == level ? 1 : 0, {{"level", name}});
  for (const DirectoryMetrics& directory : input.directories)
    families.gauge("quorate_disk_free_bytes", "Where a directory is.", directory.free_bytes,
                   {{"directory", directory.name}});
  for (const DirectoryMetrics& directory : input.directories)
    families.gauge("quorate_disk_size_bytes", "Where a directory is.", directory.total_bytes,
                   {{"directory", directory.name}});
}

/// Under the names that Prometheus' own libraries give them.
void add_process(const MetricsInput& input, MetricFamilies& families) {
  if (input.process.cpu_seconds)
    families.counter("process_cpu_seconds_total", "Of all threads, user and system.",
                     *input.process.cpu_seconds);
  if (input.process.resident_bytes)
    families.gauge("process_resident_memory_bytes", "Resident.", *input.process.resident_bytes);
  if (input.report.files_open)
    families.gauge("process_open_fds", "Open descriptors.", *input.report.files_open);
  if (input.report.files_max)
    families.gauge("process_max_fds", "Most descriptors.", *input.report.files_max);
  families.gauge("process_start_time_seconds", "Since 1970.",
                 static_cast<double>(input.started_ms) / 1000);
  for (const CertificateMetrics& certificate : input.certificates)
    families.gauge("quorate_certificate_expiry_timestamp_seconds", "When it ends, since 1970.",
                   certificate.not_after_s, {{"used_for", certificate.used_for}});
  families.counter("quorate_log_lines_dropped_total", "Because the log could not keep up.",
                   input.log_lines_dropped);
  families.counter("quorate_log_lines_failed_total", "That file or stream refused.",
                   input.log_lines_failed);
}

void add_http(const HttpCounters& http, MetricFamilies& families) {
  families.counter("quorate_console_accepted_total", "Connections to the console.",
                   http.connections.get());
  families.counter("quorate_console_requests_total", "To the console.", http.requests.get());
  families.counter("quorate_console_streams_opened_total", "Of the console.", http.streams.get());
  add_each(families, "quorate_console_refused_total", "For there were too many.", "what",
           {{"connection", http.refused_connections}, {"stream", http.refused_streams}});
  add_each(families, "quorate_console_rejected_total", "What was no good request.", "reason",
           {{"malformed", http.malformed},
            {"too_large", http.too_large},
            {"too_slow", http.too_slow},
            {"handshake", http.handshakes_failed}});
}

void add_access(const AccessCounters& access, MetricFamilies& families) {
  add_each(families, "quorate_console_access_total",
           "Requests to the console, by what became of them.", "outcome",
           {{"allowed", access.allowed},
            {"wrong_host", access.wrong_host},
            {"foreign_site", access.foreign_site},
            {"wrong_token", access.wrong_token},
            {"throttled", access.throttled},
            {"unauthenticated", access.unauthenticated},
            {"forbidden", access.forbidden},
            {"read_only", access.read_only}});
}

void add_console(const MetricsInput& input, MetricFamilies& families) {
  if (input.http != nullptr) add_http(*input.http, families);
  families.gauge("quorate_console_connections", "Open ones.", input.http_connections);
  families.gauge("quorate_console_streams", "Open ones.", input.http_streams);
  if (input.access != nullptr) add_access(*input.access, families);
  families.counter("quorate_audit_records_total", "Written to the audit log.", input.audit_records);
  families.counter("quorate_audit_failures_total", "That the audit log could not take.",
                   input.audit_failures);
}

}  // namespace

std::string metrics_page(const MetricsInput& input) {
  MetricFamilies families;
  add_standing(input, families);
  if (input.clients != nullptr) add_clients(*input.clients, families);
  add_contents(input, families);
  if (input.io != nullptr) add_io(*input.io, families);
  add_actors(input, families);
  add_storage(input, families);
  add_process(input, families);
  add_console(input, families);
  add_zookeeper_metrics(input, families);
  return families.text();
}

}  // namespace quorate
