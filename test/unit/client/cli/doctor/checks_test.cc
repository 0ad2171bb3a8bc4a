#include "client/cli/doctor/checks.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace quorate::cli {
namespace {

constexpr std::int64_t now = 1'790'000'000'000;
constexpr std::int64_t day_ms = 86'400'000;

Json healthy_status() {
  return {{"server", 1},
          {"version", "1.0"},
          {"role", "leading"},
          {"serving", true},
          {"now_ms", now},
          {"lag_txns", 0},
          {"files_open", 10},
          {"files_max", 65536},
          {"memory_bytes", 1 << 20},
          {"log_lines_dropped", 0},
          {"disk", {{"level", "ample"}, {"free_bytes", 1 << 30}}},
          {"sync", {{"count", 9}, {"p99_us", 900}}},
          {"notes", Json::array()}};
}

ServerFacts healthy_server(std::int64_t id = 1) {
  ServerFacts server;
  server.server = id;
  server.address = "h:2181";
  server.reach_checked = true;
  server.status = healthy_status();
  server.actors = {{{"id", 1}, {"name", "a"}, {"state", "idle"}, {"wait_us", 5}, {"restarts", 0}}};
  server.backups = {{"checkpoints", {{{"name", "c"}, {"at_ms", now - 1000}, {"verified", "yes"}}}}};
  server.config = {{"items", {{{"name", "tick_time"}, {"value", "2000"}}}},
                   {"members", {"server.1=h"}}};
  server.sent_ms = now - 5;
  server.came_ms = now + 5;
  return server;
}

Facts healthy() {
  Facts facts;
  facts.ensemble = {{"quorum", {{"has", true}, {"voters", 3}, {"survives", 1}}},
                    {"links", Json::array()}};
  facts.servers = {healthy_server(1), healthy_server(2), healthy_server(3)};
  facts.console_certificate = admin::PeerCertificate{"/CN=h", now + 90 * day_ms};
  facts.machine = MachineFacts{"always madvise [never]", 0, std::int64_t{8} << 30};
  facts.local_server = 1;
  facts.now_ms = now;
  return facts;
}

/// What is found above `unchecked`, as "severity id".
std::vector<std::string> found_in(const Facts& facts) {
  std::vector<std::string> found;
  for (const Finding& finding : check_all(facts)) {
    if (finding.severity == Severity::unchecked) continue;
    CHECK_FALSE(finding.what.empty());
    found.push_back(std::string(to_string(finding.severity)) + " " + finding.id);
  }
  return found;
}

using Found = std::vector<std::string>;

TEST_CASE("there is nothing to say of what is well") { CHECK(found_in(healthy()).empty()); }

TEST_CASE("each fault of a server has its finding, and no other") {
  struct Row {
    const char* merge;
    const char* found;
  };
  for (const Row& row :
       {Row{R"({"role": "looking", "serving": false})", "problem no_leader"},
        Row{R"({"role": "read_only", "serving": false})", "problem no_leader"},
        Row{R"({"in_doubt": true})", "problem in_doubt"},
        Row{R"({"recovering": true, "serving": false})", "warning recovering"},
        Row{R"({"draining": true, "serving": false})", "note draining"},
        Row{R"({"serving": false})", "warning not_serving"},
        Row{R"({"notes": ["x"]})", "note server_note"}, Row{R"({"lag_txns": 1001})", "warning lag"},
        Row{R"({"disk": {"level": "low"}})", "warning disk_room"},
        Row{R"({"disk": {"level": "full", "free_bytes": 0}})", "problem disk_room"},
        Row{R"({"sync": {"count": 1, "p99_us": 100000}})", "warning sync_time"},
        Row{R"({"sync": {"count": 1, "p99_us": 1000000}})", "problem sync_time"},
        Row{R"({"files_open": 900, "files_max": 1024})", "warning open_files"},
        Row{R"({"files_open": 9, "files_max": 1024})", "note open_files"},
        Row{R"({"memory_bytes": 7000000000})", "warning memory"},
        Row{R"({"log_lines_dropped": 1})", "warning log_lines"}}) {
    CAPTURE(row.merge);
    Facts facts = healthy();
    facts.servers[0].status.merge_patch(Json::parse(row.merge));
    CHECK(found_in(facts) == Found{row.found});
  }
}

TEST_CASE("a clock is off by what the way there cannot explain") {
  for (const auto& [clock, found] :
       {std::pair{now + 6000, true}, {now - 6000, true}, {now + 900, false}}) {
    Facts facts = healthy();
    facts.servers[0].status["now_ms"] = clock;
    CHECK(found_in(facts) == (found ? Found{"warning clock_skew"} : Found{}));
    // A slow way leaves room for as much.
    facts.servers[0].sent_ms = now - 10'000;
    facts.servers[0].came_ms = now + 10'000;
    CHECK(found_in(facts).empty());
  }
}

TEST_CASE("actors are judged one by one") {
  struct Row {
    const char* actor;
    Found found;
  };
  for (const Row& row :
       {Row{R"({"state": "stuck", "wait_us": 9000000})", {"problem actor_stuck"}},
        Row{R"({"state": "dead"})", {"warning actor_dead"}},
        Row{R"({"restarts": 1, "age_ms": 1000})", {"warning actor_restarted"}},
        Row{R"({"restarts": 1, "age_ms": 9000000})", {"note actor_restarted"}},
        Row{R"({"restarts": 1, "age_ms": 1000, "last_exit_reason": "restarted by anna: a test"})",
            {"note actor_restarted"}},
        Row{R"({"wait_us": 100000})", {"warning mailbox_wait"}},
        Row{R"({"wait_us": 1, "wait_max_us": 1000000})", {"problem mailbox_wait"}}}) {
    CAPTURE(row.actor);
    Facts facts = healthy();
    facts.servers[1].actors[0].merge_patch(Json::parse(row.actor));
    CHECK(found_in(facts) == row.found);
  }
}

TEST_CASE("checkpoints are fresh and sound, or it is said") {
  Facts facts = healthy();
  facts.servers[0].backups["checkpoints"][0]["at_ms"] = now - 2 * day_ms;
  CHECK(found_in(facts) == Found{"warning checkpoint_age"});
  facts.servers[0].backups["checkpoints"] = Json::array();
  CHECK(found_in(facts) == Found{"note checkpoint_age"});
  facts.servers[0].backups["checkpoints"] = {{{"name", "c"}, {"at_ms", now}, {"verified", "no"}}};
  CHECK(found_in(facts) == Found{"problem checkpoint_damaged"});
}

TEST_CASE("the margin of the quorum is told") {
  struct Row {
    const char* quorum;
    Found found;
  };
  for (const Row& row :
       {Row{R"({"has": false, "voters": 3})", {"problem no_quorum"}},
        Row{R"({"has": true, "voters": 1, "survives": 0})", {"note quorum_margin"}},
        Row{R"({"has": true, "voters": 3, "survives": 0})", {"warning quorum_margin"}},
        Row{R"({"has": true, "voters": 4, "survives": 1})", {"note even_voters"}}}) {
    Facts facts = healthy();
    facts.ensemble["quorum"] = Json::parse(row.quorum);
    CHECK(found_in(facts) == row.found);
  }
  Facts facts = healthy();
  facts.ensemble["links"] = {{{"from", 1}, {"to", 2}, {"up", false}}, {{"from", 1}, {"to", 3}}};
  CHECK(found_in(facts) == Found{"warning link_down"});
}

TEST_CASE("servers that should be alike are compared, in what should be") {
  Facts facts = healthy();
  facts.servers[1].status["version"] = "1.1";
  CHECK(found_in(facts) == Found{"warning versions_differ"});

  facts = healthy();
  for (const char* own : {"server_id", "data_dir", "log_level", "tls_key_file", "io_threads"})
    facts.servers[1].config["items"].push_back({{"name", own}, {"value", "other"}});
  facts.servers[1].config["items"].push_back({{"name", "secret"}, {"value", nullptr}});
  CHECK(found_in(facts).empty());
  facts.servers[1].config["items"][0]["value"] = "3000";
  CHECK(found_in(facts) == Found{"warning config_drift"});

  facts = healthy();
  facts.servers[1].config["members"] = {"server.1=other"};
  CHECK(found_in(facts) == Found{"problem membership_differs"});
}

TEST_CASE("a server that tells nothing is one finding, and one that nobody reaches another") {
  Facts facts = healthy();
  facts.servers[2].status = Json();
  facts.servers[2].missing = "no link";
  CHECK(found_in(facts) == Found{"warning no_status"});
  facts = healthy();
  facts.servers[2].unreachable = "refused";
  CHECK(found_in(facts) == Found{"problem client_port"});
}

TEST_CASE("certificates end, and machines have habits") {
  Facts facts = healthy();
  facts.console_certificate->expires_at_ms = now + 20 * day_ms;
  CHECK(found_in(facts) == Found{"warning tls_expiry"});
  facts.console_certificate->expires_at_ms = now - 1;
  CHECK(found_in(facts) == Found{"problem tls_expiry"});

  facts = healthy();
  facts.client_certificate_expires_at_ms = now + day_ms;
  CHECK(found_in(facts) == Found{"problem client_tls_expiry"});

  facts = healthy();
  facts.machine->huge_pages = "[always] madvise never";
  facts.machine->swap_bytes = 1;
  CHECK(found_in(facts) == Found{"warning huge_pages", "note swap"});
}

TEST_CASE("what cannot be checked is said, and is no fault") {
  Facts facts = healthy();
  facts.console_certificate.reset();
  facts.machine.reset();
  ServerFacts& server = facts.servers[0];
  server.status = {{"role", "leading"}};
  server.actors = Json();
  server.backups = Json();
  server.config = Json();
  server.reach_checked = false;
  std::vector<std::string> unchecked;
  for (const Finding& finding : check_all(facts)) {
    // Without a version it has another one.
    if (finding.id == "versions_differ") continue;
    CHECK(finding.severity == Severity::unchecked);
    if (!finding.server || finding.server == 1) unchecked.push_back(finding.id);
  }
  for (const char* id :
       {"client_port", "clock_skew", "disk_room", "sync_time", "open_files", "memory", "log_lines",
        "checkpoint_age", "actor_stuck", "config_drift", "tls_expiry", "huge_pages", "swap"}) {
    CAPTURE(id);
    CHECK(std::count(unchecked.begin(), unchecked.end(), id) == 1);
  }
}

TEST_CASE("without a console there is little to say, and the worst comes first") {
  Facts facts = healthy();
  facts.ensemble = Json();
  facts.console_error = "refused";
  facts.servers.clear();
  CHECK(found_in(facts) == Found{"problem console"});
  facts = healthy();
  facts.servers[0].status["notes"] = {"x"};
  facts.servers[2].status["in_doubt"] = true;
  facts.servers[1].status["lag_txns"] = 5000;
  CHECK(found_in(facts) == Found{"problem in_doubt", "warning lag", "note server_note"});
}

}  // namespace
}  // namespace quorate::cli
