#include "client/cli/ensemble_view.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "client/cli/health.h"

namespace quorate::cli {
namespace {

using client::Host;

Host host_of(const NetworkAddress& address) { return {address.host, address.port}; }

bool is_every_interface(const std::string& host) {
  return host == "0.0.0.0" || host == "::" || host.empty();
}

/// Where clients find a member.
std::optional<Host> client_host(const EnsembleMember& member) {
  if (!member.clients || member.clients->port == 0) return std::nullopt;
  Host host = host_of(*member.clients);
  if (is_every_interface(host.name) && !member.peers.empty()) host.name = member.peers.front().host;
  return host;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

/// As logs show it.
std::string digest_text(std::uint64_t digest) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(digest));
  return text.data();
}

std::string note_of(const Inspection& inspection) {
  std::string note;
  const auto add = [&note](const char* what) {
    note.append(note.empty() ? "" : ", ").append(what);
  };
  if (inspection.recovering) add("recovering");
  const bool reads = inspection.role == ServerRole::read_only;
  if (!inspection.serving) add(reads ? "serves old reads only" : "serves nobody");
  if (inspection.sends_clients_away) add("leaves clients to the others");
  if (!inspection.quorum_linked) add("no quorum linked");
  if (inspection.in_doubt) add("servers differ: writes are refused");
  return note;
}

std::vector<Json> values_of(const StatusRow& row, const Inspection* leader, bool all) {
  std::vector<Json> values;
  values.push_back(row.server ? Json(row.server->value) : Json());
  values.push_back(row.endpoint.empty() ? Json() : Json(row.endpoint));
  const Inspection* of = row.inspection ? &*row.inspection : nullptr;
  // A server that did not answer has the same columns, without values.
  const auto add = [&](auto&& value) { values.push_back(of == nullptr ? Json() : Json(value())); };
  add([&] { return Json(to_string(of->role)); });
  add([&] { return Json(of->serving); });
  if (all) {
    add([&] { return Json(of->recovering); });
    add([&] { return Json(of->quorum_linked); });
    add([&] { return Json(of->in_doubt); });
  }
  add([&] { return of->leader ? Json(of->leader->value) : Json(); });
  add([&] { return Json(of->epoch.value); });
  add([&] { return Json(to_string(of->applied)); });
  add([&] { return Json(to_string(of->logged)); });
  add([&] { return leader == nullptr ? Json() : or_null(lag_behind(*leader, *of)); });
  add([&] { return Json(of->sessions); });
  add([&] { return Json(of->connections); });
  add([&] { return Json(of->znodes); });
  if (all) {
    const bool marked = of != nullptr && of->digest_zxid != Zxid{};
    add([&] { return marked ? Json(to_string(of->digest_zxid)) : Json(); });
    add([&] { return marked ? Json(digest_text(of->digest)) : Json(); });
  }
  add([&] { return Json(of->version); });
  add([&] { return Json(of->uptime_ms / 1000); });
  values.push_back(row.note.empty() ? Json() : Json(row.note));
  return values;
}

std::vector<Rows::Column> status_columns(bool all) {
  std::vector<Rows::Column> columns{{"server", true}, {"endpoint"}, {"role"}, {"serving"}};
  if (all) {
    columns.push_back({"recovering"});
    columns.push_back({"quorum_linked"});
    columns.push_back({"in_doubt"});
  }
  for (const char* number :
       {"leader", "epoch", "applied", "logged", "lag", "sessions", "connections", "znodes"})
    columns.push_back({number, true});
  if (all) {
    columns.push_back({"digest_zxid", true});
    columns.push_back({"digest"});
  }
  columns.push_back({"version"});
  columns.push_back({"uptime_s", true});
  columns.push_back({"note"});
  return columns;
}

}  // namespace

std::vector<NamedServer> others_named_by(const Inspection& inspection) {
  std::vector<NamedServer> others;
  for (const EnsembleMember& member : inspection.members)
    if (member.server != inspection.server) others.push_back({member.server, client_host(member)});
  return others;
}

StatusRow row_of(const client::Answer& answer, const std::vector<EnsembleMember>& members) {
  StatusRow row;
  row.endpoint = client::to_string(answer.host);
  if (answer.inspection.ok()) {
    row.inspection = *answer.inspection;
    row.server = row.inspection->server;
    row.note = note_of(*row.inspection);
    return row;
  }
  for (const EnsembleMember& member : members)
    if (client_host(member) == answer.host) row.server = member.server;
  row.note =
      (answer.alive ? "sends clients away: " : "no answer: ") + answer.inspection.error().text;
  return row;
}

std::optional<std::uint64_t> lag_behind(const Inspection& leader, const Inspection& server) {
  if (server.applied >= leader.committed) return 0;
  if (server.applied.epoch() != leader.committed.epoch()) return std::nullopt;
  return leader.committed.counter() - server.applied.counter();
}

const Inspection* leader_among(const std::vector<StatusRow>& rows) {
  const Inspection* leader = nullptr;
  for (const StatusRow& row : rows) {
    if (!row.inspection || !row.inspection->serving) continue;
    const Inspection& one = *row.inspection;
    if (one.role != ServerRole::leading && one.role != ServerRole::alone) continue;
    if (leader == nullptr || one.epoch > leader->epoch) leader = &one;
  }
  return leader;
}

bool is_service(const std::vector<StatusRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const StatusRow& row) {
    if (!row.inspection || !row.inspection->serving) return false;
    return row.inspection->quorum_linked && !row.inspection->sends_clients_away;
  });
}

void print_status(Output& output, std::vector<StatusRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const StatusRow& a, const StatusRow& b) {
    if (a.server.has_value() != b.server.has_value()) return a.server.has_value();
    return a.server < b.server;
  });
  const bool all = output.is_json();
  const Inspection* leader = leader_among(rows);
  Rows printed(output, status_columns(all));
  for (const StatusRow& row : rows) printed.add(values_of(row, leader, all));
}

void print_members(Output& output, const std::vector<EnsembleMember>& members) {
  Rows rows(output, {{"server", true},
                     {"role"},
                     {"weight", true},
                     {"group", true},
                     {"peers"},
                     {"clients"},
                     {"linked"}});
  for (const EnsembleMember& member : members) {
    std::string peers;
    for (const NetworkAddress& peer : member.peers)
      peers += (peers.empty() ? "" : "|") + client::to_string(host_of(peer));
    rows.add({member.server.value, member.observer ? "observer" : "participant", member.weight,
              or_null(member.group), peers.empty() ? Json() : Json(peers),
              member.clients ? Json(client::to_string(host_of(*member.clients))) : Json(),
              member.linked});
  }
}

}  // namespace quorate::cli
