#include "config/environment.h"

#include "config/foreign_keys.h"
#include "config/options.h"
#include "test/unit/config/sources.h"

using namespace quorate;
using namespace quorate::test;
using namespace std::chrono_literals;

TEST_CASE("every option and every name of ZooKeeper has a variable") {
  for (const Option& option : options()) {
    std::vector<std::string_view> names{option.key.name};
    for (const OptionAlias& alias : option.key.aliases) names.push_back(alias.name);
    for (const std::string_view name : names) {
      CAPTURE(std::string(name));

      const EnvironmentSettings read = read_environment({{variable_of(name), "x"}});

      CHECK(read.problems.empty());
      REQUIRE(read.own.size() == 1);
      CHECK(find_option(read.own.front().key).option == &option);
    }
  }
}

TEST_CASE("a refused key of ZooKeeper is refused as a variable too") {
  CHECK(refusal(sources({}, {{"QUORATE_SECURE_CLIENT_PORT", "2281"}})) ==
        "env QUORATE_SECURE_CLIENT_PORT: \"secureClientPort\" refused: TLS is spoken on "
        "client_port, as tls_certificate_file and tls_key_file (PEM) say");
  CHECK(refusal(sources({}, {{"QUORATE_SSL_QUORUM", "true"}})).find("refused: ") !=
        std::string::npos);
  CHECK(loaded(sources({}, {{"QUORATE_NETTY_SERVER_X", "1"}})).notices.size() == 1);
}

TEST_CASE("an unknown variable of ours is refused with a suggestion") {
  CHECK(refusal(sources({}, {{"QUORATE_TICK_TIME_MSEC", "1"}})) ==
        "env \"QUORATE_TICK_TIME_MSEC\": unknown variable; did you mean QUORATE_TICK_TIME_MS?");
  CHECK(refusal(sources({}, {{"QUORATE_SERVER_X", "1"}}))
            .starts_with("env \"QUORATE_SERVER_X\": unknown variable"));
}

TEST_CASE("variables of other programs and empty ones are left alone") {
  const LoadedConfig none = loaded(sources({}, {{"PATH", "/bin"},
                                                {"QUORATE_ENDPOINTS", "a:1"},
                                                {"QUORATE_AUTH", "digest:a:b"},
                                                {"QUORATE_CONSOLE", "http://a:1"},
                                                {"QUORATE_TOKEN_FILE", "/t"},
                                                {"QUORATE_CA", "/ca.pem"},
                                                {"QUORATE_CLI_COLOR", "no"},
                                                {"QUORATE_TICK_TIME_MS", ""},
                                                {"ZOO_TICK_TIME", ""}}));

  CHECK(none.config == Config{});
  CHECK(none.notices.empty());
}

TEST_CASE("what Kubernetes injects for a service is not taken for an option") {
  const LoadedConfig pod = loaded(sources({}, {{"QUORATE_PORT", "tcp://10.0.0.1:2181"},
                                               {"QUORATE_CLIENT_PORT", "tcp://10.0.0.1:2181"},
                                               {"QUORATE_SERVICE_HOST", "10.0.0.1"},
                                               {"QUORATE_SERVICE_PORT_CLIENT", "2181"},
                                               {"QUORATE_PORT_2181_TCP_ADDR", "10.0.0.1"},
                                               {"QUORATE_PORT_2181_TCP_PROTO", "tcp"}}));

  CHECK(pod.config == Config{});
  CHECK(pod.notices.size() == 6);
}

TEST_CASE("the variables of the official image are read") {
  const LoadedConfig image =
      loaded(sources({}, {{"ZOO_MY_ID", "2"},
                          {"ZOO_DATA_DIR", "/data"},
                          {"ZOO_DATA_LOG_DIR", "/datalog"},
                          {"ZOO_TICK_TIME", "2500"},
                          {"ZOO_INIT_LIMIT", "6"},
                          {"ZOO_SYNC_LIMIT", "3"},
                          {"ZOO_MAX_CLIENT_CNXNS", "0"},
                          {"ZOO_AUTOPURGE_PURGEINTERVAL", "0"},
                          {"ZOO_AUTOPURGE_SNAPRETAINCOUNT", "3"},
                          {"ZOO_STANDALONE_ENABLED", "true"},
                          {"ZOO_ADMINSERVER_ENABLED", "false"},
                          {"ZOO_4LW_COMMANDS_WHITELIST", "srvr, mntr"},
                          {"ZOO_SERVERS", "server.2=0.0.0.0:2888:3888;2181"},
                          {"ZOO_CFG_EXTRA", "enforceQuota=true\n maxSessionTimeout=90000 "},
                          {"ZOO_LOG_DIR", "/logs"}}));

  CHECK(image.config.server_id == ServerId{2});
  CHECK(image.config.data_dir == "/data");
  CHECK(image.config.data_log_dir == "/datalog");
  CHECK(image.config.tick_time == 2500ms);
  CHECK(image.config.init_limit_ticks == 6);
  CHECK(image.config.sync_limit_ticks == 3);
  CHECK(image.config.connections_per_ip_max == 0);
  CHECK_FALSE(image.config.console_enabled);
  CHECK(image.config.client_address == "0.0.0.0");
  CHECK(image.config.enforce_quota);
  CHECK(image.config.session_timeout_max == 90000ms);
  CHECK(image.origin_of("enforce_quota").place == "env ZOO_CFG_EXTRA");
  CHECK(image.config.four_letter_words == "srvr, mntr");
  CHECK(image.notices.size() == 4);
}

TEST_CASE("every variable of the image that is read names a key that exists") {
  for (const auto& [variable, key] : zoo_variables()) {
    const std::string name(variable);
    CAPTURE(name);
    CHECK((find_option(key).option != nullptr || find_foreign_key(key) != nullptr));
  }
}

TEST_CASE("variables that ask another image for protection are refused, others only noticed") {
  CHECK(refusal(sources({}, {{"ZOO_ENABLE_AUTH", "yes"}})).find("asks for SASL") !=
        std::string::npos);
  CHECK(loaded(sources({}, {{"ZOO_ENABLE_AUTH", "no"}, {"ZOO_KEEPER", "x"}})).notices.size() == 2);
}

TEST_CASE("several lines in one variable are separated by blanks") {
  CHECK(refusal(sources({}, {{"ZOO_SERVERS", "a:1:2"}})) ==
        "env ZOO_SERVERS: \"a:1:2\" is not key=value; several are separated by blanks");
  CHECK(loaded(sources({}, {{"QUORATE_SERVERS", "server.4=a:1:2;3"}})).config.server_id ==
        ServerId{4});
  CHECK(refusal(sources({}, {{"QUORATE_SERVERS", "server.4"}})).find("is not key=value") !=
        std::string::npos);
}
