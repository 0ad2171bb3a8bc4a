#include "config/console.h"

#include "test/unit/config/sources.h"

using namespace quorate;
using namespace quorate::test;

namespace {

const std::string with_tls = "console_certificate_file=c.pem\nconsole_key_file=k.pem\n";
const std::string with_tokens = "console_tokens_file=tokens\n";

bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("loopback addresses are known") {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"})
    CHECK(is_loopback_address(address));
  for (const char* address :
       {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "127.0.0.1.evil", "localhost.", ""})
    CHECK_FALSE(is_loopback_address(address));
}

TEST_CASE("names of the console are hosts with or without a port") {
  using Names = std::vector<std::string>;
  CHECK(*console_names("") == Names{});
  CHECK(*console_names("Console.Example.com, b:9090,[2001:db8::1],[::1]:80,10.0.0.7") ==
        Names{"console.example.com", "b:9090", "[2001:db8::1]", "[::1]:80", "10.0.0.7"});
  for (const char* text :
       {",", "a,", "a:", "a:0", "a:x", "a:70000", "http://a", "a/b", "::1", "[::1", "a b", "*"}) {
    CAPTURE(text);
    CHECK_FALSE(console_names(text).ok());
  }
}

TEST_CASE("the console is served to this machine alone unless more is said") {
  const Config config = loaded_file("").config;
  CHECK(config.console_enabled);
  CHECK(config.console_address == "127.0.0.1");
  CHECK(config.console_certificate_file.empty());
  CHECK_FALSE(config.console_read_only);
}

TEST_CASE("others reach the console only over TLS, and when they can prove who they are") {
  const std::string open = "console_address=0.0.0.0\n";
  CHECK(refusal_of_file(open) ==
        "console_address = 0.0.0.0 (zoo.cfg:1): others than this machine reach the console only "
        "over TLS, and there is no certificate; set console_address=127.0.0.1, or "
        "console_certificate_file, console_key_file and console_tokens_file, or "
        "console_enabled=false");
  CHECK(mentions(refusal_of_file(open + with_tokens), "no certificate"));
  CHECK(mentions(refusal_of_file(open + with_tls), "nobody could prove"));
  CHECK(loaded_file(open + with_tls + with_tokens).config.console_address == "0.0.0.0");
  CHECK(loaded_file(open + with_tls + "console_client_ca_file=ca.pem").config.console_address ==
        "0.0.0.0");
  CHECK(loaded_file(open + "console_enabled=false").config.console_address == "0.0.0.0");
  CHECK(mentions(refusal_of_file("console_address=console.example.com"), "only over TLS"));
  CHECK(loaded_file("console_address=::1").config.console_address == "::1");
}

TEST_CASE("an address in a file of ZooKeeper does not keep the server from starting") {
  const LoadedConfig loaded =
      loaded_file("clientPort=2181\nclientPortAddress=0.0.0.0\nadmin.serverAddress=0.0.0.0");
  CHECK(loaded.config.console_address == "127.0.0.1");
  CHECK(loaded.origin_of("console_address").place == "default (not as zoo.cfg:3 says)");
  REQUIRE(loaded.notices.size() == 1);
  CHECK(loaded.notices[0] ==
        "zoo.cfg:3: admin.serverAddress = 0.0.0.0 is not used, and the console is served at "
        "127.0.0.1: others than this machine reach the console only over TLS, and there is no "
        "certificate; set console_certificate_file, console_key_file and console_tokens_file");
  CHECK(loaded_file("zookeeper.admin.serverAddress=10.0.0.1").config.console_address ==
        "127.0.0.1");

  // Where nothing is missing, it holds; so does what is said by our own name.
  const std::string zookeeper = "admin.serverAddress=0.0.0.0\n";
  CHECK(loaded_file(zookeeper + with_tls + with_tokens).config.console_address == "0.0.0.0");
  CHECK(loaded_file(zookeeper + "console_enabled=false").notices.empty());
  CHECK(
      mentions(refusal(sources({{"zoo.cfg", zookeeper}}, {{"QUORATE_CONSOLE_ADDRESS", "0.0.0.0"}})),
               "only over TLS"));
}

TEST_CASE("the console speaks TLS as the client port does, unless it has files of its own") {
  const std::string clients = "tls_certificate_file=a.pem\ntls_key_file=a.key\n";
  const LoadedConfig derived = loaded_file(clients);
  CHECK(derived.config.console_certificate_file == "a.pem");
  CHECK(derived.config.console_key_file == "a.key");
  CHECK(derived.origin_of("console_key_file").place == "default (tls_key_file)");
  const Config own = loaded_file(clients + with_tls).config;
  CHECK(own.console_certificate_file == "c.pem");
  CHECK(own.console_key_file == "k.pem");
  CHECK(mentions(refusal_of_file(clients + "console_certificate_file=c.pem"), "belong together"));
  const Config plain =
      loaded_file(clients + "console_certificate_file=\nconsole_key_file=\n").config;
  CHECK(plain.console_certificate_file.empty());
  CHECK(plain.console_key_file.empty());
  // Who vouches for clients does not vouch for operators.
  CHECK(loaded_file(clients + "tls_client_ca_file=ca.pem").config.console_client_ca_file.empty());
  CHECK(mentions(refusal_of_file("console_client_ca_file=ca.pem"), "nobody can show"));
}

TEST_CASE("the system may choose the console's port") {
  CHECK(loaded_file("console_port=0\nclient_port=0").config.console_port == 0);
}
