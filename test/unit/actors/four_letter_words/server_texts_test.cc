// What tools parse, byte for byte.
#include "actors/four_letter_words/server_texts.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "actors/four_letter_words/bounded_text.h"
#include "core/txn/request.h"

namespace quorate {
namespace {

ServerReport alone() {
  ServerReport server;
  server.role = ServerRole::alone;
  server.serving = true;
  server.applied = Zxid::at(Epoch{3}, 0x2a);
  server.uptime_ms = 61'000;
  server.latency = {0, 17, 100, 3};
  server.received = 12;
  server.sent = 11;
  server.connections = 2;
  server.outstanding = 1;
  server.znodes = 7;
  server.watches = 5;
  server.ephemerals = 4;
  server.data_bytes = 44;
  server.sessions = 3;
  server.local_sessions = 1;
  server.files_open = 38;
  server.files_max = 20'000;
  return server;
}

ServerReport leader() {
  ServerReport server = alone();
  server.role = ServerRole::leading;
  server.voters = 3;
  server.followers = Followers{3, 2, 1, 4};
  server.proposals = ProposalSizes{48, 32, 48};
  return server;
}

ConnectionReport connection() {
  ConnectionReport report;
  report.address = "192.0.2.7";
  report.port = 4711;
  report.reads = true;
  report.traffic.received = 1;
  return report;
}

ConnectionReport with_session() {
  ConnectionReport report = connection();
  report.writes = true;
  report.unanswered = 2;
  report.session = SessionId{0x100000000000a};
  report.timeout_ms = 4000;
  report.since_ms = 1'700'000'000'123;
  report.last_reply_ms = 5555;
  report.traffic = {};
  report.traffic.received = 6;
  report.traffic.add_welcome(Zxid{0x10}, std::chrono::milliseconds{1});
  const auto get_data = static_cast<std::uint8_t>(Operation(GetData{}).index());
  report.traffic.add_reply(get_data, 7, Zxid{0x1f}, 3, std::chrono::milliseconds{5000});
  report.traffic.add_reply(get_data, 0x1b, Zxid{0x20}, 10, std::chrono::milliseconds{5555});
  return report;
}

/// Without the line of the version.
std::string behind_version(const std::string& text) { return text.substr(text.find('\n') + 1); }

std::map<std::string, std::string> gauges_of(const ServerReport& server) {
  std::map<std::string, std::string> gauges;
  std::istringstream lines(mntr_text(server));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    CHECK(gauges.emplace(line.substr(0, tab), line.substr(tab + 1)).second);
  }
  return gauges;
}

}  // namespace

TEST_CASE("srvr of a server on its own") {
  const std::string text = srvr_text(alone());

  CHECK(text.starts_with("Zookeeper version: " + version_text() + "\nLatency "));
  CHECK(behind_version(text) ==
        "Latency min/avg/max: 0/33.3333/17\n"
        "Received: 12\n"
        "Sent: 11\n"
        "Connections: 2\n"
        "Outstanding: 1\n"
        "Zxid: 0x30000002a\n"
        "Mode: standalone\n"
        "Node count: 7\n");
}

TEST_CASE("the version has three numbers, where tools look for them") {
  // kazoo, the checks of two monitors, and the client for Go with the lines behind it.
  for (const char* expression : {R"(Zookeeper version: (\d+)\.(\d+)\.(\d+))",
                                 R"(Zookeeper version: ([^.]+)\.([^.]+)\.([^-]+))",
                                 R"(Zookeeper version: (.*)-(.*), built on .*)",
                                 R"(^Zookeeper version: ([A-Za-z0-9.-]+), built on )"
                                 R"((\d\d/\d\d/\d{4} \d\d:\d\d [A-Za-z0-9:+-]+)\n)"
                                 R"(Latency min/avg/max: (\d+)/([0-9.]+)/(\d+)\n)"
                                 R"(Received: (\d+)\nSent: (\d+)\nConnections: (\d+)\n)"
                                 R"(Outstanding: (\d+)\nZxid: (0x[A-Za-z0-9]+)\n)"
                                 R"(Mode: (\w+)\nNode count: (\d+))"}) {
    std::smatch found;
    const std::string text = srvr_text(alone());
    CHECK(std::regex_search(text, found, std::regex(expression)));
  }
  CHECK(version_text().starts_with("3.8.0-quorate-"));
}

TEST_CASE("an average has one to four decimals") {
  const auto average = [](std::uint64_t sum, std::uint64_t count) {
    ServerReport server;
    server.latency = {0, 0, sum, count};
    const std::string text = mntr_text(server);
    const std::size_t from = text.find("zk_avg_latency\t") + 15;
    return text.substr(from, text.find('\n', from) - from);
  };
  CHECK(average(0, 0) == "0.0");
  CHECK(average(4, 2) == "2.0");
  CHECK(average(3, 2) == "1.5");
  CHECK(average(1, 3) == "0.3333");
  CHECK(average(2, 3) == "0.6667");
  CHECK(average(1000, 10) == "100.0");
  CHECK(average(1, 100'000) == "0.0");
}

TEST_CASE("srvr names the mode of each role") {
  const std::vector<std::pair<ServerRole, std::string>> modes = {
      {ServerRole::alone, "standalone"},
      {ServerRole::leading, "leader"},
      {ServerRole::following, "follower"},
      {ServerRole::observing, "observer"},
      {ServerRole::read_only, "read-only"}};
  for (const auto& [role, mode] : modes) {
    ServerReport server = alone();
    server.role = role;
    CHECK(srvr_text(server).find("\nMode: " + mode + "\nNode count: 7\n") != std::string::npos);
    CHECK(gauges_of(server)["zk_server_state"] == mode);
  }
}

TEST_CASE("a leader tells the sizes of its proposals") {
  CHECK(
      srvr_text(leader()).ends_with("Mode: leader\nNode count: 7\n"
                                    "Proposal sizes last/min/max: 48/32/48\n"));
  ServerReport silent = leader();
  silent.proposals.reset();
  CHECK(srvr_text(silent).ends_with("Proposal sizes last/min/max: -1/-1/-1\n"));
}

TEST_CASE("a server that only answers reads says so behind its version") {
  ServerReport server = alone();
  server.role = ServerRole::read_only;
  const std::string line = "READ-ONLY mode; serving only read-only clients\n";

  CHECK(behind_version(srvr_text(server)).starts_with(line + "Latency min/avg/max: "));
  CHECK(behind_version(stat_text(server, {}, 1000)).starts_with(line + "Clients:\n\nLatency"));
}

TEST_CASE("stat lists the connections, briefly") {
  const std::vector<ConnectionReport> connections{connection(), with_session()};

  CHECK(stat_text(alone(), connections, 1000) ==
        "Zookeeper version: " + version_text() +
            "\nClients:\n"
            " /192.0.2.7:4711[1](queued=0,recved=1,sent=0)\n"
            " /192.0.2.7:4711[5](queued=2,recved=6,sent=3)\n"
            "\n" +
            behind_version(srvr_text(alone())));
}

TEST_CASE("cons tells of sessions too") {
  const std::vector<ConnectionReport> connections{connection(), with_session()};

  CHECK(cons_text(connections, 1000) ==
        " /192.0.2.7:4711[1](queued=0,recved=1,sent=0)\n"
        " /192.0.2.7:4711[5](queued=2,recved=6,sent=3,sid=0x100000000000a,lop=GETD,"
        "est=1700000000123,to=4000,lcxid=0x1b,lzxid=0x20,lresp=5555,llat=10,minlat=3,avglat=6,"
        "maxlat=10)\n"
        "\n");
  CHECK(cons_text({}, 1000) == "\n");
}

TEST_CASE("a session that has asked nothing has no xid, and its last operation opened it") {
  ConnectionReport report = connection();
  report.session = SessionId{-1};
  report.traffic.add_welcome(Zxid{0x10}, std::chrono::milliseconds{1});

  CHECK(cons_text(std::vector{report}, 1000)
            .find(",sid=0xffffffffffffffff,lop=SESS,est=0,to=0,"
                  "lzxid=0x10,lresp=0,llat=0,minlat=0,avglat=0,"
                  "maxlat=0)") != std::string::npos);
  report.traffic = {};
  CHECK(cons_text(std::vector{report}, 1000).find(",lop=NA,est=0,to=0,lzxid=0xffffffffffffffff,") !=
        std::string::npos);
}

TEST_CASE("operations have ZooKeeper's codes") {
  const std::vector<std::pair<Operation, std::string>> codes = {
      {Ping{}, "PING"},          {GetData{}, "GETD"},       {Exists{}, "EXIS"},
      {GetChildren{}, "GETC"},   {SetData{}, "SETD"},       {Create{}, "CREA"},
      {Delete{}, "DELE"},        {Multi{}, "MULT"},         {MultiRead{}, "MLTR"},
      {GetAcl{}, "GETA"},        {SetAcl{}, "SETA"},        {CountDescendants{}, "GETACN"},
      {GetEphemerals{}, "GETE"}, {Sync{}, "SYNC"},          {AddWatch{}, "ADDW"},
      {CheckWatches{}, "CHKW"},  {RemoveWatches{}, "REMW"}, {SetWatches{}, "SETW"},
      {WhoAmI{}, "HOMI"},        {Reconfig{}, "RECO"},      {CloseSession{}, "CLOS"},
      {Refused{}, "NA"},         {Authenticate{}, "NA"}};
  for (const auto& [operation, code] : codes) {
    ConnectionReport report = with_session();
    report.traffic.last_operation = static_cast<std::uint8_t>(operation.index());
    CHECK(cons_text(std::vector{report}, 1000).find(",lop=" + code + ",") != std::string::npos);
  }
}

TEST_CASE("addresses of IPv6 stand in brackets") {
  ConnectionReport report = connection();
  report.address = "2001:db8::1";
  CHECK(cons_text(std::vector{report}, 1000).starts_with(" /[2001:db8::1]:4711[1]("));
}

TEST_CASE("an answer that would be too long is cut, and says so") {
  const std::string line = " /192.0.2.7:4711[1](queued=0,recved=1,sent=0)\n";
  const std::vector<ConnectionReport> many(10, connection());
  const std::string cut = fmt::format("... cut behind {} bytes\n\n", 3 * line.size());

  CHECK(cons_text(many, 10 * line.size()).find("cut") == std::string::npos);
  CHECK(cons_text(many, 4 * line.size() - 1) == line + line + line + cut);
  CHECK(stat_text(alone(), many, 3 * line.size()).find(line + cut + "Latency") !=
        std::string::npos);
}

TEST_CASE("of lines that are added together, those that fit are kept") {
  BoundedText text(10);
  CHECK(text.add("ab\n"));
  CHECK_FALSE(text.add("cd\nef\nghi\n"));
  CHECK_FALSE(text.add("x\n"));
  CHECK(text.take() == "ab\ncd\nef\n... cut behind 9 bytes\n");
  BoundedText none(2);
  CHECK_FALSE(none.add("abc\n"));
  CHECK(none.take() == "... cut behind 0 bytes\n");
}

TEST_CASE("mntr of a server on its own: version and state, then what it measures") {
  CHECK(mntr_text(alone()).starts_with("zk_version\t" + version_text() +
                                       "\nzk_server_state\tstandalone\nzk_avg_latency\t33.3333\n"));
  auto gauges = gauges_of(alone());
  CHECK(gauges["zk_max_latency"] == "17");
  CHECK(gauges["zk_min_latency"] == "0");
  CHECK(gauges["zk_packets_received"] == "12");
  CHECK(gauges["zk_packets_sent"] == "11");
  CHECK(gauges["zk_num_alive_connections"] == "2");
  CHECK(gauges["zk_outstanding_requests"] == "1");
  CHECK(gauges["zk_uptime"] == "61000");
  CHECK(gauges["zk_znode_count"] == "7");
  CHECK(gauges["zk_watch_count"] == "5");
  CHECK(gauges["zk_ephemerals_count"] == "4");
  CHECK(gauges["zk_approximate_data_size"] == "44");
  CHECK(gauges["zk_global_sessions"] == "3");
  CHECK(gauges["zk_local_sessions"] == "1");
  CHECK(gauges["zk_open_file_descriptor_count"] == "38");
  CHECK(gauges["zk_max_file_descriptor_count"] == "20000");
  for (const char* key : {"zk_peer_state", "zk_quorum_size", "zk_learners", "zk_pending_syncs"})
    CHECK_FALSE(gauges.contains(key));
}

TEST_CASE("gauges of mntr are numbers where they count something") {
  std::map<std::string, std::size_t> kinds;
  for (const auto& [key, value] : mntr_gauges(alone())) kinds[std::string(key)] = value.index();
  CHECK(kinds.at("version") == 0);
  CHECK(kinds.at("server_state") == 0);
  CHECK(kinds.at("znode_count") == 1);
  CHECK(kinds.at("avg_latency") == 2);
  CHECK(kinds.size() == gauges_of(alone()).size());
  CHECK(state_text(alone()) == "standalone");
}

TEST_CASE("what is not known is left out of mntr") {
  ServerReport server = alone();
  server.files_open.reset();
  server.files_max.reset();
  const auto gauges = gauges_of(server);
  CHECK_FALSE(gauges.contains("zk_open_file_descriptor_count"));
  CHECK_FALSE(gauges.contains("zk_max_file_descriptor_count"));
}

TEST_CASE("mntr of a leader tells of those who follow it") {
  auto gauges = gauges_of(leader());
  CHECK(gauges["zk_peer_state"] == "leading - broadcast");
  CHECK(gauges["zk_quorum_size"] == "3");
  CHECK(gauges["zk_learners"] == "3");
  CHECK(gauges["zk_synced_followers"] == "2");
  CHECK(gauges["zk_synced_observers"] == "1");
  CHECK(gauges["zk_pending_syncs"] == "4");
  CHECK(gauges["zk_last_proposal_size"] == "48");
  CHECK(gauges["zk_min_proposal_size"] == "32");
  CHECK(gauges["zk_max_proposal_size"] == "48");
}

TEST_CASE("mntr of a follower and of an observer") {
  ServerReport server = leader();
  server.role = ServerRole::following;
  CHECK(gauges_of(server)["zk_peer_state"] == "following - broadcast");
  CHECK_FALSE(gauges_of(server).contains("zk_learners"));
  CHECK(gauges_of(server)["zk_quorum_size"] == "3");
  server.role = ServerRole::observing;
  CHECK(gauges_of(server)["zk_peer_state"] == "observing - broadcast");
}

TEST_CASE("isro says whether writes are served, reads, or nothing") {
  ServerReport server = alone();
  CHECK(isro_text(server) == "rw");
  server.role = ServerRole::read_only;
  CHECK(isro_text(server) == "ro");
  server.serving = false;
  CHECK(isro_text(server) == "null");
}

}  // namespace quorate
