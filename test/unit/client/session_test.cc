// A session's connections, requests, deadlines and ends. Its watches: session_watch_test.cc.
#include "client/session.h"

#include <set>

#include "test/unit/client/session_harness.h"

namespace quorate::client {
namespace {

using enum SessionState;

TEST_CASE("a new session says hello without id and takes what the server grants") {
  SessionHarness harness;

  const Hello hello = harness.connect();

  CHECK(hello.session == SessionId{});
  CHECK(hello.timeout_ms == 30'000);
  CHECK(hello.last_seen == Zxid{});
  CHECK(harness.session.state() == connected);
  CHECK(harness.session.ticket().session == harness_session);
  CHECK(harness.session.ticket().password == harness_password);
}

TEST_CASE("requests made before there is a connection are sent behind the greeting, in order") {
  SessionHarness harness;
  harness.submit(GetData{"/a"});
  harness.submit(SetData{"/a", Blob("x")});
  CHECK(harness.sent.empty());

  harness.connect();

  CHECK(harness.take_request<GetData>().xid == 1);
  CHECK(harness.take_request<SetData>().xid == 2);
}

TEST_CASE("replies belong to requests in their order") {
  SessionHarness harness;
  harness.connect();
  harness.submit(GetData{"/a"});
  harness.submit(GetData{"/b"});
  const Request first = harness.take<Request>();
  const Request second = harness.take<Request>();

  harness.answer(first, Zxid{5}, DataReply{Blob("a"), {}});
  harness.answer(second, Zxid{5}, {}, ErrorCode::no_node);

  CHECK(std::get<DataReply>(harness.outcome(0).reply.body).data.text() == "a");
  CHECK(harness.outcome(1).error.code == ErrorCode::no_node);
  CHECK(harness.outcome(1).error.text == "get /b: the node does not exist");
}

TEST_CASE("a reply out of order breaks the connection instead of reaching the wrong caller") {
  SessionHarness harness;
  harness.connect();
  harness.submit(GetData{"/a"});
  harness.submit(GetData{"/b"});
  harness.sent.pop_front();
  const Request second = harness.take<Request>();

  harness.answer(second, Zxid{5}, DataReply{Blob("b"), {}});

  CHECK(harness.hang_ups == 1);
  CHECK(harness.outcome(0).error.code == ErrorCode::connection_loss);
  CHECK(harness.outcome(1).error.code == ErrorCode::connection_loss);
}

TEST_CASE("at most as many requests are unanswered as the server reads") {
  SessionHarness harness;
  Welcome welcome = harness_welcome();
  welcome.requests_in_flight_max = 2;
  harness.connect(welcome);
  for (int i = 0; i < 3; ++i) harness.submit(Exists{"/a"});
  CHECK(harness.sent.size() == 2);

  harness.answer(harness.take<Request>(), Zxid{1}, StatReply{});

  CHECK(harness.sent.size() == 2);
  CHECK(harness.session.calls().outgoing() == 0);
}

TEST_CASE("what was sent fails with the connection, what was not is sent on the next one") {
  SessionHarness harness;
  Welcome welcome = harness_welcome();
  welcome.requests_in_flight_max = 1;
  harness.connect(welcome);
  harness.submit(SetData{"/a", Blob("1")});
  harness.submit(SetData{"/b", Blob("2")});
  harness.sent.clear();

  harness.break_off();

  CHECK(harness.outcome(0).error.code == ErrorCode::connection_loss);
  CHECK(harness.outcome(0).error.text.find("whether it took effect is unknown") !=
        std::string::npos);
  CHECK_FALSE(harness.outcomes[1].has_value());
  harness.connect(welcome);
  CHECK(std::get<SetData>(harness.take_request<SetData>().operation).path == "/b");
}

TEST_CASE("after a break the session goes on at another server, with all it has seen") {
  SessionHarness harness;
  harness.connect();
  harness.submit(Exists{"/a"});
  harness.answer(harness.take<Request>(), Zxid{42}, StatReply{});

  harness.break_off();
  Welcome welcome = harness_welcome();
  welcome.zxid = Zxid{42};
  const Hello hello = harness.connect(welcome);

  CHECK(hello.session == harness_session);
  CHECK(hello.password == harness_password);
  CHECK(hello.last_seen == Zxid{42});
  REQUIRE(harness.dials.size() == 2);
  CHECK(harness.dials[0] != harness.dials[1]);
  CHECK(harness.states == std::vector{connected, suspended, connected});
}

TEST_CASE("a server behind what the session has seen is left for another one") {
  SessionHarness harness;
  harness.connect();
  harness.submit(Exists{"/a"});
  harness.answer(harness.take<Request>(), Zxid{42}, StatReply{});
  harness.break_off();
  Welcome behind = harness_welcome();
  behind.zxid = Zxid{41};

  harness.connect(behind);

  CHECK(harness.session.state() == suspended);
  CHECK(harness.dials.size() == 3);
}

TEST_CASE("a session that the server replaced by another one has expired") {
  SessionHarness harness;
  harness.connect();
  harness.break_off();
  Welcome other = harness_welcome();
  other.session = SessionId{0x9999};

  harness.connect(other);

  CHECK(harness.session.state() == expired);
}

TEST_CASE("all hosts are tried at once, then again after pauses") {
  SessionHarness harness;

  harness.break_off();
  harness.break_off();
  CHECK(harness.dials.size() == 3);
  harness.break_off();
  CHECK(harness.dials.size() == 3);
  harness.pass(milliseconds(50));

  CHECK(harness.dials.size() == 4);
  std::set<std::uint16_t> ports;
  for (std::size_t i = 0; i < 3; ++i) ports.insert(harness.dials[i].port);
  CHECK(ports.size() == 3);
}

TEST_CASE("a server that accepts and stays silent is given up after its share of the time-out") {
  SessionHarness harness;
  harness.session.on_open(harness.now);
  harness.absorb();

  harness.pass(milliseconds(9'999));
  CHECK(harness.dials.size() == 1);
  harness.pass(milliseconds(1));

  CHECK(harness.dials.size() == 2);
  CHECK(harness.session.last_failure().find("no greeting") != std::string::npos);
}

TEST_CASE("an idle client pings at a third of the time-out, at the latest after ten seconds") {
  SessionHarness harness;
  Welcome welcome = harness_welcome();
  welcome.timeout_ms = 6'000;
  harness.connect(welcome);

  harness.pass(milliseconds(1'999));
  CHECK(harness.sent.empty());
  harness.pass(milliseconds(1));

  harness.take_request<Ping>();
}

TEST_CASE("a request spares the ping") {
  SessionHarness harness;
  harness.connect();
  harness.pass(milliseconds(9'000));
  harness.submit(Exists{"/a"});
  harness.answer(harness.take<Request>(), Zxid{1}, StatReply{});

  harness.pass(milliseconds(9'000));

  CHECK(harness.sent.empty());
}

TEST_CASE("a peer that is silent for two thirds of the time-out is dead") {
  SessionHarness harness;
  harness.connect();
  harness.pass(milliseconds(10'000));
  harness.take_request<Ping>();

  harness.pass(milliseconds(9'999));
  CHECK(harness.session.state() == connected);
  harness.pass(milliseconds(1));

  CHECK(harness.session.state() == suspended);
  CHECK(harness.dials.size() == 2);
}

TEST_CASE("a client that does not read does not take silence for death") {
  SessionHarness harness;
  harness.connect();
  harness.session.on_read_paused(true, harness.now);

  harness.pass(milliseconds(60'000));
  CHECK(harness.session.state() == connected);
  harness.session.on_read_paused(false, harness.now);
  harness.pass(milliseconds(19'999));
  CHECK(harness.session.state() == connected);
  harness.pass(milliseconds(1));

  CHECK(harness.session.state() == suspended);
}

TEST_CASE("a request that waits for a connection too long fails as not sent") {
  SessionHarness harness;
  harness.submit(SetData{"/a", Blob("x")});

  harness.pass(milliseconds(20'000));

  CHECK(harness.outcome(0).error.code == ErrorCode::operation_timeout);
  CHECK(harness.outcome(0).error.text.find("it was not sent") != std::string::npos);
}

TEST_CASE("a request unanswered in time fails, and its late reply disturbs nobody") {
  SessionHarness harness;
  harness.connect();
  harness.submit(SetData{"/a", Blob("x")});
  const Request late = harness.take<Request>();
  CHECK(late.deadline_ms == 20'000);
  harness.pass(milliseconds(10'000));
  const Request ping = harness.take_request<Ping>();
  harness.receive(WatchEvent{EventType::created, "/elsewhere", Zxid{1}});
  harness.submit(Exists{"/b"});
  const Request next = harness.take<Request>();

  harness.pass(milliseconds(10'000));
  CHECK(harness.outcome(0).error.code == ErrorCode::operation_timeout);
  CHECK_FALSE(harness.outcomes[1].has_value());
  harness.answer(late, Zxid{9}, StatReply{});
  harness.answer(ping, Zxid{9});
  harness.answer(next, Zxid{9}, StatReply{});

  CHECK(harness.outcome(0).error.code == ErrorCode::operation_timeout);
  CHECK(harness.outcome(1).error.code == ErrorCode::ok);
  CHECK(harness.session.state() == connected);
}

TEST_CASE("what exceeds the outgoing bytes is refused, not queued") {
  Options options = harness_options();
  options.outgoing_bytes_max = 1000;
  SessionHarness harness(options);

  harness.submit(SetData{"/a", Blob(std::string(800, 'x'))});
  harness.submit(SetData{"/b", Blob(std::string(800, 'x'))});

  CHECK_FALSE(harness.outcomes[0].has_value());
  CHECK(harness.outcome(1).error.code == ErrorCode::throttled);
  CHECK(harness.outcome(1).error.text.find("not sent") != std::string::npos);
  harness.connect();
  harness.answer(harness.take<Request>(), Zxid{1}, StatReply{});
  CHECK(harness.session.calls().bytes() == 0);
}

TEST_CASE("a request above the server's frame limit is refused here, and others go on") {
  SessionHarness harness;
  Welcome welcome = harness_welcome();
  welcome.frame_bytes_max = 4096;
  harness.connect(welcome);

  harness.submit(SetData{"/a", Blob(std::string(5000, 'x'))});
  harness.submit(Exists{"/a"});

  CHECK(harness.outcome(0).error.code == ErrorCode::request_too_large);
  CHECK(harness.take_request<Exists>().xid == 1);
}

TEST_CASE("an expired session fails everything, for good") {
  SessionHarness harness;
  harness.connect();
  harness.submit(Exists{"/a"});
  harness.break_off();
  harness.submit(Exists{"/b"});
  harness.session.on_open(harness.now);
  harness.absorb();

  harness.receive(Goodbye{ErrorCode::session_expired, ""});

  CHECK(harness.session.state() == expired);
  CHECK(harness.outcome(0).error.code == ErrorCode::connection_loss);
  CHECK(harness.outcome(1).error.code == ErrorCode::session_expired);
  harness.submit(Exists{"/c"});
  CHECK(harness.outcome(2).error.code == ErrorCode::session_expired);
  const std::size_t dials = harness.dials.size();
  harness.pass(seconds(100));
  CHECK(harness.dials.size() == dials);
}

TEST_CASE("any other goodbye sends the client to another server") {
  SessionHarness harness;
  harness.connect();

  harness.receive(Goodbye{ErrorCode::not_serving, "no quorum"});

  CHECK(harness.session.state() == suspended);
  CHECK(harness.session.last_failure().find("no quorum") != std::string::npos);
  CHECK(harness.dials.size() == 2);
}

TEST_CASE("a server that greets and breaks off at once is not hammered") {
  SessionHarness harness(harness_options(), "only:1");
  for (int i = 0; i < 3; ++i) {
    harness.connect();
    harness.break_off();
    const std::size_t dials = harness.dials.size();
    harness.session.on_tick(harness.now);
    harness.absorb();
    CHECK(harness.dials.size() == dials);
    harness.pass(seconds(1));
    CHECK(harness.dials.size() == dials + 1);
  }
}

TEST_CASE("close ends the session behind what was submitted before") {
  SessionHarness harness;
  harness.connect();
  harness.submit(Create{"/a", {}, {}, CreateMode::persistent, 0, false});
  harness.session.close(harness.now);
  harness.absorb();
  harness.submit(Exists{"/late"});
  CHECK(harness.outcome(1).error.code == ErrorCode::session_expired);

  harness.answer(harness.take_request<Create>(), Zxid{1}, CreateReply{"/a", {}, true});
  harness.answer(harness.take_request<CloseSession>(), Zxid{2});

  CHECK(harness.outcome(0).error.code == ErrorCode::ok);
  CHECK(harness.session.state() == closed);
  CHECK(harness.hang_ups == 1);
}

TEST_CASE("close without a connection does not wait for one") {
  SessionHarness harness;
  harness.submit(Exists{"/a"});

  harness.session.close(harness.now);
  harness.absorb();

  CHECK(harness.session.state() == closed);
  CHECK(harness.outcome(0).error.code == ErrorCode::session_expired);
}

TEST_CASE("close gives up on a server that does not answer") {
  SessionHarness harness;
  harness.connect();
  harness.session.close(harness.now);
  harness.absorb();

  harness.pass(seconds(19));
  CHECK(harness.session.state() == connected);
  harness.pass(seconds(1));

  CHECK(harness.session.state() == closed);
}

TEST_CASE("identities are proved on every connection, before watches and requests") {
  Options options = harness_options();
  options.credentials = {{"digest", "ann:secret"}};
  SessionHarness harness(options);
  harness.submit(Exists{"/a"});

  harness.connect();
  const Request proof = harness.take_request<Authenticate>();
  CHECK(std::get<Authenticate>(proof.operation).credentials == "ann:secret");
  harness.take_request<Exists>();
  harness.break_off();
  harness.connect();

  harness.take_request<Authenticate>();
}

TEST_CASE("a refused identity ends the session for this client") {
  SessionHarness harness;
  harness.connect();
  std::optional<Outcome> proved;
  harness.session.add_credentials(
      {"digest", "ann:wrong"}, [&](Outcome&& outcome) { proved = std::move(outcome); },
      CallThread::callback, harness.now);
  harness.absorb();

  harness.answer(harness.take_request<Authenticate>(), Zxid{}, {}, ErrorCode::auth_failed);

  REQUIRE(proved.has_value());
  CHECK(proved->error.code == ErrorCode::auth_failed);
  CHECK(proved->error.text.find("wrong") == std::string::npos);
  CHECK(harness.session.state() == auth_failed);
}

TEST_CASE("the application cannot send what belongs to the session") {
  SessionHarness harness;
  harness.connect();

  harness.submit(CloseSession{});
  harness.submit(SetWatches{});

  CHECK(harness.outcome(0).error.code == ErrorCode::bad_arguments);
  CHECK(harness.outcome(1).error.code == ErrorCode::bad_arguments);
  CHECK(harness.sent.empty());
}

TEST_CASE("frames may come in any pieces") {
  SessionHarness harness;
  harness.connect();
  harness.submit(GetData{"/a"});
  harness.submit(GetData{"/b"});
  std::vector<char> bytes;
  for (int i = 0; i < 2; ++i) {
    const Request request = harness.take<Request>();
    capnp_codec::encode(Reply{request.xid, Zxid{1}, ErrorCode::ok, DataReply{Blob("data"), {}}},
                        1 << 20, bytes);
  }

  for (const char byte : bytes) harness.receive_bytes({byte});

  CHECK(harness.outcome(0).error.code == ErrorCode::ok);
  CHECK(std::get<DataReply>(harness.outcome(1).reply.body).data.text() == "data");
}

TEST_CASE("bytes that are no frame break the connection") {
  for (const std::vector<char>& garbage :
       {std::vector<char>(64, '\xff'),
        std::vector<char>{0, 0, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9}}) {
    SessionHarness harness;
    harness.connect();

    harness.receive_bytes(garbage);

    CHECK(harness.session.state() == suspended);
    CHECK(harness.hang_ups == 1);
  }
}

TEST_CASE("a frame larger than the server said is refused before it is held") {
  SessionHarness harness;
  harness.connect();

  harness.receive_bytes({0, 0, 0, 0, 0, 0, 0, 1});

  CHECK(harness.session.state() == suspended);
}

TEST_CASE("a second greeting and an early event are protocol errors") {
  SessionHarness harness;
  harness.connect();
  harness.receive(harness_welcome());
  CHECK(harness.session.state() == suspended);

  SessionHarness early;
  early.session.on_open(early.now);
  early.receive(WatchEvent{EventType::created, "/a", Zxid{1}});

  CHECK(early.dials.size() == 2);
}

TEST_CASE("under a chroot paths lose their prefix on the way back only") {
  SessionHarness harness(harness_options(), "a:1/app");
  harness.connect();
  harness.submit(Create{"/x", {}, {}, CreateMode::persistent, 0, false});

  const Request request = harness.take_request<Create>();
  harness.answer(request, Zxid{1}, CreateReply{"/app/x", {}, true});

  CHECK(std::get<Create>(request.operation).path == "/app/x");
  CHECK(std::get<CreateReply>(harness.outcome(0).reply.body).path == "/x");
}

TEST_CASE("every call ends in exactly one delivery, whatever happens") {
  // Goal: property (5) of Session. Method: random walks over all inputs; the seed is printed.
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::uint32_t state = seed;
    const auto roll = [&state](std::uint32_t sides) {
      state = state * 1664525U + 1013904223U;
      return (state >> 16) % sides;
    };
    SessionHarness harness;
    std::vector<int> told;
    const auto submit = [&] {
      const std::size_t number = told.size();
      told.push_back(0);
      harness.session.submit(
          Exists{"/a"}, {}, [&told, number](Outcome&&) { ++told[number]; }, CallThread::callback,
          harness.now);
      harness.absorb();
    };
    for (int step = 0; step < 60; ++step) {
      switch (roll(8)) {
        case 0:
        case 1:
        case 2:
          submit();
          break;
        case 3:
          harness.break_off();
          break;
        case 4:
          harness.pass(milliseconds(roll(12'000)));
          break;
        case 5:
          harness.session.on_open(harness.now);
          harness.absorb();
          break;
        case 6:
          if (!harness.sent.empty() && std::holds_alternative<Hello>(harness.sent.back())) {
            harness.sent.clear();
            harness.receive(harness_welcome());
          }
          break;
        case 7:
          if (!harness.sent.empty() && std::holds_alternative<Request>(harness.sent.front())) {
            harness.answer(harness.take<Request>(), Zxid{}, StatReply{});
          }
          break;
      }
    }
    harness.session.close(harness.now);
    harness.absorb();
    harness.pass(seconds(100));
    for (const int times : told) CHECK(times == 1);
    CHECK(harness.session.calls().bytes() == 0);
  }
}

TEST_CASE("a hostile server can break the connection, and nothing else") {
  // Goal: no bytes crash the client, leak a call or grow its buffers. Method: frames of every kind,
  // damaged at random; the seed is printed.
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::uint32_t state = seed * 2654435761U;
    const auto roll = [&state](std::size_t sides) {
      state = state * 1664525U + 1013904223U;
      return static_cast<std::size_t>(state >> 8) % sides;
    };
    SessionHarness harness;
    harness.connect();
    harness.submit(GetData{"/a", true}, Watcher([](const WatchEvent&) {}));
    harness.submit(Multi{{Check{"/a", 1, false}}});
    std::vector<char> bytes;
    capnp_codec::encode(Reply{1, Zxid{1}, ErrorCode::ok, DataReply{Blob("data"), {}}}, 4096, bytes);
    capnp_codec::encode(WatchEvent{EventType::deleted, "/a", Zxid{2}}, bytes);
    capnp_codec::encode(
        Reply{2, Zxid{2}, ErrorCode::bad_version, MultiReply{{{ErrorCode::bad_version, {}}}}}, 4096,
        bytes);
    capnp_codec::encode(Goodbye{ErrorCode::not_serving, "restart"}, bytes);
    for (std::size_t flips = roll(6); flips > 0; --flips) {
      char& byte = bytes[roll(bytes.size())];
      byte = static_cast<char>(byte ^ (1U << roll(8)));
    }
    if (roll(4) == 0) bytes.resize(roll(bytes.size()));

    harness.receive_bytes(bytes);
    harness.session.close(harness.now);
    harness.absorb();
    harness.pass(seconds(100));

    CHECK(harness.outcomes[0].has_value());
    CHECK(harness.outcomes[1].has_value());
    CHECK(is_final(harness.session.state()));
  }
}

}  // namespace
}  // namespace quorate::client
