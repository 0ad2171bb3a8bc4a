// What is scraped: each value under its name, and nothing that a scrape would stumble over.
#include "actors/console/metrics_page.h"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "test/unit/actors/console/metrics_sample.h"

namespace quorate {
namespace {

std::vector<std::string> lines_of(const std::string& page) {
  std::vector<std::string> lines;
  std::istringstream stream(page);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Values by their series, as `name{label="value"}`.
std::map<std::string, std::string> series_of(const std::string& page) {
  std::map<std::string, std::string> series;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with('#')) continue;
    const std::size_t space = line.rfind(' ');
    REQUIRE(space != std::string::npos);
    CHECK_MESSAGE(series.emplace(line.substr(0, space), line.substr(space + 1)).second,
                  "twice: " << line);
  }
  return series;
}

/// Types by their metrics.
std::map<std::string, std::string> types_of(const std::string& page) {
  std::map<std::string, std::string> types;
  for (const std::string& line : lines_of(page)) {
    std::smatch found;
    if (std::regex_match(line, found, std::regex("# TYPE (\\S+) (\\S+)")))
      CHECK_MESSAGE(types.emplace(found[1], found[2]).second, "twice: " << line);
  }
  return types;
}

double value_of(const MetricsInput& input, const std::string& series) {
  const std::map<std::string, std::string> all = series_of(metrics_page(input));
  const auto found = all.find(series);
  REQUIRE_MESSAGE(found != all.end(), series);
  return std::stod(found->second);
}

}  // namespace

TEST_CASE("every value is on the page") {
  const MetricsSample sample;
  const std::string page = metrics_page(sample.input());

  std::set<double> values;
  for (const auto& [series, value] : series_of(page)) values.insert(std::stod(value));

  for (const auto& [from, to] : {std::pair{1101, 1140},
                                 {2001, 2021},
                                 {3001, 3022},
                                 {4001, 4009},
                                 {4101, 4108},
                                 {5000, 5008},
                                 {6000, 6008}}) {
    for (int value = from; value <= to; ++value)
      CHECK_MESSAGE(values.contains(value), value << " is missing");
  }
  for (const double value : {1795000100.5, 1795000000.25, 61000.0, 12.75, 0.00025, 0.0125, 3.25,
                             12.25, 30.5, 600.5, 1.8e9, 2.5, 3.5, 4.5, 5.5})
    CHECK_MESSAGE(values.contains(value), value << " is missing");
}

TEST_CASE("what the server is can be told from labels") {
  const MetricsSample sample;
  const auto series = series_of(metrics_page(sample.input()));

  CHECK(series.contains(R"(quorate_server_info{server="3",version="0.1.0"})"));
  CHECK(series.at(R"(quorate_role{role="leading"})") == "1");
  CHECK(series.at(R"(quorate_role{role="looking"})") == "0");
  CHECK(series.at(R"(quorate_link_up{peer="1"})") == "1");
  CHECK(series.at(R"(quorate_link_up{peer="2"})") == "0");
  CHECK_FALSE(series.contains(R"(quorate_link_round_trip_seconds{peer="2"})"));
  CHECK(series.at(R"(quorate_disk_level{level="ample"})") == "1");
}

TEST_CASE("switches are 1 where they are set, and only there") {
  const MetricsSample sample;
  MetricsInput input = sample.input();
  const std::vector<std::pair<std::string, bool*>> switches = {
      {"quorate_serving", &input.report.serving},
      {"quorate_recovering", &input.recovering},
      {"quorate_digest_doubt", &input.in_doubt},
      {"quorate_quorum_linked", &input.quorum_linked},
      {"quorate_sends_clients_away", &input.sends_clients_away}};
  for (const auto& [name, value] : switches) *value = false;

  for (const auto& [name, value] : switches) {
    *value = true;
    for (const auto& [other, set] : switches) {
      CAPTURE(other);
      CHECK(value_of(input, other) == (other == name ? 1 : 0));
    }
    *value = false;
  }
}

TEST_CASE("what is not known is left out") {
  const MetricsInput input;
  const auto series = series_of(metrics_page(input));

  for (const auto& [name, value] : series) {
    CAPTURE(name);
    CHECK(name.find("histogram") == std::string::npos);
    CHECK_FALSE(name.starts_with("quorate_requests_total"));
    CHECK_FALSE(name.starts_with("quorate_io_"));
    CHECK_FALSE(name.starts_with("quorate_sync_seconds"));
    CHECK_FALSE(name.starts_with("process_open_fds"));
    CHECK_FALSE(name.starts_with("quorate_quorum_margin"));
    CHECK_FALSE(name.starts_with("leader_uptime"));
  }
  CHECK(series.at("quorate_leader_id") == "-1");
}

TEST_CASE("the margin is what a majority can lose") {
  const MetricsSample sample;
  MetricsInput input = sample.input();
  input.report.voters = 5;

  for (const auto& [synced, margin] : {std::pair{4U, 2}, {3U, 1}, {2U, 0}, {1U, -1}}) {
    input.report.followers->synced_followers = synced;
    CHECK(value_of(input, "quorate_quorum_margin") == margin);
  }

  input.weighted_quorum = true;
  CHECK_FALSE(series_of(metrics_page(input)).contains("quorate_quorum_margin"));
  input.weighted_quorum = false;
  input.report.role = ServerRole::following;
  CHECK_FALSE(series_of(metrics_page(input)).contains("quorate_quorum_margin"));
}

TEST_CASE("a hostile name cannot leave its label") {
  const MetricsSample sample;
  MetricsInput input = sample.input();
  input.actor_waits.clear();
  input.actors.resize(1);
  input.actors[0].alive = 1;
  input.actors[0].name = "a\"} 1\nplanted 1\n\\\xff\x01";

  const std::string page = metrics_page(input);

  for (const std::string& line : lines_of(page)) CHECK_FALSE(line.starts_with("planted"));
  CHECK(page.find(R"(quorate_actors{actor="a\"} 1\nplanted 1\n\\??"} 1)") != std::string::npos);
}

TEST_CASE("histograms are cumulative and end with all") {
  const MetricsSample sample;
  const auto series = series_of(metrics_page(sample.input()));

  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="0.001"})") == "40");
  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="1"})") == "100");
  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="+Inf"})") == "101");
  CHECK(series.at("quorate_sync_seconds_count") == "101");
  CHECK(series.at("quorate_sync_seconds_sum") == "4.5");
}

TEST_CASE("durations that were counted are shown in seconds") {
  RecentHistogram durations;
  for (const std::uint64_t took_us : {90, 2'000, 2'100, 11'000'000})
    durations.record(took_us, std::chrono::milliseconds(0));
  MetricsInput input;
  input.sync_took = metric_histogram(durations.totals());
  const auto series = series_of(metrics_page(input));

  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="0.0001"})") == "1");
  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="0.001"})") == "1");
  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="0.0025"})") == "3");
  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="10"})") == "3");
  CHECK(series.at(R"(quorate_sync_seconds_bucket{le="+Inf"})") == "4");
  CHECK(std::stod(series.at("quorate_sync_seconds_sum")) == doctest::Approx(11.00419));
}

TEST_CASE("a histogram whose counts do not fit its bounds is left out") {
  const MetricsSample sample;
  MetricsInput input = sample.input();
  input.sync_took->counts.pop_back();

  CHECK(metrics_page(input).find("quorate_sync_seconds") == std::string::npos);
}

TEST_CASE("our counters end in _total, and nothing else does") {
  const MetricsSample sample;
  for (const auto& [name, type] : types_of(metrics_page(sample.input()))) {
    CAPTURE(name);
    if (name.starts_with("quorate_") || name.starts_with("process_"))
      CHECK(name.ends_with("_total") == (type == "counter"));
  }
}

TEST_CASE("ZooKeeper's dashboards find what they ask for, of the type that it has there") {
  const MetricsSample sample;
  const auto types = types_of(metrics_page(sample.input()));

  for (const char* name : {"znode_count",
                           "watch_count",
                           "ephemerals_count",
                           "approximate_data_size",
                           "num_alive_connections",
                           "outstanding_requests",
                           "avg_latency",
                           "max_latency",
                           "min_latency",
                           "packets_received",
                           "packets_sent",
                           "open_file_descriptor_count",
                           "learners",
                           "max_file_descriptor_count",
                           "synced_followers",
                           "synced_observers",
                           "pending_syncs",
                           "leader_uptime",
                           "quorum_size",
                           "global_sessions",
                           "local_sessions",
                           "uptime",
                           "auth_failed_count",
                           "last_proposal_size",
                           "min_proposal_size",
                           "max_proposal_size"}) {
    CAPTURE(name);
    REQUIRE(types.contains(name));
    CHECK(types.at(name) == "gauge");
  }
  for (const char* name :
       {"connection_drop_count", "connection_rejected", "connection_request_count", "looking_count",
        "bytes_received_count", "response_bytes"}) {
    CAPTURE(name);
    REQUIRE(types.contains(name));
    CHECK(types.at(name) == "counter");
  }
  for (const char* name : {"election_time", "fsynctime", "snapshottime"}) {
    CAPTURE(name);
    REQUIRE(types.contains(name));
    CHECK(types.at(name) == "summary");
  }
}

TEST_CASE("ZooKeeper's times are milliseconds") {
  const MetricsSample sample;
  CHECK(value_of(sample.input(), "fsynctime_count") == 101);
  CHECK(value_of(sample.input(), "fsynctime_sum") == 4500);
  CHECK(value_of(sample.input(), "uptime") == 61'000);
}

}  // namespace quorate
