// Asking servers what they are, over real sockets.
#include "client/inspect.h"

#include <doctest/doctest.h>

#include <future>

#include "test/unit/client/fake_server.h"

namespace quorate::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds patience{10'000};

Inspection some_inspection() {
  Inspection inspection;
  inspection.server = {3};
  inspection.version = "1.2.3";
  inspection.role = ServerRole::leading;
  inspection.serving = true;
  // Larger than what is read at once.
  for (std::uint32_t id = 0; id < 200; ++id)
    inspection.members.push_back({{id}, false, 1, {}, {{"a.name.of.some.length", 2888}}, {}, true});
  return inspection;
}

Host host_of(const FakeServer& server) { return {"127.0.0.1", server.port()}; }

/// Asks in the background, so that the test can be the servers.
std::future<std::vector<Answer>> ask(std::vector<Host> hosts, milliseconds timeout = patience) {
  return std::async(std::launch::async,
                    [hosts = std::move(hosts), timeout] { return inspect(hosts, timeout); });
}

/// What the server's only words make of the question.
Answer answer_to(const ServerMessage& said) {
  FakeServer server;
  auto asked = ask({host_of(server)});
  {
    FakeConnection connection = server.accept();
    (void)connection.expect<Inspect>();
    connection.send(said);
  }
  return asked.get().front();
}

TEST_CASE("every server is asked, and the answers stand in the order of the servers") {
  FakeServer first;
  FakeServer second;
  auto asked = ask({host_of(first), host_of(second)});
  FakeConnection late = first.accept();
  FakeConnection early = second.accept();
  (void)early.expect<Inspect>();
  Inspection other = some_inspection();
  other.server = {4};
  early.send(other);
  (void)late.expect<Inspect>();
  late.send(some_inspection());

  const auto answers = asked.get();

  REQUIRE(answers.size() == 2);
  CHECK(answers[0].host == host_of(first));
  CHECK(answers[0].alive);
  REQUIRE(answers[0].inspection.ok());
  CHECK(*answers[0].inspection == some_inspection());
  REQUIRE(answers[1].inspection.ok());
  CHECK(answers[1].inspection->server == ServerId{4});
  CHECK(late.is_closed_by_client());
}

TEST_CASE("where nobody listens there is no answer, and the others are heard all the same") {
  std::uint16_t closed = 0;
  { closed = FakeServer().port(); }
  FakeServer server;
  auto asked = ask({{"127.0.0.1", closed}, host_of(server)});
  FakeConnection connection = server.accept();
  (void)connection.expect<Inspect>();
  connection.send(some_inspection());

  const auto answers = asked.get();

  CHECK_FALSE(answers[0].alive);
  CHECK(answers[0].inspection.code() == ErrorCode::connection_loss);
  CHECK(answers[1].inspection.ok());
}

TEST_CASE("who says nothing is given up in time") {
  FakeServer silent;

  const auto answers = inspect({host_of(silent)}, milliseconds{50});

  CHECK_FALSE(answers[0].alive);
  CHECK(answers[0].inspection.code() == ErrorCode::operation_timeout);
}

TEST_CASE("a server that sends everybody away lives, and its words are the answer") {
  const Answer answer = answer_to(Goodbye{ErrorCode::not_serving, "waits for its operator"});

  CHECK(answer.alive);
  CHECK(answer.inspection.error() == Error{ErrorCode::not_serving, "waits for its operator"});
}

TEST_CASE("a server that does not know the question lives") {
  const Answer answer = answer_to(Goodbye{ErrorCode::unimplemented, ""});

  CHECK(answer.alive);
  CHECK(answer.inspection.code() == ErrorCode::unimplemented);
  CHECK_FALSE(answer.inspection.error().text.empty());
}

TEST_CASE("an answer to something else is none") {
  Welcome welcome;
  welcome.session = {7};

  CHECK(answer_to(welcome).inspection.code() == ErrorCode::marshalling_error);
}

TEST_CASE("a connection that ends without a word is no answer") {
  FakeServer server;
  auto asked = ask({host_of(server)});
  {
    FakeConnection connection = server.accept();
    (void)connection.expect<Inspect>();
  }

  const Answer answer = asked.get().front();

  CHECK_FALSE(answer.alive);
  CHECK(answer.inspection.code() == ErrorCode::connection_loss);
}

TEST_CASE("another protocol is not taken for a server of ours") {
  FakeServer server;
  auto asked = ask({host_of(server)});
  FakeConnection connection = server.accept();
  (void)connection.expect<Inspect>();
  const std::string said = "HTTP/1.1 400 Bad Request\r\n\r\n";
  connection.send_bytes(said);

  const Answer answer = asked.get().front();

  CHECK_FALSE(answer.alive);
  CHECK(answer.inspection.code() == ErrorCode::marshalling_error);
}

}  // namespace
}  // namespace quorate::client
