#include "actors/console/server_view.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "actors/inspection.h"

namespace quorate {
namespace {

std::string_view name_of(ServerRole role) {
  switch (role) {
    case ServerRole::unknown:
    case ServerRole::looking:
      return "looking";
    case ServerRole::following:
      return "following";
    case ServerRole::observing:
      return "observing";
    case ServerRole::leading:
      return "leading";
    case ServerRole::alone:
      return "alone";
    case ServerRole::read_only:
      return "read_only";
  }
  return "looking";
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const Times& times) {
  return {{"count", times.count},
          {"p50_us", times.p50_us},
          {"p99_us", times.p99_us},
          {"max_us", times.max_us}};
}

Json disk_json(const ServerFacts& facts) {
  std::string_view level = "ample";
  if (facts.disk && facts.disk->free_bytes < facts.config.disk_low_bytes) level = "low";
  if (facts.disk && facts.disk->free_bytes < facts.config.disk_reserve_bytes) level = "full";
  return {{"level", level},
          {"free_bytes", facts.disk ? Json(facts.disk->free_bytes) : Json()},
          {"total_bytes", facts.disk ? Json(facts.disk->total_bytes) : Json()}};
}

/// What an operator should know, worst first.
Json notes_json(const ServerFacts& facts) {
  const Inspection& inspection = facts.inspection;
  Json notes = Json::array();
  if (inspection.in_doubt)
    notes.push_back("servers differ and no quorum agrees: writes are refused");
  if (!inspection.quorum_linked) notes.push_back("no quorum is linked");
  if (inspection.role == ServerRole::read_only) {
    notes.push_back("there is no leader: old reads are served, and nothing else");
  } else if (!inspection.serving) {
    notes.push_back("it serves nobody");
  }
  if (inspection.recovering) notes.push_back("it is recovering what it had before");
  if (facts.draining) notes.push_back("it is drained: clients are sent to other servers");
  if (inspection.sends_clients_away && !facts.draining)
    notes.push_back("it leads, and leaves clients to the others");
  if (facts.disk && facts.disk->free_bytes < facts.config.disk_low_bytes)
    notes.push_back("the disk of the log is nearly full: writes of clients are refused");
  return notes;
}

Json links_json(const ServerFacts& facts) {
  Json links = Json::array();
  for (const EnsembleMember& member : facts.inspection.members) {
    if (member.server == facts.config.server_id) continue;
    links.push_back({{"server", member.server.value}, {"up", member.linked}, {"rtt_us", nullptr}});
  }
  return links;
}

/// Where the leader's word and this server's own state are of one epoch.
Json lag_json(const Inspection& inspection) {
  if (inspection.committed.epoch() != inspection.applied.epoch()) return nullptr;
  if (inspection.committed <= inspection.applied) return 0;
  return inspection.committed.counter() - inspection.applied.counter();
}

std::string etag_of(const Inspection& inspection, bool draining) {
  return std::string(name_of(inspection.role)) + "-" +
         (inspection.leader ? std::to_string(inspection.leader->value) : "none") + "-" +
         std::to_string(inspection.epoch.value) + (draining ? "-drained" : "");
}

std::vector<ServerId> voters_of(const Membership& membership) {
  std::vector<ServerId> voters;
  for (const auto& [id, member] : membership.members)
    if (member.role == MemberRole::participant) voters.push_back(id);
  return voters;
}

std::uint64_t weight_of(const Membership& membership, ServerId server) {
  const auto found = membership.weights.find(server);
  return found == membership.weights.end() ? 1 : found->second;
}

/// Of one group, or of all servers where there are no groups.
bool has_majority(const Membership& membership, const std::vector<ServerId>& group,
                  const std::set<ServerId>& up) {
  std::uint64_t all = 0;
  std::uint64_t there = 0;
  for (const ServerId server : group) {
    const std::uint64_t weight = weight_of(membership, server);
    all += weight;
    if (up.contains(server)) there += weight;
  }
  return 2 * there > all;
}

bool is_quorum(const Membership& membership, const std::set<ServerId>& up) {
  if (membership.groups.empty()) return has_majority(membership, voters_of(membership), up);
  std::size_t weighty = 0;
  std::size_t held = 0;
  for (const auto& [number, servers] : membership.groups) {
    const std::vector<ServerId> group(servers.begin(), servers.end());
    const bool counts = std::any_of(group.begin(), group.end(), [&](ServerId server) {
      return weight_of(membership, server) > 0;
    });
    if (!counts) continue;
    ++weighty;
    if (has_majority(membership, group, up)) ++held;
  }
  return 2 * held > weighty;
}

/// Whether any loss of so many of these leaves a quorum.
bool survives(const Membership& membership, std::set<ServerId>& up,
              const std::vector<ServerId>& voters, std::size_t from, int losses) {
  if (losses == 0) return is_quorum(membership, up);
  for (std::size_t i = from; i < voters.size(); ++i) {
    if (up.erase(voters[i]) == 0) continue;
    const bool ok = survives(membership, up, voters, i + 1, losses - 1);
    up.insert(voters[i]);
    if (!ok) return false;
  }
  return true;
}

std::string quorum_text(int survived, bool is_alone) {
  if (is_alone) return "a server on its own: its loss stops the service";
  if (survived < 0) return "no quorum: nothing can be written";
  if (survived == 0) return "survives no further loss";
  if (survived == 1) return "survives 1 more loss";
  return "survives " + std::to_string(survived) + " more losses";
}

Json quorum_json(const Membership& membership, const Notice& notice) {
  const bool is_alone = membership.members.size() <= 1;
  std::vector<ServerId> voters = voters_of(membership);
  const auto linked = std::count_if(voters.begin(), voters.end(), [&](ServerId server) {
    return notice.linked.contains(server);
  });
  const int survived = is_alone ? 0 : losses_survived(membership, notice.linked);
  return {{"has", is_alone || survived >= 0},
          {"voters", is_alone ? 1 : voters.size()},
          {"linked", is_alone ? 1 : linked},
          {"survives", std::max(survived, 0)},
          {"text", quorum_text(survived, is_alone)}};
}

Json server_json(const EnsembleMember& member, bool is_self, const Json& status,
                 const std::map<ServerId, OtherServer>& others) {
  Json row{{"server", member.server.value}, {"observer", member.observer}};
  const bool has_address = member.clients && member.clients->port != 0;
  row["address"] =
      has_address ? member.clients->host + ":" + std::to_string(member.clients->port) : "";
  row["console"] = nullptr;
  row["linked"] = is_self || member.linked;
  row["age_ms"] = nullptr;
  if (is_self) {
    row["age_ms"] = 0;
    row["status"] = status;
    return row;
  }
  if (!member.linked) row["error"] = "there is no link to it";
  const auto found = others.find(member.server);
  if (found == others.end()) return row;
  const OtherServer& other = found->second;
  if (!other.error.empty()) row["error"] = other.error;
  // Of a server that is gone, what it said last would only mislead: that it leads, for instance.
  if (!other.status || !member.linked) return row;
  row["age_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now() - other.at)
                      .count();
  row["status"] = *other.status;
  return row;
}

void add_links(Json& links, std::uint32_t from, const Json& status,
               const std::map<ServerId, OtherServer>* round_trips) {
  const auto said = status.find("links");
  if (said == status.end() || !said->is_array()) return;
  for (const Json& link : *said) {
    if (!link.is_object() || !link.contains("server")) continue;
    Json row{{"from", from},
             {"to", link["server"]},
             {"up", link.value("up", false)},
             {"rtt_us", nullptr}};
    if (round_trips != nullptr && link["server"].is_number_unsigned()) {
      const auto other = round_trips->find(ServerId{link["server"].get<std::uint32_t>()});
      if (other != round_trips->end() && other->second.round_trip && other->second.error.empty())
        row["rtt_us"] = other->second.round_trip->count();
    }
    links.push_back(std::move(row));
  }
}

}  // namespace

int losses_survived(const Membership& membership, const std::set<ServerId>& linked) {
  std::set<ServerId> up = linked;
  const std::vector<ServerId> voters = voters_of(membership);
  int losses = -1;
  while (losses < static_cast<int>(voters.size()) &&
         survives(membership, up, voters, 0, losses + 1))
    ++losses;
  return losses;
}

Json status_json(const ServerFacts& facts) {
  const Inspection& shown = facts.inspection;
  return {{"server", shown.server.value},
          {"version", shown.version},
          {"role", name_of(shown.role)},
          {"serving", shown.serving},
          {"draining", facts.draining},
          {"recovering", shown.recovering},
          {"in_doubt", shown.in_doubt},
          {"leader", shown.leader ? Json(shown.leader->value) : Json()},
          {"epoch", shown.epoch.value},
          {"committed", to_string(shown.committed)},
          {"applied", to_string(shown.applied)},
          {"logged", to_string(shown.logged)},
          {"lag_txns", lag_json(shown)},
          {"now_ms", facts.now_ms},
          {"uptime_ms", shown.uptime_ms},
          {"sessions", shown.sessions},
          {"local_sessions", facts.notice.local_sessions},
          {"connections", shown.connections},
          {"outstanding", facts.outstanding},
          {"znodes", shown.znodes},
          {"watches", facts.notice.watches},
          {"ephemerals", facts.notice.ephemerals},
          {"data_bytes", facts.notice.data_bytes},
          {"memory_bytes", facts.memory_bytes},
          {"cpu_percent", facts.cpu_percent},
          {"files_open", or_null(facts.files_open)},
          {"files_max", or_null(facts.files_max)},
          {"disk", disk_json(facts)},
          {"sync", json_of(facts.syncs)},
          {"latency", json_of(facts.requests)},
          {"log_lines_dropped", facts.log_lines_dropped},
          {"links", links_json(facts)},
          {"notes", notes_json(facts)},
          {"etag", etag_of(shown, facts.draining)}};
}

Json ensemble_json(const Config& config, const Notice& notice, const Json& status,
                   const std::map<ServerId, OtherServer>& others, std::int64_t now_ms) {
  const Inspection shown = inspection_of(config, notice, {}, 0);
  Json servers = Json::array();
  Json links = Json::array();
  for (const EnsembleMember& member : shown.members) {
    const bool is_self = member.server == config.server_id;
    servers.push_back(server_json(member, is_self, status, others));
    if (servers.back().contains("status")) {
      add_links(links, member.server.value, servers.back()["status"], is_self ? &others : nullptr);
    }
  }
  return {{"server", config.server_id.value},
          {"at_ms", now_ms},
          {"quorum", quorum_json(config.membership, notice)},
          {"leader", shown.leader ? Json(shown.leader->value) : Json()},
          {"epoch", shown.epoch.value},
          {"servers", std::move(servers)},
          {"links", std::move(links)}};
}

}  // namespace quorate
