#include "actors/held_server.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "actors/runtime/transport.h"
#include "schema/capnp/client_codec.h"
#include "test/unit/actors/runtime/sockets.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

struct HeldFixture {
  HeldFixture() {
    auto listening = listen_tcp("127.0.0.1", 0, "client port");
    REQUIRE(listening.ok());
    port = listening->port;
    HeldAnswers answers{"because", {}};
    answers.words.add(FourLetterWord::ruok);
    answers.words.add(FourLetterWord::srvr);
    answers.words.add(FourLetterWord::isro);
    auto started =
        HeldServer::start(std::move(listening->fd), answers, 20ms, [this] { ++complaints; });
    REQUIRE(started.ok());
    server = *std::move(started);
  }

  std::uint16_t port = 0;
  std::atomic<int> complaints = 0;
  std::unique_ptr<HeldServer> server;
};

TEST_CASE_FIXTURE(HeldFixture, "a client is told that it is not served, and why") {
  Client client(port);
  REQUIRE(client.connected());
  client.send(std::string(40, '\0'));

  const std::string said = client.receive_all();

  CHECK_FALSE(client.reset());
  const auto message = capnp_codec::decode_server(std::as_bytes(std::span(said)));
  REQUIRE(message.ok());
  const auto* goodbye = std::get_if<Goodbye>(&*message);
  REQUIRE(goodbye != nullptr);
  CHECK(goodbye->error == ErrorCode::not_serving);
  CHECK(goodbye->text == "because");
}

TEST_CASE_FIXTURE(HeldFixture, "clients of ZooKeeper are closed, so that they try another server") {
  Client client(port);
  client.send(std::string("\0\0\0\x2d", 4) + std::string(45, '\0'));

  CHECK(client.receive_all().empty());
  CHECK_FALSE(client.reset());
}

TEST_CASE_FIXTURE(HeldFixture, "four-letter words are answered as without a quorum") {
  const auto ask = [this](const std::string& word) {
    Client client(port);
    client.send(word);
    return client.receive_all();
  };

  CHECK(ask("ruok") == "imok");
  CHECK(ask("isro\n") == "null");
  CHECK(ask("srvr") == "This ZooKeeper instance is not currently serving requests\n");
  CHECK(ask("mntr") == "mntr is not executed because it is not in the whitelist.\n");
  CHECK(ask("none").empty());
}

TEST_CASE_FIXTURE(HeldFixture, "clients that never leave do not keep others from being told") {
  std::vector<Client> staying;
  for (int i = 0; i < 300; ++i) staying.emplace_back(port);

  Client client(port);
  client.send(std::string(40, '\0'));

  CHECK_FALSE(client.receive_all().empty());
}

TEST_CASE_FIXTURE(HeldFixture, "it complains again and again, until it ends") {
  CHECK(eventually([this] { return complaints >= 3; }));

  server.reset();

  const int heard = complaints;
  Client late(port);
  late.send(std::string(40, '\0'));
  CHECK((!late.connected() || late.receive_all().empty()));
  CHECK(complaints == heard);
}

}  // namespace
}  // namespace quorate::test
