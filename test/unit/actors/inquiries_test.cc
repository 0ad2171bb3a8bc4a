// The console's questions to the actors that know.
#include "actors/inquiries.h"

#include <doctest/doctest.h>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "test/unit/actors/live_server.h"
#include "test/unit/actors/whole_server.h"

namespace quorate::test {
namespace {

using namespace std::chrono_literals;

/// Asks now; the answer is there later.
std::shared_ptr<StateAnswerPtr> begin(WholeServer& server, StateInquiry inquiry) {
  auto answer = std::make_shared<StateAnswerPtr>();
  const Commit commit = server.peers().commit;
  const auto asked = std::make_shared<const StateInquiry>(std::move(inquiry));
  const auto ask = [commit, answer](caf::event_based_actor* self, const StateInquiryPtr& question) {
    self->request(commit, caf::infinite, inquire_a::value, question)
        .then([answer](const StateAnswerPtr& given) { *answer = given; });
  };
  // With an argument: CAF binds a null reference for actors without any.
  server.system.spawn(ask, StateInquiryPtr(asked));
  return answer;
}

template <class A>
A answered(WholeServer& server, StateInquiry inquiry) {
  const auto answer = begin(server, std::move(inquiry));
  server.run();
  REQUIRE(*answer);
  REQUIRE(std::holds_alternative<A>((*answer)->body));
  return std::get<A>((*answer)->body);
}

TEST_CASE("commit answers the console") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);
  CHECK(server.ask(client, create("/a", "data")) == "ok /a");
  CHECK(server.ask(client, get_and_watch("/a")) == "ok data v0");

  CHECK(answered<NodeAnswer>(server, NodeInquiry{"/a", {}}).data.text() == "data");
  CHECK(answered<SessionRows>(server, SessionsInquiry{}).rows.size() == 1);
  CHECK(answered<WatchesAnswer>(server, WatchesInquiry{}).items.size() == 1);
  CHECK(answered<Error>(server, NodeInquiry{"/none", {}}).code == ErrorCode::no_node);
}

TEST_CASE("many questions at a time are all answered, but for those that are too many") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);
  for (int i = 0; i < 400; ++i) CHECK(server.ask(client, create("/n" + std::to_string(i))) != "");
  std::vector<std::shared_ptr<StateAnswerPtr>> answers;
  for (int i = 0; i < 40; ++i) answers.push_back(begin(server, SearchInquiry{"n", "/", 1000, {}}));

  server.run();

  int refused = 0;
  for (const auto& answer : answers) {
    REQUIRE(*answer);
    const auto* error = std::get_if<Error>(&(*answer)->body);
    if (error == nullptr) CHECK(std::get<FoundAnswer>((*answer)->body).paths.size() == 401);
    if (error != nullptr) CHECK(error->code == ErrorCode::throttled);
    refused += error != nullptr ? 1 : 0;
  }
  CHECK(refused <= 24);
}

TEST_CASE("an edit of the console is in the log, and is answered when it was applied") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);
  CHECK(server.ask(client, create("/a", "0")) == "ok /a");
  const Zxid before = server.log().last().zxid;

  const auto edited = answered<EditAnswer>(server, EditTree{set("/a", "1"), {}});

  CHECK(edited.zxid > before);
  CHECK(server.log().last().zxid == edited.zxid);
  REQUIRE(edited.stat);
  CHECK(edited.stat->version == 1);
  CHECK(server.ask(client, get("/a")) == "ok 1 v1");
  CHECK(answered<Error>(server, EditTree{SetData{"/a", {}, 7}, {}}).code == ErrorCode::bad_version);
}

TEST_CASE("a session is closed by the console, and its client is told") {
  MemoryDisk disk;
  WholeServer server(disk);
  const auto client = server.connect(10s);

  (void)answered<DoneAnswer>(server, EndSession{SessionId{static_cast<std::int64_t>(client)}});

  CHECK(server.told(client) == Told{"close session_expired"});
  CHECK(answered<SessionRows>(server, SessionsInquiry{}).rows.empty());
}

TEST_CASE("the listener tells the console of all connections") {
  LiveServer server([](Config& config) { config.connections_per_ip_max = 0; });
  std::vector<std::unique_ptr<WireClient>> clients;
  for (int i = 0; i < 450; ++i) {
    clients.push_back(std::make_unique<WireClient>(server.port));
    REQUIRE(clients.back()->greet());
  }
  const Client silent(server.port);
  caf::scoped_actor self{server.system()};

  std::vector<ConnectionRowsPtr> answers;
  const auto ask = [&] {
    self->request(server.listener(), 30s, inquire_a::value, ConnectionsWanted{})
        .receive([&](const ConnectionRowsPtr& rows) { answers.push_back(rows); },
                 [](const caf::error&) { FAIL("no answer"); });
  };
  REQUIRE(eventually([&] {
    ask();
    return answers.back()->rows.size() == 451;
  }));

  const auto& rows = answers.back()->rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].address == "127.0.0.1");
    CHECK(rows[i].is_native == (i != 450));
    CHECK((rows[i].session != SessionId{}) == (i != 450));
    CHECK(rows[i].actor != 0);
    CHECK_FALSE(rows[i].is_tls);
    CHECK(rows[i].connected_at_ms > 1'600'000'000'000);
    if (i > 0) CHECK(rows[i - 1].serial < rows[i].serial);
  }
}

}  // namespace
}  // namespace quorate::test
