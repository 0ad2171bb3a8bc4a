#include "actors/four_letter_words/server_texts.h"

#include <fmt/format.h>

#include <array>
#include <variant>

#include "actors/four_letter_words/bounded_text.h"
#include "core/txn/request.h"

namespace quorate {
namespace {

constexpr std::string_view zookeeper_version = "3.8.0";
/// In the form that the client for Go insists on. Of the version, not of the build: equal sources
/// are built alike.
constexpr std::string_view version_date = "11/22/2026 00:00 UTC";

/// The codes of ZooKeeper for the alternatives of Operation; what it has no code for is called what
/// comes nearest, and NA else.
constexpr std::array<std::string_view, 25> operation_codes = {
    "NA",   "PING", "GETD", "EXIS", "GETC",   "SETD", "CREA", "DELE", "MULT",
    "GETC", "GETA", "SETA", "MLTR", "GETACN", "GETE", "SYNC", "DELE", "ADDW",
    "CHKW", "REMW", "SETW", "HOMI", "NA",     "RECO", "CLOS"};
static_assert(operation_codes.size() == std::variant_size_v<Operation>);
static_assert(operation_codes.size() <= ConnectionTraffic::session);

std::string_view code_of(std::uint8_t operation) {
  if (operation == ConnectionTraffic::session) return "SESS";
  return operation < operation_codes.size() ? operation_codes[operation] : "NA";
}

/// As Java prints a number rounded to four decimals: 0.0, 1.5, 0.3333.
std::string decimal(double value) {
  std::string text = fmt::format("{:.4f}", value);
  while (text.ends_with('0') && !text.ends_with(".0")) text.pop_back();
  return text;
}

std::string_view state_of(ServerRole role) {
  switch (role) {
    case ServerRole::alone:
      return "standalone";
    case ServerRole::leading:
      return "leader";
    case ServerRole::observing:
      return "observer";
    case ServerRole::read_only:
      return "read-only";
    case ServerRole::following:
    case ServerRole::looking:
    case ServerRole::unknown:
      break;
  }
  return "follower";
}

/// Who serves has been brought up to date.
std::string_view peer_state_of(ServerRole role) {
  if (role == ServerRole::leading) return "leading - broadcast";
  return role == ServerRole::observing ? "observing - broadcast" : "following - broadcast";
}

std::string head_lines(const ServerReport& server) {
  std::string text = fmt::format("Zookeeper version: {}\n", version_text());
  if (server.role == ServerRole::read_only)
    text += "READ-ONLY mode; serving only read-only clients\n";
  return text;
}

std::string server_lines(const ServerReport& server) {
  std::string text = fmt::format("Latency min/avg/max: {}/{}/{}\n", server.latency.min,
                                 decimal(server.latency.average()), server.latency.max);
  text += fmt::format("Received: {}\nSent: {}\nConnections: {}\nOutstanding: {}\n", server.received,
                      server.sent, server.connections, server.outstanding);
  text += fmt::format("Zxid: 0x{:x}\nMode: {}\nNode count: {}\n", server.applied.value,
                      state_of(server.role), server.znodes);
  if (server.role != ServerRole::leading) return text;
  if (!server.proposals) return text + "Proposal sizes last/min/max: -1/-1/-1\n";
  return text + fmt::format("Proposal sizes last/min/max: {}/{}/{}\n", server.proposals->last,
                            server.proposals->min, server.proposals->max);
}

std::string address_of(const ConnectionReport& connection) {
  const bool is_v6 = connection.address.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", connection.address, is_v6 ? "]" : "",
                     connection.port);
}

/// ` /192.0.2.7:4711[1](queued=0,recved=3,sent=3)`, with what is known of the session if `full`.
std::string line_of(const ConnectionReport& connection, bool full) {
  const unsigned interest = (connection.reads ? 1U : 0U) | (connection.writes ? 4U : 0U);
  const ConnectionTraffic& traffic = connection.traffic;
  std::string line = fmt::format(" /{}[{}](queued={},recved={},sent={}", address_of(connection),
                                 interest, connection.unanswered, traffic.received, traffic.sent);
  if (full && connection.session != SessionId{}) {
    line += fmt::format(
        ",sid=0x{:x},lop={},est={},to={}", static_cast<std::uint64_t>(connection.session.value),
        code_of(traffic.last_operation), connection.since_ms, connection.timeout_ms);
    if (traffic.last_xid >= 0) line += fmt::format(",lcxid=0x{:x}", traffic.last_xid);
    const std::uint64_t average =
        traffic.replies == 0 ? 0 : traffic.latency_sum_ms / traffic.replies;
    line += fmt::format(",lzxid=0x{:x},lresp={},llat={},minlat={},avglat={},maxlat={}",
                        traffic.last_zxid.value, connection.last_reply_ms, traffic.latency_last_ms,
                        traffic.latency_min_ms, average, traffic.latency_max_ms);
  }
  return line + ")\n";
}

std::string lines_of(std::span<const ConnectionReport> connections, bool full,
                     std::size_t bytes_max) {
  BoundedText lines(bytes_max);
  for (const ConnectionReport& connection : connections)
    if (!lines.add(line_of(connection, full))) break;
  return lines.take();
}

using Gauges = std::vector<MntrGauge>;

void add_leader(const ServerReport& server, Gauges& gauges) {
  if (server.followers) {
    gauges.push_back({"learners", server.followers->learners});
    gauges.push_back({"synced_followers", server.followers->synced_followers});
    gauges.push_back({"synced_observers", server.followers->synced_observers});
    gauges.push_back({"pending_syncs", server.followers->pending_syncs});
  }
  if (!server.proposals) return;
  gauges.push_back({"last_proposal_size", server.proposals->last});
  gauges.push_back({"min_proposal_size", server.proposals->min});
  gauges.push_back({"max_proposal_size", server.proposals->max});
}

}  // namespace

std::string version_text() {
  return fmt::format("{}-quorate-{}, built on {}", zookeeper_version, QUORATE_VERSION,
                     version_date);
}

std::string isro_text(const ServerReport& server) {
  if (!server.serving) return "null";
  return server.role == ServerRole::read_only ? "ro" : "rw";
}

std::string srvr_text(const ServerReport& server) {
  return head_lines(server) + server_lines(server);
}

std::string stat_text(const ServerReport& server, std::span<const ConnectionReport> connections,
                      std::size_t bytes_max) {
  return head_lines(server) + "Clients:\n" + lines_of(connections, false, bytes_max) + "\n" +
         server_lines(server);
}

std::string cons_text(std::span<const ConnectionReport> connections, std::size_t bytes_max) {
  return lines_of(connections, true, bytes_max) + "\n";
}

std::string dump_text(std::span<const ConnectionReport> connections, std::size_t bytes_max) {
  BoundedText text(bytes_max);
  text.add(fmt::format("Connections dump:\nConnections({}):\n", connections.size()));
  for (const ConnectionReport& connection : connections) {
    const auto session = static_cast<std::uint64_t>(connection.session.value);
    if (!text.add(fmt::format("\tip: /{} sessionId: 0x{:x}\n", address_of(connection), session)))
      break;
  }
  return text.take();
}

std::string_view state_text(const ServerReport& server) { return state_of(server.role); }

std::string mntr_text(const ServerReport& server) {
  std::string text;
  for (const auto& [key, value] : mntr_gauges(server)) {
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
      text += fmt::format("zk_{}\t{}\n", key, *number);
    } else if (const auto* fraction = std::get_if<double>(&value)) {
      text += fmt::format("zk_{}\t{}\n", key, decimal(*fraction));
    } else {
      text += fmt::format("zk_{}\t{}\n", key, std::get<std::string>(value));
    }
  }
  return text;
}

std::vector<MntrGauge> mntr_gauges(const ServerReport& server) {
  Gauges gauges;
  gauges.push_back({"version", version_text()});
  gauges.push_back({"server_state", std::string(state_of(server.role))});
  const bool in_ensemble = server.voters > 0;
  if (in_ensemble && server.role != ServerRole::read_only)
    gauges.push_back({"peer_state", std::string(peer_state_of(server.role))});
  gauges.push_back({"avg_latency", server.latency.average()});
  gauges.push_back({"max_latency", server.latency.max});
  gauges.push_back({"min_latency", server.latency.min});
  gauges.push_back({"packets_received", server.received});
  gauges.push_back({"packets_sent", server.sent});
  gauges.push_back({"num_alive_connections", server.connections});
  gauges.push_back({"outstanding_requests", server.outstanding});
  gauges.push_back({"uptime", server.uptime_ms});
  gauges.push_back({"znode_count", server.znodes});
  gauges.push_back({"watch_count", server.watches});
  gauges.push_back({"ephemerals_count", server.ephemerals});
  gauges.push_back({"approximate_data_size", server.data_bytes});
  gauges.push_back({"global_sessions", server.sessions});
  gauges.push_back({"local_sessions", server.local_sessions});
  if (server.files_open) gauges.push_back({"open_file_descriptor_count", *server.files_open});
  if (server.files_max) gauges.push_back({"max_file_descriptor_count", *server.files_max});
  gauges.push_back({"connection_rejected", server.connections_refused});
  gauges.push_back({"auth_failed_count", server.auth_failures});
  if (in_ensemble) gauges.push_back({"quorum_size", server.voters});
  if (server.role == ServerRole::leading) add_leader(server, gauges);
  return gauges;
}

}  // namespace quorate
