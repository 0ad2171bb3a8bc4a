// Configurations as people run them today, by the habits of the sample file, of packages, of
// container images and of operators.
#include "test/unit/config/sources.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

TEST_CASE("a file in the manner of the sample file serves") {
  const LoadedConfig sample = loaded_file(
      "# milliseconds of a tick\n"
      "tickTime=2000\n"
      "# ticks that the first synchronisation may take\n"
      "initLimit=10\n"
      "syncLimit=5\n"
      "dataDir=/tmp/zookeeper\n"
      "clientPort=2181\n"
      "#maxClientCnxns=60\n"
      "#autopurge.snapRetainCount=3\n"
      "## metrics\n"
      "#metricsProvider.className=org.apache.zookeeper.metrics.prometheus."
      "PrometheusMetricsProvider\n");

  CHECK(sample.config.tick_time == 2000ms);
  CHECK(sample.config.data_dir == "/tmp/zookeeper");
  CHECK(sample.config.client_address == "0.0.0.0");
  CHECK(sample.notices.size() == 1);
}

TEST_CASE("a file of a hardened single server serves, and every line is accounted for") {
  const LoadedConfig tuned = loaded_file(
      "dataDir = /var/lib/zookeeper/data\r\n"
      "dataLogDir = /var/lib/zookeeper/log\r\n"
      "clientPortAddress = 10.1.2.3\r\n"
      "clientPort = 2181\r\n"
      "tickTime = 3000\r\n"
      "initLimit = 150\r\n"
      "syncLimit = 50\r\n"
      "minSessionTimeout = 6000\r\n"
      "maxSessionTimeout = 180000\r\n"
      "maxClientCnxns = 2000\r\n"
      "autopurge.snapRetainCount = 10\r\n"
      "autopurge.purgeInterval = 24\r\n"
      "snapCount = 3000000\r\n"
      "preAllocSize = 131072\r\n"
      "globalOutstandingLimit = 2000\r\n"
      "4lw.commands.whitelist = stat, ruok, conf, isro, mntr\r\n"
      "admin.enableServer = true\r\n"
      "admin.serverPort = 9080\r\n"
      "jute.maxbuffer = 4194304\r\n"
      "extendedTypesEnabled = true\r\n"
      "standaloneEnabled = true\r\n"
      "quorumListenOnAllIPs = true\r\n"
      "leaderServes = no\r\n"
      "forceSync = yes\r\n"
      "fsync.warningthresholdms = 20\r\n"
      "tcpKeepAlive = true\r\n"
      "snapshot.trust.empty = true\r\n"
      "metricsProvider.className = "
      "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider"
      "\r\n"
      "metricsProvider.httpPort = 7000\r\n"
      "audit.enable = false\r\n"
      "sslQuorum = false\r\n"
      "reconfigEnabled = false\r\n"
      "authProvider.1 = org.apache.zookeeper.server.auth.DigestAuthenticationProvider\r\n");

  CHECK(tuned.config.data_log_dir == "/var/lib/zookeeper/log");
  CHECK(tuned.config.client_address == "10.1.2.3");
  CHECK(tuned.config.tick_time == 3000ms);
  CHECK(tuned.config.init_limit_ticks == 150);
  CHECK(tuned.config.session_timeout_max == 180000ms);
  CHECK(tuned.config.connections_per_ip_max == 2000);
  CHECK(tuned.config.snapshot_records == 3'000'000);
  CHECK(tuned.config.outstanding_requests_max == 2000);
  CHECK(tuned.config.console_port == 9080);
  CHECK(tuned.config.frame_bytes_max == 4U << 20);
  CHECK(tuned.config.bytes_in_flight_max == 4U << 20);
  CHECK_FALSE(tuned.config.leader_serves);
  CHECK(tuned.notices.size() == 12);
}

TEST_CASE("a file of one member as an image writes it serves") {
  const LoadedConfig image = loaded(sources({{"zoo.cfg",
                                              "dataDir=/data\n"
                                              "dataLogDir=/datalog\n"
                                              "tickTime=2000\n"
                                              "initLimit=5\n"
                                              "syncLimit=2\n"
                                              "autopurge.snapRetainCount=3\n"
                                              "autopurge.purgeInterval=0\n"
                                              "maxClientCnxns=60\n"
                                              "standaloneEnabled=true\n"
                                              "admin.enableServer=true\n"
                                              "server.1=localhost:2888:3888;2181\n"},
                                             {"/data/myid", "1\n"}}));

  CHECK(image.config.server_id == ServerId{1});
  CHECK(image.config.client_port == 2181);
  CHECK(image.config.client_address == "0.0.0.0");
}

TEST_CASE("a file of an ensemble is taken as people have it") {
  const LoadedConfig ensemble = loaded(sources({{"zoo.cfg",
                                                 "tickTime=2000\n"
                                                 "dataDir=/data\n"
                                                 "clientPort=2181\n"
                                                 "initLimit=5\n"
                                                 "syncLimit=2\n"
                                                 "server.1=zoo1:2888:3888\n"
                                                 "server.2=zoo2:2888:3888\n"
                                                 "server.3=zoo3:2888:3888\n"},
                                                {"/data/myid", "2\n"}},
                                               {}, {"zoo.cfg"}));
  CHECK(ensemble.config.server_id == ServerId{2});
  CHECK(ensemble.config.membership.members.size() == 3);
  CHECK(ensemble.config.client_port == 2181);
}

TEST_CASE("what a file asks for and is not built is refused") {
  const std::string secured = refusal_of_file(
      "secureClientPort=2281\n"
      "ssl.keyStore.location=/etc/zk/keystore.jks\n"
      "ssl.keyStore.password=changeit\n"
      "sslQuorum=true\n"
      "quorum.auth.enableSasl=true\n"
      "authProvider.own=com.example.TicketAuthenticationProvider\n");
  CHECK(std::count(secured.begin(), secured.end(), '\n') == 3);
  CHECK(secured.find("changeit") == std::string::npos);
}
