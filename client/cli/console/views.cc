#include "client/cli/console/views.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "client/admin/answer.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using admin::field;
using admin::integer_of;
using admin::is_true;
using admin::list_of;
using admin::text_of;

constexpr std::array server_list = {
    Field{"server", "server", Form::count},
    Field{"role", "status.role", Form::state},
    Field{"linked", "linked", Form::flag},
    Field{"serving", "status.serving", Form::flag},
    Field{"leader", "status.leader", Form::count},
    Field{"epoch", "status.epoch", Form::count},
    Field{"applied", "status.applied"},
    Field{"lag", "status.lag_txns", Form::count},
    Field{"sessions", "status.sessions", Form::count},
    Field{"conns", "status.connections", Form::count},
    Field{"cpu", "status.cpu_percent", Form::percent},
    Field{"memory", "status.memory_bytes", Form::bytes},
    Field{"disk", "status.disk.level", Form::state},
    Field{"sync_p99", "status.sync.p99_us", Form::us},
    Field{"uptime", "status.uptime_ms", Form::ms},
    Field{"version", "status.version"},
    Field{"age", "age_ms", Form::ms},
    Field{"note", "note"},
};

constexpr std::array status_list = {
    Field{"server", "server", Form::count},
    Field{"version", "version"},
    Field{"role", "role", Form::state},
    Field{"serving", "serving", Form::flag},
    Field{"draining", "draining", Form::flag},
    Field{"recovering", "recovering", Form::flag},
    Field{"in_doubt", "in_doubt", Form::flag},
    Field{"leader", "leader", Form::count},
    Field{"epoch", "epoch", Form::count},
    Field{"committed", "committed"},
    Field{"applied", "applied"},
    Field{"logged", "logged"},
    Field{"lag_txns", "lag_txns", Form::count},
    Field{"clock", "now_ms", Form::moment},
    Field{"uptime", "uptime_ms", Form::ms},
    Field{"sessions", "sessions", Form::count},
    Field{"local_sessions", "local_sessions", Form::count},
    Field{"connections", "connections", Form::count},
    Field{"outstanding", "outstanding", Form::count},
    Field{"znodes", "znodes", Form::count},
    Field{"watches", "watches", Form::count},
    Field{"ephemerals", "ephemerals", Form::count},
    Field{"data", "data_bytes", Form::bytes},
    Field{"memory", "memory_bytes", Form::bytes},
    Field{"cpu", "cpu_percent", Form::percent},
    Field{"files_open", "files_open", Form::count},
    Field{"files_max", "files_max", Form::count},
    Field{"disk", "disk.level", Form::state},
    Field{"disk_free", "disk.free_bytes", Form::bytes},
    Field{"sync_p50", "sync.p50_us", Form::us},
    Field{"sync_p99", "sync.p99_us", Form::us},
    Field{"sync_max", "sync.max_us", Form::us},
    Field{"latency_p50", "latency.p50_us", Form::us},
    Field{"latency_p99", "latency.p99_us", Form::us},
    Field{"notes", "notes"},
};

constexpr std::array actor_list = {
    Field{"id", "id", Form::count},
    Field{"name", "name"},
    Field{"label", "label"},
    Field{"state", "state", Form::state},
    Field{"wait", "wait_us", Form::us},
    Field{"wait_max", "wait_max_us", Form::us},
    Field{"depth", "depth", Form::count},
    Field{"high", "high_water", Form::count},
    Field{"msgs/s", "messages_per_s", Form::rate},
    Field{"busy", "busy_percent", Form::percent},
    Field{"handled", "handled", Form::count},
    Field{"restarts", "restarts", Form::count},
    Field{"age", "age_ms", Form::ms},
    Field{"thread", "thread"},
    Field{"traced", "traced", Form::flag},
    Field{"last_exit", "last_exit_reason"},
};

constexpr std::array session_list = {
    Field{"session", "session"},
    Field{"address", "address"},
    Field{"protocol", "protocol"},
    Field{"tls", "tls", Form::flag},
    Field{"here", "here", Form::flag},
    Field{"server", "server", Form::count},
    Field{"local", "local", Form::flag},
    Field{"timeout", "timeout_ms", Form::ms},
    Field{"heard", "heard_ms_ago", Form::ms},
    Field{"ephemerals", "ephemerals", Form::count},
    Field{"watches", "watches", Form::count},
    Field{"received", "received", Form::count},
    Field{"sent", "sent", Form::count},
    Field{"pending", "outstanding", Form::count},
    Field{"latency", "latency_avg_ms", Form::ms},
    Field{"identities", "identities"},
};

constexpr std::array watch_list = {
    Field{"name", "name"},
    Field{"watches", "watches", Form::count},
    Field{"data", "data", Form::count},
    Field{"child", "child", Form::count},
    Field{"persistent", "persistent", Form::count},
    Field{"recursive", "recursive", Form::count},
    Field{"some", "some"},
};

constexpr std::array slow_list = {
    Field{"at", "at_ms", Form::moment},
    Field{"kind", "kind"},
    Field{"took", "took_us", Form::us},
    Field{"stages", "stages_text"},
    Field{"session", "session"},
    Field{"zxid", "zxid"},
    Field{"error", "error"},
    Field{"path", "path"},
};

constexpr std::array election_list = {
    Field{"at", "at_ms", Form::moment},
    Field{"event", "event", Form::state},
    Field{"server", "server", Form::count},
    Field{"leader", "leader", Form::count},
    Field{"epoch", "epoch", Form::count},
    Field{"zxid", "zxid"},
    Field{"lasted", "lasted_ms", Form::ms},
    Field{"reason", "reason"},
    Field{"text", "text"},
};

constexpr std::array transaction_list = {
    Field{"zxid", "zxid"},       Field{"at", "at_ms", Form::moment},   Field{"kind", "kind"},
    Field{"session", "session"}, Field{"bytes", "bytes", Form::bytes}, Field{"paths", "paths"},
    Field{"detail", "detail"},
};

constexpr std::array audit_list = {
    Field{"at", "at_ms", Form::moment},
    Field{"who", "who"},
    Field{"role", "role"},
    Field{"from", "from"},
    Field{"via", "via", Form::count},
    Field{"act", "act"},
    Field{"target", "target"},
    Field{"outcome", "outcome", Form::state},
    Field{"reason", "reason"},
    Field{"text", "text"},
};

constexpr std::array checkpoint_list = {
    Field{"name", "name"},
    Field{"zxid", "zxid"},
    Field{"at", "at_ms", Form::moment},
    Field{"bytes", "bytes", Form::bytes},
    Field{"verified", "verified", Form::state},
    Field{"digest", "digest"},
};

constexpr std::array config_list = {
    Field{"name", "name"},
    Field{"value", "value"},
    Field{"origin", "origin"},
};

}  // namespace

const Fields server_fields = server_list;
const Fields status_fields = status_list;
const Fields actor_fields = actor_list;
const Fields session_fields = session_list;
const Fields watch_fields = watch_list;
const Fields slow_fields = slow_list;
const Fields election_fields = election_list;
const Fields transaction_fields = transaction_list;
const Fields audit_fields = audit_list;
const Fields checkpoint_fields = checkpoint_list;
const Fields config_fields = config_list;

Json with_stages(const Json& items, bool for_people) {
  Json rows = Json::array();
  for (const Json& item : items) {
    std::string text;
    for (const Json& stage : list_of(item, "stages")) {
      const Field took{"", "took_us", Form::us};
      text += (text.empty() ? "" : ", ") + text_of(stage, "stage") + " " +
              cell_of(stage, took, for_people);
    }
    Json row = item.is_object() ? item : Json::object();
    row["stages_text"] = text;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json with_notes(const Json& servers) {
  Json rows = Json::array();
  for (const Json& server : servers) {
    std::string note;
    const auto add = [&note](const std::string& what) {
      if (!what.empty()) note += (note.empty() ? "" : "; ") + what;
    };
    if (is_true(server, "observer")) add("observer");
    add(text_of(server, "error"));
    if (is_true(server, "status.draining")) add("draining");
    if (is_true(server, "status.recovering")) add("recovering");
    if (is_true(server, "status.in_doubt")) add("in doubt: writes are refused");
    for (const Json& said : list_of(server, "status.notes")) add(text_of(said, ""));
    Json row = server.is_object() ? server : Json::object();
    row["note"] = note;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json as_tree(const Json& actors) {
  std::map<std::optional<std::int64_t>, std::vector<const Json*>> below;
  std::set<std::int64_t> ids;
  for (const Json& actor : actors)
    if (const auto id = integer_of(actor, "id")) ids.insert(*id);
  for (const Json& actor : actors) {
    auto parent = integer_of(actor, "parent");
    if (parent && (!ids.contains(*parent) || parent == integer_of(actor, "id"))) parent.reset();
    below[parent].push_back(&actor);
  }
  Json rows = Json::array();
  std::set<const Json*> placed;
  // Not by recursion: how deep it goes is for the server to say.
  std::vector<std::pair<const Json*, int>> open;
  const auto push = [&](std::optional<std::int64_t> parent, int depth) {
    const auto found = below.find(parent);
    if (found == below.end()) return;
    for (auto one = found->second.rbegin(); one != found->second.rend(); ++one)
      open.emplace_back(*one, depth);
  };
  const auto place_all = [&] {
    while (!open.empty()) {
      const auto [actor, depth] = open.back();
      open.pop_back();
      if (!placed.insert(actor).second) continue;
      Json row = actor->is_object() ? *actor : Json::object();
      row["indent"] = depth;
      rows.push_back(std::move(row));
      if (const auto id = integer_of(*actor, "id")) push(id, depth + 1);
    }
  };
  push(std::nullopt, 0);
  place_all();
  for (const Json& actor : actors) {
    if (placed.contains(&actor)) continue;
    open.emplace_back(&actor, 0);
    place_all();
  }
  return rows;
}

std::string log_text(const Json& line) {
  std::string text = to_iso_time(integer_of(line, "at_ms").value_or(0)) + " ";
  std::string level = text_of(line, "level");
  level.resize(std::max<std::size_t>(level.size(), 5), ' ');
  text += level + " " + text_of(line, "component") + " " + text_of(line, "event");
  const Json& fields = field(line, "fields");
  if (!fields.is_object()) return text;
  for (const auto& [name, value] : fields.items()) {
    text += " " + name + "=";
    const std::string said = value.is_string()
                                 ? value.get<std::string>()
                                 : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    const bool plain = !said.empty() && said.find_first_of(" \"=") == std::string::npos;
    text += plain ? said : Json(said).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text;
}

std::vector<Json> newer_items(const Json& before, const Json& now) {
  std::size_t fresh = 0;
  for (; fresh < now.size(); ++fresh) {
    const std::size_t rest = now.size() - fresh;
    // What was there before has only lost from its end.
    if (rest > before.size()) continue;
    bool same = true;
    for (std::size_t i = 0; same && i < rest; ++i) same = now[fresh + i] == before[i];
    if (same) break;
  }
  return {now.begin(), now.begin() + static_cast<std::ptrdiff_t>(fresh)};
}

}  // namespace quorate::cli
