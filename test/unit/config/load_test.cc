#include "config/load.h"

#include "test/unit/config/sources.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

TEST_CASE("without configuration there is a single server on this machine") {
  const LoadedConfig none = loaded(sources({}));

  CHECK(none.config == Config{});
  CHECK(none.config.data_dir == "./quorate-data");
  CHECK(none.config.client_address == "127.0.0.1");
  CHECK(none.config.client_port == 2181);
  CHECK(none.config.membership.members.empty());
  CHECK(none.notices.empty());
  CHECK(none.origin_of("tick_time_ms") == ConfigOrigin{});
}

TEST_CASE("each source overrides those before it") {
  const Files file{{"zoo.cfg", "tickTime=1001\ninitLimit=11\nsyncLimit=6\nmaxCnxns=7\n"}};
  const Variables environment{{"ZOO_TICK_TIME", "1002"},
                              {"ZOO_INIT_LIMIT", "12"},
                              {"ZOO_SYNC_LIMIT", "12"},
                              {"QUORATE_TICK_TIME_MS", "1003"},
                              {"QUORATE_INIT_LIMIT", "13"}};

  const LoadedConfig merged = loaded(sources(file, environment, {"--tick-time-ms", "1004"}));

  CHECK(merged.config.tick_time == 1004ms);
  CHECK(merged.config.init_limit_ticks == 13);
  CHECK(merged.config.sync_limit_ticks == 12);
  CHECK(merged.config.connections_max == 7);
  CHECK(merged.origin_of("tick_time_ms") ==
        ConfigOrigin{ConfigSource::flag, "flag --tick-time-ms"});
  CHECK(merged.origin_of("init_limit_ticks") ==
        ConfigOrigin{ConfigSource::environment, "env QUORATE_INIT_LIMIT"});
  CHECK(merged.origin_of("sync_limit_ticks") ==
        ConfigOrigin{ConfigSource::zoo_environment, "env ZOO_SYNC_LIMIT"});
  CHECK(merged.origin_of("connections_max") == ConfigOrigin{ConfigSource::file, "zoo.cfg:4"});
  CHECK(merged.origin_of("log_level").place == "default");
}

TEST_CASE("a value that is wrong in a lower source is refused even if overridden") {
  CHECK(refusal(sources({{"zoo.cfg", "tickTime=x"}}, {}, {"--tick-time-ms=1000"})) ==
        "zoo.cfg:1: tickTime = \"x\" is not a whole number; allowed: 10 to 600000 ms");
}

TEST_CASE("an error names place, key, value and what is allowed") {
  struct Row {
    std::string_view text;
    std::string_view error;
  };
  const Row rows[] = {
      {"tickTime=9", "zoo.cfg:1: tickTime = \"9\" is out of range; allowed: 10 to 600000 ms"},
      {"\nclientPort=65536",
       "zoo.cfg:2: clientPort = \"65536\" is out of range; allowed: 0 to 65535"},
      {"clientPort=-1",
       "zoo.cfg:1: clientPort = \"-1\" is not a whole number; allowed: 0 to 65535"},
      {"jute.maxbuffer=65GiB",
       "zoo.cfg:1: jute.maxbuffer = \"65GiB\" is out of range; allowed: 64KiB to 64MiB"},
      {"snapSizeLimitInKb=1023",
       "zoo.cfg:1: snapSizeLimitInKb = \"1023\" is out of range; allowed: 1024 to 1073741824"},
      {"snapSizeLimitInKb=18446744073709551615",
       "zoo.cfg:1: snapSizeLimitInKb = \"18446744073709551615\" is out of range; allowed: 1024 to "
       "1073741824"},
      {"skipACL=maybe",
       "zoo.cfg:1: skipACL = \"maybe\" is neither true nor false; allowed: true or false"},
      {"log_format=xml", "zoo.cfg:1: log_format = \"xml\" is not known; allowed: text or json"},
      {"log_level=",
       "zoo.cfg:1: log_level = \"\" is not known; allowed: trace, debug, info, warn "
       "or error"},
      {"dataDir=", "zoo.cfg:1: dataDir = \"\" is empty where a path is expected"},
      {"dataDir=~/zk", "zoo.cfg:1: dataDir = \"~/zk\" starts with ~, which only a shell expands"},
      {"dataDir=a\\tb", "zoo.cfg:1: dataDir = \"a\\x09b\" has control characters"},
      {"clientPortAddress=a b",
       "zoo.cfg:1: clientPortAddress = \"a b\" has a character that no host name or address has"},
      {"cluster_id=a/b",
       "zoo.cfg:1: cluster_id = \"a/b\" is not a name; allowed: up to 64 letters, "
       "digits, '.', '_' and '-'"},
      {"tickTme=1", "zoo.cfg:1: \"tickTme\" is not a known key; did you mean tickTime?"},
      {"ClientPort=1", "zoo.cfg:1: \"ClientPort\" is not a known key; did you mean clientPort?"},
      {"zookeeper.tickTme=1",
       "zoo.cfg:1: \"zookeeper.tickTme\" is not a known key; did you mean tickTime?"},
      {"colour=red", "zoo.cfg:1: \"colour\" is not a known key"},
      {"a\\u001bb\\u000a=1", "zoo.cfg:1: \"a\\x1bb\\x0a\" is not a known key"},
      {"tickTime=1000\ntickTime=1000", "zoo.cfg:2: \"tickTime\" was already given at line 1"},
      {"tickTime=1000\ntick_time_ms=1000",
       "zoo.cfg:2: tick_time_ms was already given at zoo.cfg:1 (tick_time_ms)"},
      {"weight.1\\u0001=1",
       "zoo.cfg:1: weight.1\\x01 = \"1\" has the server number \"1\\x01\"; allowed: 0 to 255"},
      {"io_threads=2", "zoo.cfg:1: io_threads = \"2\" is out of range; allowed: 1"},
      {"log_levels=journal",
       "zoo.cfg:1: log_levels = \"journal\" has \"journal\", which is not "
       "component=level; levels: trace, debug, info, warn, error"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(refusal_of_file(std::string(row.text)) == row.error);
  }
}

TEST_CASE("all problems are reported at once, up to a bound") {
  CHECK(refusal(sources({{"zoo.cfg", "tickTime=1\nfoo=2\n"}}, {{"QUORATE_IO_BACKEND", "x"}})) ==
        "zoo.cfg:1: tickTime = \"1\" is out of range; allowed: 10 to 600000 ms\n"
        "zoo.cfg:2: \"foo\" is not a known key\n"
        "env QUORATE_IO_BACKEND: io_backend = \"x\" is not known; allowed: own or stock");

  std::string many;
  for (int i = 0; i < 100; ++i) many += "unknown" + std::to_string(i) + "=1\n";
  const std::string text = refusal_of_file(many);
  CHECK(text.ends_with("\n... and 80 more"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 20);
}

TEST_CASE("a secret is shown neither when it is wrong nor under a misspelled key") {
  CHECK(refusal_of_file("super_digest=super:hunter2") ==
        "zoo.cfg:1: super_digest = (not shown) is not user:base64(sha1(user:password)), whose "
        "second part has 28 characters");
  CHECK(refusal_of_file("DigestAuthenticationProvider.superDigst=super:hunter2").find("hunter2") ==
        std::string::npos);
  CHECK(refusal_of_file("ssl.quorum.keyStore.password=hunter2\nsecureClientPort=hunter2\nx=hunter2")
            .find("hunter2") == std::string::npos);
}

TEST_CASE("a super digest has the form that ZooKeeper's tool prints") {
  CHECK(loaded_file("DigestAuthenticationProvider.superDigest="
                    "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=")
            .config.super_digest == "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=");
  CHECK(loaded_file("super_digest=").config.super_digest.empty());
}

TEST_CASE("keys of ZooKeeper without a meaning here are accepted with a notice") {
  const LoadedConfig ignoring = loaded_file(
      "nio.numWorkerThreads=4\nautopurge.purgeInterval=1\nzookeeper.jvm.pause.monitor=true\n"
      "ssl.keyStore.password=hunter2\nforceSync=no\n");

  REQUIRE(ignoring.notices.size() == 5);
  CHECK(ignoring.notices[0] ==
        "zoo.cfg:1: \"nio.numWorkerThreads\" ignored: there is no such thread pool or buffer");
  CHECK(ignoring.notices[2].starts_with("zoo.cfg:3: \"jvm.pause.monitor\" ignored: "));
  CHECK(ignoring.notices[3].find("hunter2") == std::string::npos);
  CHECK(ignoring.config == Config{});
}

TEST_CASE("four-letter words have ZooKeeper's name, and are words that there are") {
  CHECK(loaded_file("").config.four_letter_words == "srvr");
  const LoadedConfig some = loaded_file("4lw.commands.whitelist=stat, ruok\n");
  CHECK(some.config.four_letter_words == "stat, ruok");
  CHECK(some.notices.empty());
  CHECK(loaded_file("zookeeper.4lw.commands.whitelist=*\n").config.four_letter_words == "*");
}

TEST_CASE("reads without a leader, and local sessions, have ZooKeeper's names") {
  const LoadedConfig none = loaded_file("");
  CHECK_FALSE(none.config.read_only_mode);
  CHECK_FALSE(none.config.local_sessions);
  CHECK_FALSE(none.config.local_sessions_upgrade);

  const LoadedConfig all = loaded_file(
      "readonlymode.enabled=true\nlocalSessionsEnabled=true\n"
      "localSessionsUpgradingEnabled=true\n");
  CHECK(all.config.read_only_mode);
  CHECK(all.config.local_sessions);
  CHECK(all.config.local_sessions_upgrade);
  CHECK(all.notices.empty());
}

TEST_CASE("whether a leader serves has ZooKeeper's name and words") {
  CHECK(Config{}.leader_serves);

  const LoadedConfig no = loaded_file("leaderServes=no");
  CHECK_FALSE(no.config.leader_serves);
  CHECK(no.notices.empty());
  CHECK(loaded_file("zookeeper.leaderServes=yes").config.leader_serves);
}

TEST_CASE("clients can be forced to authenticate, with a scheme that exists") {
  const LoadedConfig forced =
      loaded_file("enforce.auth.enabled=true\nenforce.auth.schemes=Digest, ip\n");
  CHECK(forced.config.enforce_auth);
  CHECK(*auth_schemes(forced.config.enforce_auth_schemes) ==
        std::vector<std::string>{"digest", "ip"});
  CHECK(forced.notices.empty());

  CHECK(refusal_of_file("enforce.auth.enabled=true").find("enforce_auth_schemes names none") !=
        std::string::npos);
  CHECK(refusal_of_file("enforce.auth.schemes=sasl").find("nobody can authenticate") !=
        std::string::npos);
}

TEST_CASE("keys that tests of clients set are no reason not to start") {
  // As the harnesses of kazoo and of the client for Go write them.
  for (const char* line : {"reconfigEnabled=true", "peerType=observer", "admin.serverPort=8080",
                           "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
                           "ssl.keyStore.location=/k.jks", "standaloneEnabled=false"}) {
    CAPTURE(line);
    CHECK(load_config(sources({{"zoo.cfg", line}})).ok());
  }
}

TEST_CASE("keys that ask for what does not exist are refused unless they switch it off") {
  struct Row {
    std::string key;
    std::string asks;
    std::string harmless;  // Empty: every value is refused.
  };
  const Row rows[] = {
      {"secureClientPort", "2281", ""},
      {"sslQuorum", "true", "false"},
      {"portUnification", "true", "false"},
      {"electionAlg", "0", "3"},
      {"oraclePath", "/o", ""},
      {"db.autocreate", "false", "true"},
      {"audit.enable", "true", "false"},
      {"quorum.auth.enableSasl", "true", "false"},
      {"quorum.auth.learnerRequireSasl", "true", "false"},
      {"sessionRequireClientSASLAuth", "true", "false"},
      {"ensembleAuthName", "blue", ""},
      {"authProvider.1", "com.example.TicketAuthenticationProvider",
       "org.apache.zookeeper.server.auth.DigestAuthenticationProvider"},
      {"authProvider.sasl", "com.example.TicketAuthenticationProvider",
       "org.apache.zookeeper.server.auth.SASLAuthenticationProvider"},
      {"DigestAuthenticationProvider.enabled", "false", "true"},
      {"DigestAuthenticationProvider.digestAlg", "SHA-256", "SHA1"},
      {"admin.forceHttps", "true", "false"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.key);

    const std::string text = refusal_of_file(row.key + "=" + row.asks);

    CHECK(text.starts_with("zoo.cfg:1: \"" + row.key + "\""));
    CHECK(text.find(" refused: ") != std::string::npos);
    if (!row.harmless.empty()) {
      const LoadedConfig accepted = loaded_file(row.key + "=" + row.harmless);
      CHECK(accepted.config == Config{});
      CHECK(accepted.notices.empty());
    }
  }
}

TEST_CASE("session time-outs follow the tick unless they are set") {
  const LoadedConfig derived = loaded_file("tickTime=500\nminSessionTimeout=-1\n");
  CHECK(derived.config.session_timeout_min == 1000ms);
  CHECK(derived.config.session_timeout_max == 10000ms);
  CHECK(derived.origin_of("session_timeout_min_ms").place == "default (2 ticks)");

  const LoadedConfig set = loaded_file("minSessionTimeout=60000\n");
  CHECK(set.config.session_timeout_min == 60000ms);
  CHECK(set.config.session_timeout_max == 60000ms);

  CHECK(refusal_of_file("minSessionTimeout=5000\nmaxSessionTimeout=4999") ==
        "session_timeout_min_ms = 5000 (zoo.cfg:1) is above session_timeout_max_ms = 4999 "
        "(zoo.cfg:2)");
}

TEST_CASE("minus one in a later source brings the default back") {
  const LoadedConfig back = loaded(
      sources({{"zoo.cfg", "minSessionTimeout=9000"}}, {{"QUORATE_MIN_SESSION_TIMEOUT", "-1"}}));

  CHECK(back.config.session_timeout_min == 4000ms);
  CHECK(back.origin_of("session_timeout_min_ms").source == ConfigSource::built_in);
}

TEST_CASE("byte limits hold a frame: defaults rise, values below are refused") {
  const LoadedConfig big = loaded_file("jute.maxbuffer=50MiB");
  CHECK(big.config.frame_bytes_max == 50U << 20);
  CHECK(big.config.bytes_in_flight_max == 50U << 20);
  CHECK(big.config.output_bytes_max == 100U << 20);
  CHECK(big.config.outstanding_bytes_max == 256U << 20);

  CHECK(refusal_of_file("jute.maxbuffer=2MiB\noutput_bytes_max=1MiB") ==
        "frame_bytes_max = 2MiB (zoo.cfg:1) is above output_bytes_max = 1MiB (zoo.cfg:2)");
  CHECK(refusal_of_file("bytes_in_flight_max=512KiB") ==
        "frame_bytes_max = 1MiB (default) is above bytes_in_flight_max = 512KiB (zoo.cfg:1)");
  CHECK(loaded_file("outstanding_bytes_max=2MiB").config.bytes_in_flight_max == 2U << 20);
}

TEST_CASE("writes come back at twice the mark below which they stop, unless it is set") {
  CHECK(loaded_file("disk_low_bytes=1GiB").config.disk_resume_bytes == std::uint64_t{2} << 30);
  CHECK(loaded_file("disk_low_bytes=0").config.disk_resume_bytes == 0);
  CHECK(loaded_file("disk_resume_bytes=200MiB").config.disk_resume_bytes == 200U << 20);
  CHECK(refusal_of_file("disk_low_bytes=2MiB\ndisk_resume_bytes=1MiB") ==
        "disk_low_bytes = 2MiB (zoo.cfg:1) is above disk_resume_bytes = 1MiB (zoo.cfg:2)");
}

TEST_CASE("the limit of one connection stays within the limit of all") {
  CHECK(loaded_file("globalOutstandingLimit=1000").config.requests_in_flight_max == 1000);
  CHECK(loaded_file("globalOutstandingLimit=5000").config.requests_in_flight_max == 1024);
  CHECK(refusal_of_file("globalOutstandingLimit=10\nrequests_in_flight_max=11") ==
        "requests_in_flight_max = 11 (zoo.cfg:2) is above outstanding_requests_max = 10 "
        "(zoo.cfg:1)");
}

TEST_CASE("two listeners cannot share a port") {
  CHECK(refusal_of_file("client_port=8080") ==
        "client_port = 8080 (zoo.cfg:1) and console_port = 8080 (default) are the same port; set "
        "one of them");
  CHECK(loaded_file("client_port=8080\nconsole_enabled=false").config.client_port == 8080);
  CHECK(loaded_file("client_port=8080\nclient_address=10.0.0.1").config.client_port == 8080);
  CHECK(refusal_of_file("client_port=8080\nclient_address=0.0.0.0").find("same port") !=
        std::string::npos);
}

TEST_CASE("the log directory is the data directory unless it is set") {
  CHECK(loaded_file("dataDir=/d").config.data_log_dir == "/d");
  CHECK(loaded_file("dataDir=/d\ndataLogDir=/l").config.data_log_dir == "/l");
}

TEST_CASE("clientPort alone listens on all addresses, client_port does not") {
  const LoadedConfig zookeeper = loaded_file("clientPort=2181");
  CHECK(zookeeper.config.client_address == "0.0.0.0");
  REQUIRE(zookeeper.notices.size() == 1);
  CHECK(zookeeper.notices.front().starts_with("zoo.cfg:1: clientPort without clientPortAddress"));

  CHECK(loaded_file("client_port=2181").config.client_address == "127.0.0.1");
  CHECK(loaded_file("clientPort=2181\nclientPortAddress=::1").config.client_address == "::1");
  CHECK(loaded(sources({}, {}, {"--clientPort", "99"})).config.client_address == "127.0.0.1");
  CHECK(loaded(sources({{"zoo.cfg", "clientPort=1"}}, {}, {"--client-address", "127.0.0.2"}))
            .config.client_address == "127.0.0.2");
}

TEST_CASE("a single server line names this server and where it listens") {
  const LoadedConfig one = loaded_file("server.7=zk7:2889:3889;10.0.0.7:2182");

  CHECK(one.config.server_id == ServerId{7});
  CHECK(one.config.peer_address == "zk7");
  CHECK(one.config.peer_port == 2889);
  CHECK(one.config.client_address == "10.0.0.7");
  CHECK(one.config.client_port == 2182);
  CHECK(one.origin_of("server_id").place == "zoo.cfg:1");
  CHECK(one.origin_of("client_port").place == "zoo.cfg:1");
}

TEST_CASE("a server line must agree with its own source and yields to later ones") {
  CHECK(refusal_of_file("clientPort=2183\nserver.1=a:1:2;2182") ==
        "zoo.cfg:1: client_port = 2183, but this server's line (zoo.cfg:2) says 2182");
  CHECK(loaded_file("clientPort=2182\nserver.1=a:1:2;2182").config.client_port == 2182);
  CHECK(loaded(sources({{"zoo.cfg", "server.1=a:1:2;2182"}}, {}, {"--client-port=5"}))
            .config.client_port == 5);
  CHECK(loaded(sources({{"zoo.cfg", "clientPort=9"}}, {{"ZOO_SERVERS", "server.1=a:1:2;2182"}}))
            .config.client_port == 2182);
}

TEST_CASE("a port that the system chooses cannot stand in a server line") {
  CHECK(refusal(sources({{"zoo.cfg", "server.1=a:1:2;3"}}, {}, {"--client-port=0"})) ==
        "flag --client-port: client_port = 0 lets the system choose a port, but this server's line "
        "(zoo.cfg:1) has to name it");
}

TEST_CASE("values lose the blanks around them in every source") {
  const LoadedConfig blank =
      loaded(sources({}, {{"QUORATE_LOG_FORMAT", " json "}}, {"--data-dir", "\t/d "}));

  CHECK(blank.config.log_format == LogFormat::json);
  CHECK(blank.config.data_dir == "/d");
}

TEST_CASE(
    "an ensemble is its server lines, and refused with a clear sentence where they are wrong") {
  const LoadedConfig ensemble =
      loaded(sources({{"zoo.cfg", "server_id=2\nserver.1=a:1:2;3\nserver.2=b:1:2;127.0.0.1:3\n"}},
                     {}, {"zoo.cfg"}));
  CHECK(ensemble.config.membership.members.size() == 2);
  CHECK(ensemble.config.client_port == 3);
  CHECK(refusal_of_file("server.1=a:1:2:observer;3").find("no server may vote") !=
        std::string::npos);
  CHECK(refusal_of_file("server.1=a:1") ==
        "zoo.cfg:1: server.1 = \"a:1\" is not a server; expected "
        "host:quorumPort:electionPort[:participant|observer][|...];[clientHost:]clientPort");
}

TEST_CASE("server lines of a source replace those of the sources before it") {
  const LoadedConfig replaced = loaded(
      sources({{"zoo.cfg", "server.1=a:1:2\nserver.2=b:1:2"}}, {{"QUORATE_SERVER_3", "c:1:2;4"}}));

  CHECK(replaced.config.membership.members.size() == 1);
  CHECK(replaced.config.server_id == ServerId{3});
}

TEST_CASE("the file myid says which server this is") {
  const LoadedConfig three =
      loaded(sources({{"zoo.cfg", "dataDir=/d\nserver.3=a:1:2;3"}, {"/d/myid", " 3 \n"}}));
  CHECK(three.config.server_id == ServerId{3});
  CHECK(three.origin_of("server_id") == ConfigOrigin{ConfigSource::file, "/d/myid"});

  CHECK(refusal(sources({{"zoo.cfg", "dataDir=/d\nserver.1=a:1:2"}, {"/d/myid", "3"}})) ==
        "/d/myid: server_id = 3 has no server.3 line");
  CHECK(refusal(sources({{"zoo.cfg", "dataDir=/d"}, {"/d/myid", "3\n4"}})) ==
        "/d/myid: server_id = \"3\\x0a4\" is not a whole number; allowed: 0 to 255");
  CHECK(refusal(sources({{"zoo.cfg", "dataDir=/d"}, {"/d/myid", "256"}})) ==
        "/d/myid: server_id = \"256\" is out of range; allowed: 0 to 255");
  CHECK(refusal(sources({{"zoo.cfg", "dataDir=/d"}, {"/d/myid", ""}})).find("not a whole") !=
        std::string::npos);
}

TEST_CASE("data of another server is refused") {
  CHECK(refusal(sources({{"zoo.cfg", "dataDir=/d\n"}, {"/d/myid", "3"}}, {{"ZOO_MY_ID", "1"}})) ==
        "env ZOO_MY_ID: server_id = 1, but /d/myid says 3: this data belongs to another server");
  CHECK(loaded(sources({{"zoo.cfg", "dataDir=/d\n"}, {"/d/myid", "3"}}, {{"ZOO_MY_ID", "3"}}))
            .config.server_id == ServerId{3});
}

TEST_CASE("members may stand in a dynamic file instead") {
  const std::string file = "dynamicConfigFile=/conf/dyn\n";
  const LoadedConfig dynamic =
      loaded(sources({{"zoo.cfg", file}, {"/conf/dyn", "version=100000000\nserver.2=a:1:2;3"}}));
  CHECK(dynamic.config.server_id == ServerId{2});
  CHECK(dynamic.origin_of("client_port").place == "/conf/dyn:2");

  CHECK(refusal(sources({{"zoo.cfg", file}})) == "zoo.cfg:1: /conf/dyn: does not exist");
  CHECK(refusal(sources({{"zoo.cfg", file}, {"/conf/dyn", "tickTime=5"}})) ==
        "/conf/dyn:1: \"tickTime\" is not a key of a dynamic file; allowed: server.N, group.N, "
        "weight.N, version");
  CHECK(refusal(sources({{"zoo.cfg", file + "server.1=a:1:2"}, {"/conf/dyn", ""}})) ==
        "zoo.cfg:2: server.1 may not stand here and in the dynamic file \"/conf/dyn\" too");
  CHECK(refusal(sources({{"zoo.cfg", file}, {"/conf/dyn", "server.1=x"}}))
            .starts_with("/conf/dyn:1: server.1 = \"x\" is not a server"));
}

TEST_CASE("a configuration file that is named must exist, one that is looked for need not") {
  ConfigSources named = sources({});
  named.file = "missing.cfg";
  CHECK(load_config(named).code() == ErrorCode::no_node);
  CHECK(load_config(named).error().text == "missing.cfg: does not exist");

  const Variables by_variable{{"QUORATE_CONFIG", "/c"}};
  CHECK(load_config(sources({}, by_variable)).code() == ErrorCode::no_node);
  CHECK(loaded(sources({{"/c", "tickTime=55"}}, by_variable)).config.tick_time == 55ms);

  const Variables image{{"ZOO_CONF_DIR", "/conf"}};
  CHECK(loaded(sources({}, image)).config == Config{});
  CHECK(loaded(sources({{"/conf/zoo.cfg", "tickTime=56"}}, image)).config.tick_time == 56ms);
  CHECK(loaded(sources({{"/conf/zoo.cfg", "tickTime=56"}}, image)).file == "/conf/zoo.cfg");
}
