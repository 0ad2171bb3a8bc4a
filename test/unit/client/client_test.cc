// The client over real sockets, with its threads. What needs neither is in session_test.cc.
#include "client/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "client/host_list.h"
#include "client/multi_builder.h"
#include "test/unit/client/fake_server.h"

namespace quorate::client {
namespace {

using namespace std::chrono_literals;

Options options_for(const std::string& endpoints) {
  Options options;
  options.endpoints = endpoints;
  options.operation_timeout = 10s;
  return options;
}

std::unique_ptr<Client> open(const Options& options) {
  auto client = Client::open(options);
  REQUIRE(client.ok());
  return std::move(*client);
}

/// Lets the client close in good order while the test plays the server.
void close(std::unique_ptr<Client> client, FakeConnection& connection) {
  std::thread closing([&client] { client.reset(); });
  connection.answer(connection.expect_request<CloseSession>(), Zxid{1});
  closing.join();
}

/// Counts what callbacks tell, and waits for it.
class Tally {
 public:
  void add(std::string entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    grown_.notify_all();
  }
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(grown_.wait_for(lock, 10s, [&] { return entries_.size() >= count; }));
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<std::string> entries_;
};

TEST_CASE("a synchronous call returns what the server answered") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  auto created = std::async(std::launch::async, [&] {
    return client->create({"/a", Blob("hello"), {}, CreateMode::persistent, 0, false});
  });

  const Request request = connection.expect_request<Create>();
  connection.answer(request, Zxid{3}, CreateReply{"/a", {}, true});

  CHECK(created.get().value().path == "/a");
  const auto& create = std::get<Create>(request.operation);
  CHECK(create.data.text() == "hello");
  CHECK(create.acl == open_acl());
  close(std::move(client), connection);
}

TEST_CASE("an identity that was accepted is a success, on both ways") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  auto proved = std::async(std::launch::async, [&] {
    return client->authenticate({"digest", "ann:secret"});
  });
  connection.answer(connection.expect_request<Authenticate>(), Zxid{});

  CHECK(proved.get().ok());

  std::promise<Status> told;
  client->authenticate({"digest", "bob:secret"},
                       [&told](const Status& status) { told.set_value(status); });
  connection.answer(connection.expect_request<Authenticate>(), Zxid{});
  CHECK(told.get_future().get().ok());
  close(std::move(client), connection);
}

TEST_CASE("an identity that was refused is an error that says so") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  auto proved = std::async(std::launch::async, [&] {
    return client->authenticate({"digest", "ann:wrong"});
  });
  connection.answer(connection.expect_request<Authenticate>(), Zxid{}, {}, ErrorCode::auth_failed);

  const Status refused = proved.get();

  CHECK(refused.code() == ErrorCode::auth_failed);
  CHECK(refused.error().text == "authenticate digest: the identity was refused");
}

TEST_CASE("exists tells a missing node apart from a failure") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  auto missing = std::async(std::launch::async, [&] { return client->exists({"/a"}); });
  connection.answer(connection.expect_request<Exists>(), Zxid{3}, {}, ErrorCode::no_node);
  CHECK_FALSE(missing.get().value().has_value());

  auto denied = std::async(std::launch::async, [&] { return client->exists({"/a"}); });
  connection.answer(connection.expect_request<Exists>(), Zxid{3}, {}, ErrorCode::no_auth);

  CHECK(denied.get().code() == ErrorCode::no_auth);
  close(std::move(client), connection);
}

TEST_CASE("an answer of the wrong kind is an error, not a guess") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  auto read = std::async(std::launch::async, [&] { return client->get({"/a"}); });

  connection.answer(connection.expect_request<GetData>(), Zxid{3}, CountReply{7});

  CHECK(read.get().code() == ErrorCode::marshalling_error);
  close(std::move(client), connection);
}

TEST_CASE("callbacks and events come one at a time, in the order of the stream") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  Tally tally;
  std::atomic<int> inside = 0;
  const auto note = [&](std::string entry) {
    CHECK(++inside == 1);
    tally.add(std::move(entry));
    --inside;
  };
  client->get({"/a"}, Watcher([&](const WatchEvent&) { note("event"); }),
              [&](const Result<DataReply>&) { note("first"); });
  client->get({"/a"}, {}, [&](const Result<DataReply>&) { note("second"); });

  connection.answer(connection.expect_request<GetData>(), Zxid{1}, DataReply{});
  connection.send(WatchEvent{EventType::data_changed, "/a", Zxid{2}});
  connection.answer(connection.expect_request<GetData>(), Zxid{2}, DataReply{});

  CHECK(tally.wait_for(3) == std::vector<std::string>{"first", "event", "second"});
  close(std::move(client), connection);
}

TEST_CASE("a callback may make synchronous calls") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  Tally tally;
  client->get({"/a"}, {}, [&](const Result<DataReply>&) {
    const auto read = client->get({"/b"});
    tally.add(std::string(read.value().data.text()));
  });

  connection.answer(connection.expect_request<GetData>(), Zxid{1}, DataReply{});
  connection.answer(connection.expect_request<GetData>(), Zxid{1}, DataReply{Blob("inner"), {}});

  CHECK(tally.wait_for(1).front() == "inner");
  close(std::move(client), connection);
}

TEST_CASE("a synchronous reply does not overtake an event that came before it") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  std::atomic<bool> told = false;
  std::promise<void> release;
  client->get({"/a"}, Watcher([&](const WatchEvent&) {
                release.get_future().wait();
                told = true;
              }),
              {});
  auto read = std::async(std::launch::async, [&] {
    (void)client->get({"/a"});
    return told.load();
  });

  connection.answer(connection.expect_request<GetData>(), Zxid{1}, DataReply{});
  const Request second = connection.expect_request<GetData>();
  connection.send(WatchEvent{EventType::data_changed, "/a", Zxid{2}});
  connection.answer(second, Zxid{2}, DataReply{});
  CHECK(read.wait_for(50ms) == std::future_status::timeout);
  release.set_value();

  CHECK(read.get());
  close(std::move(client), connection);
}

TEST_CASE("when a server dies the client goes on at another one, watches first") {
  FakeServer one;
  FakeServer two;
  Tally states;
  Options options = options_for(one.endpoint() + "," + two.endpoint());
  options.seed = 1;
  options.on_state = [&](SessionState state, const std::string&) {
    states.add(std::string(to_string(state)));
  };
  auto client = open(options);
  // Which of the two comes first depends on the seed alone; ask the sockets.
  auto first = std::async(std::launch::async, [&] { return one.accept(); });
  const bool one_first = first.wait_for(1s) == std::future_status::ready;
  auto connection = one_first ? first.get() : two.accept();
  FakeServer& other = one_first ? two : one;
  connection.greet();
  Tally events;
  client->get({"/a"}, Watcher([&](const WatchEvent& event) { events.add(event.path); }), {});
  connection.answer(connection.expect_request<GetData>(), Zxid{5}, DataReply{});
  client->exists({"/sent"}, {}, [&](const Result<std::optional<Stat>>& result) {
    events.add(std::string(to_string(result.code())));
  });
  connection.expect_request<Exists>();
  { const FakeConnection dying = std::move(connection); }

  auto second = one_first ? other.accept() : first.get();
  const Hello hello = second.greet(Zxid{9});
  const Request watches = second.expect_request<SetWatches>();
  second.answer(watches, Zxid{9});
  second.send(WatchEvent{EventType::data_changed, "/a", Zxid{}});
  second.answer(second.expect_request<Ping>(), Zxid{9});

  CHECK(hello.session == SessionId{77});
  CHECK(hello.last_seen == Zxid{5});
  CHECK(std::get<SetWatches>(watches.operation).relative_zxid == Zxid{5});
  CHECK(events.wait_for(2) == std::vector<std::string>{"connection_loss", "/a"});
  CHECK(states.wait_for(3) == std::vector<std::string>{"connected", "suspended", "connected"});
  close(std::move(client), second);
}

TEST_CASE("a request is not lost while there is no server, and fails in time when none comes") {
  Options options;
  {
    const FakeServer nobody;
    options = options_for(nobody.endpoint());
  }
  options.operation_timeout = 100ms;
  auto client = open(options);

  const auto read = client->get({"/a"});

  CHECK(read.code() == ErrorCode::operation_timeout);
  const Status connected = client->wait_connected(1ms);
  CHECK(connected.code() == ErrorCode::connection_loss);
  CHECK(connected.error().text.find("refused") != std::string::npos);
}

TEST_CASE("a name that does not resolve is a failure to connect, not the end") {
  auto client = open(options_for("no-such-host.invalid:2181"));

  CHECK(client->wait_connected(50ms).code() == ErrorCode::connection_loss);

  client->close();
  CHECK(client->state() == SessionState::closed);
}

TEST_CASE("a name with several addresses is tried at each of them") {
  FakeServer server;  // Listens on IPv4 only; localhost may be ::1 first.
  auto client = open(options_for("localhost:" + std::to_string(server.port())));
  auto connection = server.accept();
  connection.greet();
  CHECK(client->wait_connected(10s).ok());
  close(std::move(client), connection);
}

TEST_CASE("calls after close are refused, and outstanding ones are told") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  REQUIRE(client->wait_connected(10s).ok());
  std::thread closing([&] { client->close(); });
  connection.answer(connection.expect_request<CloseSession>(), Zxid{1});
  closing.join();

  CHECK(client->state() == SessionState::closed);
  CHECK(client->get({"/a"}).code() == ErrorCode::session_expired);
  CHECK(connection.is_closed_by_client());
}

TEST_CASE("callbacks that make synchronous calls during destruction are refused, not stuck") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  Client* raw = client.get();
  std::optional<ErrorCode> inner;
  client->get({"/a"}, {}, [&](const Result<DataReply>&) { inner = raw->get({"/b"}).code(); });
  connection.expect_request<GetData>();
  std::thread closing([&client] { client.reset(); });

  const Request ending = connection.expect_request<CloseSession>();
  connection.send(Goodbye{ErrorCode::session_expired, ""});
  closing.join();

  CHECK(ending.xid > 0);
  CHECK(inner == ErrorCode::session_expired);
}

TEST_CASE("many threads share a client, each gets its own answers") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  constexpr int threads = 4;
  constexpr int calls = 200;
  std::atomic<int> right = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; i < calls; ++i) {
        const std::string path = "/" + std::to_string(t) + "-" + std::to_string(i);
        const auto read = client->get({path});
        if (read.ok() && read->data.text() == path) ++right;
      }
    });
  }

  for (int i = 0; i < threads * calls; ++i) {
    const Request request = connection.expect_request<GetData>();
    connection.answer(request, Zxid{1},
                      DataReply{Blob(std::get<GetData>(request.operation).path), {}});
  }
  for (std::thread& caller : callers) caller.join();

  CHECK(right == threads * calls);
  close(std::move(client), connection);
}

TEST_CASE("large requests and replies pass in pieces") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  const std::string large(900'000, 'x');
  Tally tally;
  for (int i = 0; i < 8; ++i) {
    client->set({"/a", Blob(large), any_version},
                [&](const Result<Stat>& result) { tally.add(result.ok() ? "ok" : "failed"); });
  }

  for (int i = 0; i < 8; ++i) {
    const Request request = connection.expect_request<SetData>();
    CHECK(std::get<SetData>(request.operation).data.size() == large.size());
    connection.answer(request, Zxid{1}, StatReply{});
  }
  CHECK(tally.wait_for(8).back() == "ok");
  auto read = std::async(std::launch::async, [&] { return client->get({"/a"}); });
  connection.answer(connection.expect_request<GetData>(), Zxid{1}, DataReply{Blob(large), {}});

  CHECK(read.get().value().data.text() == large);
  close(std::move(client), connection);
}

TEST_CASE("a slow callback makes the client stop reading, and then go on") {
  FakeServer server;
  Options options = options_for(server.endpoint());
  options.callbacks_max = 4;
  auto client = open(options);
  auto connection = server.accept();
  connection.greet();
  Tally tally;
  std::promise<void> release;
  auto released = release.get_future().share();
  client->add_watch({"/a", WatchMode::persistent}, Watcher([&](const WatchEvent&) {
                      released.wait();
                      tally.add("event");
                    }),
                    {});
  connection.answer(connection.expect_request<AddWatch>(), Zxid{1});

  constexpr std::size_t events = 1000;
  for (std::size_t i = 0; i < events; ++i) {
    connection.send(WatchEvent{EventType::data_changed, "/a", Zxid{i + 2}});
  }
  release.set_value();

  CHECK(tally.wait_for(events).size() == events);
  close(std::move(client), connection);
}

TEST_CASE("a refused multi says which operation failed") {
  FakeServer server;
  auto client = open(options_for(server.endpoint()));
  auto connection = server.accept();
  connection.greet();
  auto refused = std::async(std::launch::async, [&] {
    return client->multi(MultiBuilder().check("/a", 1).check_absent("/b").build());
  });

  connection.answer(
      connection.expect_request<Multi>(), Zxid{2},
      MultiReply{{{ErrorCode::runtime_inconsistency, {}}, {ErrorCode::node_exists, {}}}},
      ErrorCode::node_exists);

  const auto result = refused.get();
  CHECK(result.code() == ErrorCode::node_exists);
  CHECK(result.error().text.find("operation 2 of 2, check /b") != std::string::npos);
  close(std::move(client), connection);
}

/// With which the first host that is tried has this port.
std::uint64_t seed_that_begins_at(std::uint16_t port, const std::string& endpoints) {
  for (std::uint64_t seed = 1;; ++seed)
    if (HostList(parse_endpoints(endpoints).value().hosts, seed).next().port == port) return seed;
}

TEST_CASE("a client of a server that only reads asks another one, and goes there") {
  FakeServer reader;
  FakeServer writer;
  Options options = options_for(reader.endpoint() + "," + writer.endpoint());
  options.read_only = true;
  options.seed = seed_that_begins_at(reader.port(), options.endpoints);
  auto client = open(options);
  FakeConnection first = reader.accept();
  CHECK(first.greet(Zxid{1}, true).read_only);
  REQUIRE(client->wait_connected(10s).ok());
  CHECK(client->state() == SessionState::read_only);

  std::optional<FakeConnection> second;
  while (!second) {
    FakeConnection connection = writer.accept();
    const ClientMessage message = connection.receive();
    if (const auto* hello = std::get_if<Hello>(&message)) {
      CHECK(hello->session == SessionId{});
      connection.welcome(*hello, Zxid{1});
      second.emplace(std::move(connection));
    } else {
      (void)std::get<Inspect>(message);
      Inspection inspection;
      inspection.serving = true;
      connection.send(inspection);
    }
  }

  auto answered = std::async(std::launch::async, [&client] { return client->ping(); });
  second->answer(second->expect_request<Ping>(), Zxid{2});
  CHECK(answered.get().ok());
  CHECK(client->state() == SessionState::connected);
  CHECK(first.is_closed_by_client());
  close(std::move(client), *second);
}

TEST_CASE("options that make no sense are refused before anything starts") {
  Options options;
  options.endpoints = "host:notaport";
  CHECK(Client::open(options).code() == ErrorCode::bad_arguments);
  options = {};
  options.session_timeout = 0ms;
  CHECK(Client::open(options).code() == ErrorCode::bad_arguments);
  options = {};
  options.outgoing_bytes_max = 0;
  CHECK(Client::open(options).code() == ErrorCode::bad_arguments);
  options = {};
  options.operation_timeout = -1ms;
  CHECK(Client::open(options).code() == ErrorCode::bad_arguments);
}

}  // namespace
}  // namespace quorate::client
