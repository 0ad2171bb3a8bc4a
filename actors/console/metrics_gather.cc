#include "actors/console/metrics_gather.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "actors/console/audit.h"
#include "actors/four_letter_words/environment.h"
#include "actors/inspection.h"
#include "actors/tls/tls_credentials.h"
#include "storage/disk_space.h"

namespace quorate {
namespace {

void add_elections(const ElectionTotals& totals, std::chrono::milliseconds now,
                   MetricsInput& input) {
  input.elections = {totals.looking, totals.leading, totals.following, totals.observing,
                     metric_histogram(totals.took)};
  if (totals.leads_since)
    input.leading_for_ms = static_cast<std::uint64_t>((now - *totals.leads_since).count());
}

void add_actors(const ApiRoom& room, MetricsInput& input) {
  input.actors = room.registry.kinds();
  std::map<std::string, ActorWait> waits;
  for (const ActorRow& row : room.sampler.rows()) {
    if (!row.actor.alive || !row.wait) continue;
    ActorWait& wait = waits[row.actor.name];
    wait.actor = row.actor.name;
    wait.wait_seconds =
        std::max(wait.wait_seconds, std::chrono::duration<double>(*row.wait).count());
    if (row.stuck) ++wait.stuck;
  }
  for (auto& [name, wait] : waits) input.actor_waits.push_back(std::move(wait));
}

/// Of what was at this time; clocks may differ, and be set back.
std::optional<double> age_seconds(std::optional<std::int64_t> at_ms, std::int64_t now_ms) {
  if (!at_ms) return std::nullopt;
  return static_cast<double>(std::max<std::int64_t>(now_ms - *at_ms, 0)) / 1000;
}

void add_directory(const std::string& name, const std::string& path, MetricsInput& input) {
  const auto space = disk_space(path);
  if (space) input.directories.push_back({name, space->free_bytes, space->total_bytes});
}

void add_links(const ApiRoom& room, const Inspection& shown, MetricsInput& input) {
  for (const EnsembleMember& member : shown.members) {
    if (member.server == room.context.config.server_id) continue;
    PeerLinkMetrics link{member.server, member.linked, std::nullopt};
    const auto other = room.ensemble.others().find(member.server);
    if (other != room.ensemble.others().end() && other->second.round_trip &&
        other->second.error.empty() && member.linked)
      link.round_trip_seconds = std::chrono::duration<double>(*other->second.round_trip).count();
    input.links.push_back(link);
  }
}

void add_console(const Frontend& frontend, MetricsInput& input) {
  const HttpServer& http = frontend.server();
  input.http = &http.counters();
  input.http_connections = http.connections();
  input.http_streams = http.streams();
  input.access = &frontend.access();
  if (const auto ends = http.certificates_end_s()) input.certificates.push_back({"console", *ends});
}

}  // namespace

MetricsInput gather_metrics(const ApiRoom& room, const IoCounters& io, const Frontend* frontend) {
  const ServerContext& context = room.context;
  const Notice notice = context.board.read();
  const ClockReading now = context.clock.read();
  const auto uptime = now.monotonic - context.started;
  const Inspection shown =
      inspection_of(context.config, notice, uptime, context.counters.connections_open.get());
  MetricsInput input;
  input.server = shown.server;
  input.version = shown.version;
  input.now_ms = now.wall_ms;
  input.started_ms = now.wall_ms - uptime.count();
  input.report = make_server_report(context.config, context.counters, shown, notice);
  input.report.files_open = open_files();
  input.report.files_max = open_files_max();
  input.leader = shown.leader;
  input.epoch = shown.epoch;
  input.committed = shown.committed;
  input.logged = shown.logged;
  input.recovering = shown.recovering;
  input.in_doubt = shown.in_doubt;
  input.quorum_linked = shown.quorum_linked;
  input.sends_clients_away = shown.sends_clients_away;
  input.weighted_quorum =
      !context.config.membership.weights.empty() || !context.config.membership.groups.empty();
  if (shown.committed.epoch() == shown.applied.epoch()) {
    input.lag_txns =
        shown.committed <= shown.applied ? 0 : shown.committed.counter() - shown.applied.counter();
  }
  add_links(room, shown, input);
  add_elections(context.timeline.totals(), now.monotonic, input);
  input.clients = &context.counters;
  input.io = &io;
  if (context.config.connections_max != 0) input.connections_max = context.config.connections_max;
  input.outstanding_max = context.config.outstanding_requests_max;
  input.slow_requests = context.slow_requests.slow();
  RecentHistogram::Totals took = context.counters.gauge.reads().totals();
  const RecentHistogram::Totals writes = context.counters.gauge.writes().totals();
  for (std::size_t i = 0; i < took.counts.size(); ++i) took.counts.at(i) += writes.counts.at(i);
  took.sum_us += writes.sum_us;
  input.request_took = metric_histogram(took);
  input.sync_took = metric_histogram(context.counters.syncs.totals());
  input.image_took = metric_histogram(context.counters.images.totals());
  input.image_age_seconds = age_seconds(notice.image_ms, now.wall_ms);
  input.checkpoint_age_seconds = age_seconds(notice.checkpoint_ms, now.wall_ms);
  input.room = notice.room;
  add_actors(room, input);
  add_directory("log", context.config.data_log_dir, input);
  add_directory("data", context.config.data_dir, input);
  input.process.cpu_seconds = std::chrono::duration<double>(room.process.cpu()).count();
  input.process.resident_bytes = room.process.memory_bytes();
  input.log_lines_dropped = context.log.dropped();
  input.log_lines_failed = context.log.failures();
  input.digests_different = context.counters.digests_different.get();
  if (context.tls != nullptr) input.certificates.push_back({"clients", context.tls->ends_s()});
  if (frontend != nullptr) add_console(*frontend, input);
  input.audit_records = room.audit.last_seq();
  input.audit_failures = room.audit.write_failures();
  return input;
}

}  // namespace quorate
