#include "actors/four_letter_words/server_report.h"

#include <algorithm>

namespace quorate {
namespace {

std::size_t voters_of(const Membership& membership) {
  if (membership.members.size() <= 1) return 0;
  return static_cast<std::size_t>(std::count_if(
      membership.members.begin(), membership.members.end(),
      [](const auto& member) { return member.second.role == MemberRole::participant; }));
}

}  // namespace

ServerReport make_server_report(const Config& config, const ServerCounters& counters,
                                const Inspection& inspection, const Notice& notice) {
  const PacketCounts packed = packets(counters);
  ServerReport report;
  report.role = inspection.role;
  report.serving = inspection.serving || inspection.role == ServerRole::read_only;
  report.applied = inspection.applied;
  report.uptime_ms = inspection.uptime_ms;
  report.latency = counters.latency.read();
  report.received = packed.received;
  report.sent = packed.sent;
  report.connections = counters.connections_open.get();
  report.outstanding = counters.outstanding.get();
  report.znodes = notice.znodes;
  report.watches = notice.watches;
  report.ephemerals = notice.ephemerals;
  report.data_bytes = notice.data_bytes;
  report.sessions = notice.sessions;
  report.local_sessions = notice.local_sessions;
  report.connections_refused = counters.refused_in_total.get() + counters.refused_per_address.get();
  report.auth_failures = counters.closed_auth.get();
  report.voters = voters_of(config.membership);
  report.followers = notice.followers;
  report.proposals = notice.proposals;
  return report;
}

}  // namespace quorate
