#include "client/cli/doctor/checks.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "client/admin/answer.h"
#include "client/cli/console/fields.h"

namespace quorate::cli {
namespace {

using admin::field;
using admin::integer_of;
using admin::is_true;
using admin::list_of;
using admin::text_of;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t expiry_days_soon = 30;
constexpr std::int64_t expiry_days_now = 7;

/// What each server may have of its own: places, addresses, files, and how much it says.
constexpr std::array<std::string_view, 14> own_keys = {
    "server_id",    "data_dir",        "data_log_dir", "data_dir_create", "client_address",
    "client_port",  "native_port",     "peer_address", "peer_port",       "console_address",
    "console_port", "console_enabled", "io_threads",   "io_backend"};

bool may_differ(std::string_view key) {
  if (key.ends_with("_file") || key.starts_with("log_") || key.ends_with("_threads")) return true;
  return std::find(own_keys.begin(), own_keys.end(), key) != own_keys.end();
}

void check_quorum(const Facts& facts, std::vector<Finding>& found) {
  const auto voters = integer_of(facts.ensemble, "quorum.voters");
  const auto survives = integer_of(facts.ensemble, "quorum.survives");
  if (!is_true(facts.ensemble, "quorum.has")) {
    found.push_back({Severity::problem,
                     "no_quorum",
                     {},
                     "the server asked is linked with no quorum",
                     "nothing can be written",
                     "start the other servers, or mend the links"});
    return;
  }
  if (voters == 1) {
    found.push_back({Severity::note,
                     "quorum_margin",
                     {},
                     "there is one voter",
                     "the service is gone while it is",
                     "three voters survive one loss"});
  } else if (survives == 0) {
    found.push_back({Severity::warning,
                     "quorum_margin",
                     {},
                     "no further voter may be lost",
                     "the next loss ends the service",
                     "bring back who is missing: see `quorate status`"});
  }
  if (voters && *voters > 1 && *voters % 2 == 0)
    found.push_back({Severity::note,
                     "even_voters",
                     {},
                     "there are " + std::to_string(*voters) + " voters",
                     "one less would survive as many losses",
                     "make one an observer, or add one"});
}

void check_links(const Facts& facts, std::vector<Finding>& found) {
  for (const Json& link : list_of(facts.ensemble, "links")) {
    if (is_true(link, "up") || !field(link, "up").is_boolean()) continue;
    found.push_back({Severity::warning, "link_down", integer_of(link, "from"),
                     "has no link to server " + std::to_string(integer_of(link, "to").value_or(0)),
                     "the two do not hear each other",
                     "check that both run, and the peer port in between"});
  }
}

/// What each value was seen at: "3.2 on 1, 2; 3.3 on 3".
std::string sides_of(const std::map<std::string, std::vector<std::int64_t>>& values) {
  std::string text;
  for (const auto& [value, servers] : values) {
    text += (text.empty() ? "" : "; ") + (value.empty() ? std::string("nothing") : value) + " on ";
    for (std::size_t i = 0; i < servers.size(); ++i)
      text += (i == 0 ? "" : ", ") + std::to_string(servers[i]);
  }
  return text;
}

void check_versions(const Facts& facts, std::vector<Finding>& found) {
  std::map<std::string, std::vector<std::int64_t>> versions;
  for (const ServerFacts& server : facts.servers)
    if (server.status.is_object())
      versions[text_of(server.status, "version")].push_back(server.server);
  if (versions.size() > 1)
    found.push_back({Severity::warning,
                     "versions_differ",
                     {},
                     "servers run different versions: " + sides_of(versions),
                     "meant to be so during an upgrade only",
                     "finish the upgrade"});
}

void check_configs(const Facts& facts, std::vector<Finding>& found) {
  std::map<std::string, std::map<std::string, std::vector<std::int64_t>>> by_key;
  std::map<std::string, std::vector<std::int64_t>> members;
  for (const ServerFacts& server : facts.servers) {
    if (!server.status.is_object()) continue;
    if (!server.config.is_object()) {
      found.push_back({Severity::unchecked, "config_drift", server.server,
                       "does not tell its configuration", "", ""});
      continue;
    }
    for (const Json& item : list_of(server.config, "items")) {
      const std::string name = text_of(item, "name");
      // A secret is null with all of them.
      if (!may_differ(name) && !field(item, "value").is_null())
        by_key[name][text_of(item, "value")].push_back(server.server);
    }
    std::set<std::string> lines;
    for (const Json& line : list_of(server.config, "members")) lines.insert(text_of(line, ""));
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : " ") + line;
    members[text].push_back(server.server);
  }
  for (const auto& [key, values] : by_key)
    if (values.size() > 1)
      found.push_back({Severity::warning,
                       "config_drift",
                       {},
                       key + " differs: " + sides_of(values),
                       "which value holds depends on which server is asked, or leads",
                       "set it alike and restart one server after the other"});
  if (members.size() > 1)
    found.push_back({Severity::problem,
                     "membership_differs",
                     {},
                     "servers disagree on who is a member: " + sides_of(members),
                     "two quorums that do not overlap may be possible",
                     "give all the same server lines before anything else"});
}

void check_expiry(std::int64_t expires_at_ms, std::int64_t now_ms, const char* id,
                  const std::string& whose, std::vector<Finding>& found) {
  const std::int64_t left_ms = expires_at_ms - now_ms;
  if (left_ms > expiry_days_soon * day_ms) return;
  const bool over = left_ms <= 0;
  found.push_back(
      {left_ms > expiry_days_now * day_ms ? Severity::warning : Severity::problem,
       id,
       {},
       whose + (over ? " has expired"
                     : " expires in " + short_duration(static_cast<double>(left_ms) * 1000)),
       "from then on nobody accepts it",
       "replace the file; it is read again by itself"});
}

}  // namespace

const char* to_string(Severity severity) {
  constexpr std::array names = {"unchecked", "note", "warning", "problem"};
  return names[static_cast<std::size_t>(severity)];
}

std::vector<Finding> check_ensemble(const Facts& facts) {
  std::vector<Finding> found;
  if (!facts.ensemble.is_object()) {
    found.push_back({Severity::problem,
                     "console",
                     {},
                     facts.console_error,
                     "nothing that servers say of themselves could be checked",
                     "name a console by --console, and a token by --token-file"});
    for (const auto& [address, why] : facts.unreachable_endpoints)
      found.push_back({Severity::problem,
                       "client_port",
                       {},
                       address + " does not answer: " + why,
                       "clients on this machine cannot use it",
                       "check that it runs, the name, and the firewall"});
    return found;
  }
  check_quorum(facts, found);
  check_links(facts, found);
  check_versions(facts, found);
  check_configs(facts, found);
  return found;
}

std::vector<Finding> check_machine(const Facts& facts) {
  std::vector<Finding> found;
  if (facts.console_certificate) {
    check_expiry(facts.console_certificate->expires_at_ms, facts.now_ms, "tls_expiry",
                 "the certificate of the console", found);
  } else {
    found.push_back(
        {Severity::unchecked, "tls_expiry", {}, "the console was not asked over TLS", "", ""});
  }
  if (facts.client_certificate_expires_at_ms)
    check_expiry(*facts.client_certificate_expires_at_ms, facts.now_ms, "client_tls_expiry",
                 "the certificate of --client-cert", found);
  if (!facts.machine) {
    for (const char* id : {"huge_pages", "swap"})
      found.push_back(
          {Severity::unchecked, id, {}, "no console on this machine was asked", "", ""});
    return found;
  }
  const std::string& pages = facts.machine->huge_pages;
  if (pages.empty()) {
    found.push_back({Severity::unchecked, "huge_pages", {}, "this machine does not say", "", ""});
  } else if (pages.find("[always]") != std::string::npos) {
    found.push_back({Severity::warning, "huge_pages", facts.local_server,
                     "transparent huge pages are always used on this machine",
                     "memory grows, and the kernel stops the server to make pages",
                     "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"});
  }
  if (!facts.machine->swap_bytes) {
    found.push_back({Severity::unchecked, "swap", {}, "this machine does not say", "", ""});
  } else if (*facts.machine->swap_bytes > 0) {
    found.push_back({Severity::note, "swap", facts.local_server, "this machine swaps",
                     "a server that is swapped out misses its time-outs",
                     "switch it off, or set vm.swappiness=1"});
  }
  return found;
}

std::vector<Finding> check_all(const Facts& facts) {
  std::vector<Finding> found = check_ensemble(facts);
  const auto add = [&found](std::vector<Finding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(found));
  };
  for (const ServerFacts& server : facts.servers) add(check_server(facts, server));
  add(check_machine(facts));
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return found;
}

}  // namespace quorate::cli
