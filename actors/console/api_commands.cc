// What ZooKeeper's admin server answers at /commands, for tools that ask it: those commands that
// only look. Members have its names; what is not measured here is left out.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "actors/console/api_room.h"
#include "actors/four_letter_words/configuration_text.h"
#include "actors/four_letter_words/environment.h"
#include "actors/four_letter_words/server_texts.h"
#include "actors/inspection.h"

namespace quorate {
namespace {

/// Connections in one answer.
constexpr std::size_t connections_max = 10'000;

using Finish = std::function<void(Json members)>;

struct Command {
  std::string_view name;
  std::array<std::string_view, 2> aliases;
  bool needs_service;
  void (*run)(ApiRoom&, const ServerReport&, const Finish&);
};

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

std::string address(const std::string& host, std::uint16_t port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
}

ServerReport report_of(const ApiRoom& room) {
  const ServerContext& context = room.context;
  const Notice notice = context.board.read();
  const auto uptime = context.clock.read().monotonic - context.started;
  ServerReport report = make_server_report(
      context.config, context.counters,
      inspection_of(context.config, notice, uptime, context.counters.connections_open.get()),
      notice);
  report.files_open = open_files();
  report.files_max = open_files_max();
  return report;
}

// --- The server ---------------------------------------------------------------------------------

Json monitor_json(const ServerReport& server) {
  Json json = Json::object();
  for (const auto& [key, value] : mntr_gauges(server))
    std::visit([&json, key = std::string(key)](const auto& is) { json[key] = is; }, value);
  return json;
}

Json server_stats_json(const ApiRoom& room, const ServerReport& server) {
  const DirectorySizes sizes = sizes_of_directories(room.context.config);
  Json json{{"version", version_text()},
            {"read_only", server.role == ServerRole::read_only},
            {"server_stats",
             {{"server_state", state_text(server)},
              {"packets_received", server.received},
              {"packets_sent", server.sent},
              {"avg_latency", server.latency.average()},
              {"max_latency", server.latency.max},
              {"min_latency", server.latency.min},
              {"num_alive_client_connections", server.connections},
              {"outstanding_requests", server.outstanding},
              {"last_processed_zxid", server.applied.value},
              {"data_dir_size", sizes.data},
              {"log_dir_size", sizes.log},
              {"uptime", server.uptime_ms}}}};
  if (server.proposals) {
    json["proposal_stats"] = {{"last_buffer_size", server.proposals->last},
                              {"min_buffer_size", server.proposals->min},
                              {"max_buffer_size", server.proposals->max}};
  }
  json["node_count"] = server.znodes;
  return json;
}

Json configuration_json(const Config& config) {
  return {{"server_id", config.server_id.value},
          {"client_port", config.client_port},
          {"data_dir", config.data_dir},
          {"data_log_dir", config.data_log_dir},
          {"tick_time", config.tick_time.count()},
          {"max_client_cnxns", config.connections_per_ip_max},
          {"min_session_timeout", config.session_timeout_min.count()},
          {"max_session_timeout", config.session_timeout_max.count()},
          {"client_port_listen_backlog", -1}};
}

Json environment_json() {
  Json json = Json::object();
  for (const auto& [key, value] : read_environment()) json[key] = value;
  return json;
}

// --- Its clients --------------------------------------------------------------------------------

Json connection_json(const ConnectionRow& row, bool is_brief) {
  Json json{{"remote_socket_address", address(row.address, row.port)},
            {"outstanding_requests", row.outstanding},
            {"packets_received", row.received},
            {"packets_sent", row.sent}};
  if (is_brief || row.session == SessionId{}) return json;
  json["session_id"] = row.session.value;
  json["established"] = row.connected_at_ms;
  json["avg_latency"] = row.replies == 0 ? 0 : row.latency_sum_ms / row.replies;
  json["max_latency"] = row.latency_max_ms;
  return json;
}

void list_connections(ApiRoom& room, bool is_brief, Json members, const Finish& finish) {
  room.port.connections(
      [is_brief, members = std::move(members), finish](const ConnectionRowsPtr& rows) mutable {
        if (rows == nullptr) return finish({{"error", "the listener did not answer in time"}});
        Json plain = Json::array();
        Json secure = Json::array();
        for (const ConnectionRow& row : rows->rows) {
          if (plain.size() + secure.size() == connections_max) break;
          (row.is_tls ? secure : plain).push_back(connection_json(row, is_brief));
        }
        members["connections"] = std::move(plain);
        members["secure_connections"] = std::move(secure);
        finish(std::move(members));
      });
}

void summarise_watches(ApiRoom& room, const Finish& finish) {
  WatchesInquiry inquiry;
  inquiry.limit = 1;
  room.port.inquire(inquiry, [finish](const StateAnswerPtr& answer) {
    const auto* watches = answer == nullptr ? nullptr : std::get_if<WatchesAnswer>(&answer->body);
    if (watches == nullptr)
      return finish({{"error", "the owner of the state did not answer in time"}});
    finish({{"num_connections", watches->watchers},
            {"num_paths", watches->paths},
            {"num_total_watches", watches->watches}});
  });
}

// --- Its ensemble -------------------------------------------------------------------------------

/// Null: it is on its own, or nobody said where that one is.
const Member* member_of(const Config& config, std::optional<ServerId> server) {
  if (!server || config.membership.members.size() <= 1) return nullptr;
  const auto found = config.membership.members.find(*server);
  return found == config.membership.members.end() ? nullptr : &found->second;
}

Json leader_json(const ApiRoom& room) {
  const Config& config = room.context.config;
  const Notice notice = room.context.board.read();
  const Member* leader = member_of(config, notice.leader);
  if (leader == nullptr) return {{"error", "this server follows no leader"}};
  return {{"is_leader", leader->id == config.server_id},
          {"leader_id", leader->id.value},
          {"leader_ip", leader->addresses.empty() ? "" : leader->addresses.front().host}};
}

Json voting_view_json(const Config& config) {
  Json view = Json::object();
  for (const auto& [id, member] : config.membership.members) {
    if (member.role == MemberRole::observer) continue;
    Json servers = Json::array();
    Json elections = Json::array();
    for (const PeerAddress& peer : member.addresses) {
      servers.push_back(address(peer.host, peer.quorum_port));
      elections.push_back(address(peer.host, peer.election_port));
    }
    view[std::to_string(id.value)] = {
        {"server_addresses", std::move(servers)},
        {"election_addresses", std::move(elections)},
        {"client_address", member.client ? address(member.client->host, member.client->port) : ""},
        {"learner_type", "PARTICIPANT"}};
  }
  return {{"current_config", std::move(view)}};
}

Json zab_state_json(const ApiRoom& room, const ServerReport& server) {
  const Config& config = room.context.config;
  const Notice notice = room.context.board.read();
  Json json{{"myid", config.server_id.value},
            {"is_leader", server.role == ServerRole::leading || server.role == ServerRole::alone}};
  const Member* self = member_of(config, config.server_id);
  if (self != nullptr && !self->addresses.empty()) {
    const PeerAddress& peer = self->addresses.front();
    json["quorum_address"] = address(peer.host, peer.quorum_port);
    json["election_address"] = address(peer.host, peer.election_port);
  }
  json["client_address"] = address(config.client_address, config.client_port);
  json["voting"] = notice.votes;
  json["last_zxid"] = hex(server.applied.value);
  json["zab_epoch"] = server.applied.epoch().value;
  json["zab_counter"] = server.applied.counter();
  json["zabstate"] = notice.established ? "broadcast" : notice.leader ? "discovery" : "election";
  return json;
}

void tell_image(ApiRoom& room, const Finish& finish) {
  room.port.kept_states([&room, finish](const std::optional<KeptStates>& kept) {
    if (!kept) return finish({{"error", "the snapshotter did not answer in time"}});
    const auto at_ms = room.context.board.read().image_ms;
    finish({{"zxid", hex(at_ms ? kept->image.value : UINT64_MAX)},
            {"timestamp", at_ms ? *at_ms / 1000 : -1}});
  });
}

// --- The commands -------------------------------------------------------------------------------

using Server = const ServerReport&;

constexpr std::array commands = {
    Command{"configuration",
            {"conf", "config"},
            true,
            [](ApiRoom& room, Server, const Finish& finish) {
              finish(configuration_json(room.context.config));
            }},
    Command{"connections",
            {"cons"},
            true,
            [](ApiRoom& room, Server, const Finish& finish) {
              list_connections(room, false, Json::object(), finish);
            }},
    Command{"dirs",
            {},
            true,
            [](ApiRoom& room, Server, const Finish& finish) {
              const DirectorySizes sizes = sizes_of_directories(room.context.config);
              finish({{"datadir_size", sizes.data}, {"logdir_size", sizes.log}});
            }},
    Command{"environment",
            {"env", "envi"},
            false,
            [](ApiRoom&, Server, const Finish& finish) { finish(environment_json()); }},
    Command{"is_read_only",
            {"isro"},
            true,
            [](ApiRoom&, Server server, const Finish& finish) {
              finish({{"read_only", server.role == ServerRole::read_only}});
            }},
    Command{"last_snapshot",
            {"lsnp"},
            true,
            [](ApiRoom& room, Server, const Finish& finish) { tell_image(room, finish); }},
    Command{"leader",
            {"lead"},
            true,
            [](ApiRoom& room, Server, const Finish& finish) { finish(leader_json(room)); }},
    Command{"monitor",
            {"mntr"},
            true,
            [](ApiRoom&, Server server, const Finish& finish) { finish(monitor_json(server)); }},
    Command{
        "ruok", {}, false, [](ApiRoom&, Server, const Finish& finish) { finish(Json::object()); }},
    Command{"server_stats",
            {"srvr"},
            true,
            [](ApiRoom& room, Server server, const Finish& finish) {
              finish(server_stats_json(room, server));
            }},
    Command{"stats",
            {"stat"},
            true,
            [](ApiRoom& room, Server server, const Finish& finish) {
              list_connections(room, true, server_stats_json(room, server), finish);
            }},
    Command{"voting_view",
            {},
            true,
            [](ApiRoom& room, Server, const Finish& finish) {
              finish(voting_view_json(room.context.config));
            }},
    Command{"watch_summary",
            {"wchs"},
            true,
            [](ApiRoom& room, Server, const Finish& finish) { summarise_watches(room, finish); }},
    Command{"zabstate",
            {},
            true,
            [](ApiRoom& room, Server server, const Finish& finish) {
              finish(zab_state_json(room, server));
            }},
};

/// Those of ZooKeeper's that change something, and by which operation it is done here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> acts = {{
    {"snapshot", "POST /api/v1/servers/self/backups"},
    {"snap", "POST /api/v1/servers/self/backups"},
    {"shed_connections", "POST /api/v1/servers/self/shed"},
    {"shed", "POST /api/v1/servers/self/shed"},
    {"restore", "docs/operations.md: a server takes its state from the others"},
    {"rest", "docs/operations.md: a server takes its state from the others"},
    {"stat_reset", "the word srst"},
    {"connection_stat_reset", "the word crst"},
}};

const Command* find_command(std::string_view name) {
  for (const Command& command : commands) {
    const auto& [one, other] = command.aliases;
    if (name == command.name || (!name.empty() && (name == one || name == other))) return &command;
  }
  return nullptr;
}

/// Ends as all of ZooKeeper's answers do: in the name of the command, and what went wrong.
void send(const ApiCallPtr& call, unsigned status, std::string_view name, Json members,
          std::string_view error = {}) {
  const Json failed = members.contains("error") ? members["error"] : Json();
  members.erase("error");
  members["command"] = name;
  members["error"] = error.empty() ? failed : Json(error);
  call->send({status, members.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"});
}

}  // namespace

void answer_commands(ApiRoom&, const ApiCallPtr& call) {
  Json items = Json::array();
  for (const Command& command : commands) {
    Json aliases = Json::array();
    for (const std::string_view alias : command.aliases)
      if (!alias.empty()) aliases.push_back(alias);
    items.push_back({{"command", command.name}, {"aliases", std::move(aliases)}});
  }
  call->answer({{"commands", std::move(items)}});
}

void answer_command(ApiRoom& room, const ApiCallPtr& call) {
  const std::string& name = call->parameter("command");
  for (const auto& [act, instead] : acts) {
    if (name != act) continue;
    return send(call, 403, name, Json::object(),
                "nothing is changed by commands; instead: " + std::string(instead));
  }
  const Command* command = find_command(name);
  // With the status that tools of ZooKeeper know.
  if (command == nullptr) return send(call, 200, name, Json::object(), "Unknown command: " + name);
  const ServerReport server = report_of(room);
  if (command->needs_service && !server.serving) {
    return send(call, 200, command->name, Json::object(),
                not_serving_text.substr(0, not_serving_text.size() - 1));
  }
  command->run(room, server, [call, command](Json members) {
    send(call, 200, command->name, std::move(members));
  });
}

}  // namespace quorate
