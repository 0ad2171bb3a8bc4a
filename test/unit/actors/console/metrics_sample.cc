#include "test/unit/actors/console/metrics_sample.h"

namespace quorate {
namespace {

void fill_report(ServerReport& report) {
  report.role = ServerRole::leading;
  report.serving = true;
  report.applied = Zxid::at(Epoch{7}, 1103);
  report.uptime_ms = 61'000;
  report.latency = {1, 17, 102, 8};
  report.received = 1104;
  report.sent = 1105;
  report.connections = 1106;
  report.outstanding = 1107;
  report.znodes = 1108;
  report.watches = 1109;
  report.ephemerals = 1110;
  report.data_bytes = 1111;
  report.sessions = 1112;
  report.local_sessions = 1113;
  report.connections_refused = 1114;
  report.auth_failures = 1115;
  report.files_open = 1116;
  report.files_max = 1117;
  report.voters = 5;
  report.followers = Followers{6, 3, 1, 1118};
  report.proposals = ProposalSizes{1119, 1120, 1121};
}

MetricHistogram histogram(double sum) { return {{0.001, 0.01, 0.1, 1}, {40, 30, 20, 10, 1}, sum}; }

void fill_standing(MetricsInput& input) {
  input.server = ServerId{3};
  input.version = "0.1.0";
  input.now_ms = 1'795'000'100'500;
  input.started_ms = 1'795'000'000'250;
  fill_report(input.report);
  input.leader = ServerId{3};
  input.epoch = Epoch{7};
  input.committed = Zxid::at(Epoch{7}, 1101);
  input.logged = Zxid::at(Epoch{7}, 1102);
  input.quorum_linked = true;
  input.lag_txns = 1122;
  input.leading_for_ms = 1123;
  input.digests_different = 1124;
  input.links = {{ServerId{1}, true, 0.00025}, {ServerId{2}, false, std::nullopt}};
  input.elections = {1125, 1126, 1127, 1128, histogram(2.5)};
}

ActorKind kind(std::string name, std::uint64_t handled) {
  ActorKind shown;
  shown.name = std::move(name);
  shown.alive = handled + 1;
  shown.traced = handled + 2;
  shown.depth = handled + 3;
  shown.high_water = handled + 4;
  shown.enqueued = handled + 5;
  shown.handled = handled;
  shown.io_events = handled + 6;
  shown.busy_ns = (handled + 7) * 1'000'000'000;
  shown.restarts = handled + 8;
  return shown;
}

void fill_work(MetricsInput& input) {
  input.connections_max = 50'000;
  input.outstanding_max = 100'000;
  input.request_took = histogram(3.5);
  input.slow_requests = 1129;
  input.actors = {kind("commit", 5000), kind("connection", 6000)};
  input.actor_waits = {{"commit", 0.0125, 0}, {"connection", 0.5, 1}};
  input.sync_took = histogram(4.5);
  input.image_took = histogram(5.5);
  input.image_age_seconds = 30.5;
  input.checkpoint_age_seconds = 600.5;
  input.directories = {{"log", 1130, 1131}, {"data", 1132, 1133}};
}

void fill_surroundings(MetricsInput& input) {
  input.process = {12.25, 1134};
  input.certificates = {{"clients", 1'800'000'000}, {"console", 1'800'000'001}};
  input.log_lines_dropped = 1135;
  input.log_lines_failed = 1136;
  input.http_connections = 1137;
  input.http_streams = 1138;
  input.audit_records = 1139;
  input.audit_failures = 1140;
}

void number(std::uint64_t from, std::initializer_list<Counter*> counters) {
  for (Counter* counter : counters) counter->set(from++);
}

}  // namespace

MetricsSample::MetricsSample() {
  ServerCounters& c = clients_;
  number(2001, {&c.requests,
                &c.replies,
                &c.events,
                &c.welcomes,
                &c.words,
                &c.sessions_opened,
                &c.sessions_resumed,
                &c.paused_outstanding,
                &c.refused_in_total,
                &c.refused_per_address,
                &c.closed_by_client,
                &c.closed_unknown_protocol,
                &c.closed_inspected,
                &c.closed_malformed,
                &c.closed_too_large,
                &c.closed_version,
                &c.closed_auth,
                &c.closed_session,
                &c.closed_slow_reader,
                &c.closed_handshake_timeout,
                &c.closed_stopping});
  IoCounters& i = io_;
  number(3001, {&i.bytes_in,
                &i.bytes_out,
                &i.frames_in,
                &i.frames_out,
                &i.receives,
                &i.sends,
                &i.polls,
                &i.wakes,
                &i.turns,
                &i.tasks,
                &i.accepted,
                &i.refused_by_admission,
                &i.refused_no_descriptor,
                &i.accept_pauses,
                &i.closed_by_peer,
                &i.closed_by_error,
                &i.closed_by_output_limit,
                &i.closed_forced,
                &i.closed_graceful,
                &i.closed_by_deadline,
                &i.links_open,
                &i.accepted_open});
  i.busy_ns.set(3'250'000'000);
  HttpCounters& h = http_;
  number(4001, {&h.connections, &h.requests, &h.streams, &h.refused_connections, &h.refused_streams,
                &h.malformed, &h.too_large, &h.too_slow, &h.handshakes_failed});
  AccessCounters& a = access_;
  number(4101, {&a.allowed, &a.wrong_host, &a.foreign_site, &a.wrong_token, &a.throttled,
                &a.unauthenticated, &a.forbidden, &a.read_only});
  fill_standing(input_);
  fill_work(input_);
  fill_surroundings(input_);
  input_.clients = &clients_;
  input_.io = &io_;
  input_.http = &http_;
  input_.access = &access_;
}

}  // namespace quorate
