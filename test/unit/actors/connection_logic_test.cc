#include "actors/connection_logic.h"

#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "actors/credentials.h"
#include "schema/capnp/client_codec.h"
#include "schema/capnp/frame.h"
#include "test/unit/actors/fake_host.h"
#include "test/unit/actors/fake_link.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

using test::FakeHost;
using test::FakeLink;

/// A connection between a fake network and a fake server.
struct Fixture {
  FakeLink link;
  FakeHost host;
  EventCaches events;
  Outstanding outstanding{10'000, std::size_t{1} << 30};
  ServerCounters counters;
  ConnectionLimits limits;
  std::string super_digest = "super:D/InIHSb7yEEbrWz8b9l71RjZJU=";
  std::optional<ConnectionLogic> logic;

  Fixture() { make(); }
  void make() {
    logic.emplace(ConnectionSerial{5}, ServerId{1}, limits, super_digest, link, host, events,
                  outstanding, counters);
  }

  template <class Message>
  static std::vector<char> frame(const Message& message) {
    std::vector<char> bytes;
    capnp_codec::encode(message, bytes);
    return bytes;
  }
  static std::vector<char> get(std::int64_t xid) {
    Request request;
    request.xid = xid;
    request.operation = GetData{"/a", false};
    return frame(request);
  }
  static std::vector<char> auth(std::int64_t xid, std::string credentials) {
    Request request;
    request.xid = xid;
    request.operation = Authenticate{"digest", std::move(credentials)};
    return frame(request);
  }
  void deliver(Delivery delivery) {
    const std::vector<Delivery> stream{std::move(delivery)};
    logic->on_deliveries(stream);
  }
  void open() {
    logic->on_bytes(frame(Hello{}));
    deliver(SessionOpened{SessionId{77}, 4000, Zxid{9}});
    link.sent.clear();
  }
  void reply(std::int64_t xid) { deliver(Reply{xid, Zxid{9}, ErrorCode::ok, {}}); }
  /// The messages sent since the last call.
  std::vector<ServerMessage> received() {
    std::vector<ServerMessage> messages;
    std::span<const std::byte> rest = std::as_bytes(std::span(link.sent));
    while (!rest.empty()) {
      const auto size = capnp_codec::frame_size(rest, {});
      REQUIRE(size.ok());
      REQUIRE(*size > 0);
      auto message = capnp_codec::decode_server(rest.first(*size));
      REQUIRE(message.ok());
      messages.push_back(std::move(*message));
      rest = rest.subspan(*size);
    }
    link.sent.clear();
    return messages;
  }
  ErrorCode goodbye() {
    const auto messages = received();
    REQUIRE_FALSE(messages.empty());
    const auto* last = std::get_if<Goodbye>(&messages.back());
    REQUIRE(last != nullptr);
    CHECK_FALSE(last->text.empty());
    return last->error;
  }
};

std::vector<char> operator+(std::vector<char> a, const std::vector<char>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_CASE("a Hello asks for a session and its Welcome gives it") {
  Fixture f;
  Hello hello;
  hello.timeout_ms = 5000;

  f.logic->on_bytes(Fixture::frame(hello));
  f.deliver(SessionOpened{SessionId{77}, 5000, Zxid{9}});

  REQUIRE(f.host.handshakes.size() == 1);
  CHECK(f.host.handshakes[0].session == SessionId{77});
  CHECK(std::get<CreateSession>(f.host.handshakes[0].body).timeout_ms == 5000);
  const auto messages = f.received();
  REQUIRE(messages.size() == 1);
  const auto& welcome = std::get<Welcome>(messages[0]);
  CHECK(welcome.session == SessionId{77});
  CHECK(welcome.password == SessionPassword{1, 2, 3});
  CHECK(f.logic->is_greeted());
}

TEST_CASE("a client that is content with reads says so, is told, and told when that ends") {
  Fixture f;
  Hello hello;
  hello.read_only = true;

  f.logic->on_bytes(Fixture::frame(hello));
  f.deliver(SessionOpened{SessionId{77}, 5000, Zxid{9}, true});

  CHECK(f.host.handshakes.at(0).reads_suffice);
  const auto messages = f.received();
  REQUIRE(messages.size() == 1);
  CHECK(std::get<Welcome>(messages[0]).read_only);
  f.deliver(CloseConnection{ErrorCode::not_read_only});
  CHECK(f.goodbye() == ErrorCode::not_read_only);

  Fixture other;
  other.logic->on_bytes(Fixture::frame(Hello{}));
  CHECK_FALSE(other.host.handshakes.at(0).reads_suffice);
}

TEST_CASE("the log is given the hash of a password, never the password") {
  Fixture f;

  f.logic->on_bytes(Fixture::frame(Hello{}));

  CHECK(std::get<CreateSession>(f.host.handshakes[0].body).password ==
        hash_of(SessionPassword{1, 2, 3}));
}

TEST_CASE("who asks what the server is gets an answer and no session, and is closed") {
  Fixture f;

  f.logic->on_bytes(Fixture::frame(Inspect{}) + Fixture::get(1));

  const auto messages = f.received();
  REQUIRE(messages.size() == 1);
  CHECK(std::get<Inspection>(messages[0]) == f.host.inspect());
  CHECK(f.link.closed == CloseMode::graceful);
  CHECK(f.counters.closed_inspected.get() == 1);
  CHECK(f.host.handshakes.empty());
  CHECK(f.host.batches.empty());
}

TEST_CASE("from the server's own host, leadership is transferred without credentials") {
  for (const char* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.0.2"}) {
    CAPTURE(address);
    Fixture f;
    f.link.address = address;

    f.logic->on_bytes(Fixture::frame(TransferLeadership{ServerId{2}, {}, {}}));

    CHECK(f.host.successors == std::vector{std::optional(ServerId{2})});
    CHECK_FALSE(f.logic->is_closed());
    f.logic->on_leadership(ServerId{2});
    const auto messages = f.received();
    REQUIRE(messages.size() == 1);
    CHECK(std::get<LeadershipTransfer>(messages[0]) == LeadershipTransfer{ServerId{2}});
    CHECK(f.link.closed == CloseMode::graceful);
  }
}

TEST_CASE("from elsewhere, only the super user transfers leadership") {
  const auto asks = [](const std::string& scheme, const std::string& credentials) {
    auto f = std::make_unique<Fixture>();
    f->logic->on_bytes(Fixture::frame(TransferLeadership{std::nullopt, scheme, credentials}));
    return f;
  };

  CHECK(asks("digest", "super:test")->host.successors.size() == 1);
  CHECK(asks("", "")->goodbye() == ErrorCode::no_auth);
  CHECK(asks("digest", "super:guess")->goodbye() == ErrorCode::no_auth);
  CHECK(asks("digest", "ann:test")->host.successors.empty());
  CHECK(asks("sasl", "super:test")->goodbye() == ErrorCode::no_auth);
}

TEST_CASE("why the leader does not hand over is the goodbye") {
  Fixture f;
  f.link.address = "127.0.0.1";
  f.logic->on_bytes(Fixture::frame(TransferLeadership{}));

  f.logic->on_leadership(Error{ErrorCode::bad_arguments, "server 9 is not a voter"});

  CHECK(f.goodbye() == ErrorCode::bad_arguments);
}

TEST_CASE("who asked for another leader and hung up is owed nothing") {
  Fixture f;
  f.link.address = "127.0.0.1";
  f.logic->on_bytes(Fixture::frame(TransferLeadership{}));
  f.logic->dismiss(ErrorCode::not_serving, "this server stops");
  CHECK(f.goodbye() == ErrorCode::not_serving);

  f.logic->on_leadership(ServerId{2});

  CHECK(f.received().empty());
}

TEST_CASE("a question about the server has no place behind a Hello") {
  Fixture f;
  f.open();

  f.logic->on_bytes(Fixture::frame(Inspect{}));

  CHECK(f.goodbye() == ErrorCode::marshalling_error);
}

TEST_CASE("who waits in vain for a session is not told that it said no Hello") {
  Fixture f;
  f.logic->on_bytes(Fixture::frame(Hello{}));

  f.logic->dismiss(ErrorCode::request_timeout, "no Hello came in time");

  CHECK(f.goodbye() == ErrorCode::not_serving);
}

TEST_CASE("who is sent away is answered what was read, and nothing more is read") {
  Fixture f;
  f.open();
  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2));

  f.logic->dismiss_when_answered(ErrorCode::not_serving, "this server takes no clients");
  CHECK(f.link.paused);
  CHECK(f.received().empty());
  f.logic->on_bytes(Fixture::get(3));
  f.reply(1);
  CHECK(f.received().size() == 1);
  CHECK_FALSE(f.logic->is_closed());

  f.reply(2);

  CHECK(f.host.batches.size() == 1);
  const auto messages = f.received();
  REQUIRE(messages.size() == 2);
  CHECK(std::get<Reply>(messages[0]).xid == 2);
  CHECK(std::get<Goodbye>(messages[1]).text == "this server takes no clients");
  CHECK(f.link.closed == CloseMode::graceful);
  CHECK(f.counters.closed_stopping.get() == 1);
}

TEST_CASE("who is sent away and waits for nothing goes at once") {
  Fixture f;
  SUBCASE("with a session") { f.open(); }
  SUBCASE("before it has one") { f.logic->on_bytes(Fixture::frame(Hello{})); }

  f.logic->dismiss_when_answered(ErrorCode::not_serving, "this server takes no clients");

  CHECK(f.goodbye() == ErrorCode::not_serving);
}

TEST_CASE("who is sent away does not wait for ever") {
  Fixture f;
  f.open();
  f.logic->on_bytes(Fixture::get(1));
  f.logic->dismiss_when_answered(ErrorCode::not_serving, "this server takes no clients");

  f.logic->dismiss(ErrorCode::not_serving, "this server takes no clients");

  CHECK(f.goodbye() == ErrorCode::not_serving);
  CHECK(f.outstanding.requests() == 0);
}

TEST_CASE("frames are counted in both directions, from the first one on") {
  Fixture f;
  f.open();
  CHECK(f.link.frames_in == 1);
  CHECK(f.link.frames_out == 1);

  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2));
  f.reply(1);
  f.deliver(std::make_shared<const WatchEvent>());

  CHECK(f.link.frames_in == 3);
  CHECK(f.link.frames_out == 3);
}

TEST_CASE("a session time-out is clamped to what the server allows") {
  Fixture f;
  Hello hello;
  hello.timeout_ms = 1;
  f.logic->on_bytes(Fixture::frame(hello));
  Fixture g;
  hello.timeout_ms = 1'000'000'000;
  g.logic->on_bytes(Fixture::frame(hello));

  CHECK(std::get<CreateSession>(f.host.handshakes[0].body).timeout_ms == 4000);
  CHECK(std::get<CreateSession>(g.host.handshakes[0].body).timeout_ms == 40000);
}

TEST_CASE("a Hello with a session attaches to it") {
  Fixture f;
  Hello hello;
  hello.session = SessionId{42};
  hello.password = {9};
  hello.last_seen = Zxid{17};

  f.logic->on_bytes(Fixture::frame(hello));

  REQUIRE(f.host.handshakes.size() == 1);
  CHECK(f.host.handshakes[0].session == SessionId{42});
  CHECK(f.host.handshakes[0].last_seen == Zxid{17});
  CHECK(std::get<AttachSession>(f.host.handshakes[0].body).password == hash_of(SessionPassword{9}));
}

TEST_CASE("nothing is read between Hello and Welcome, and nothing is lost") {
  Fixture f;

  f.logic->on_bytes(Fixture::frame(Hello{}) + Fixture::get(1));

  CHECK(f.link.paused);
  CHECK(f.host.batches.empty());
  f.deliver(SessionOpened{SessionId{77}, 4000, Zxid{9}});
  CHECK_FALSE(f.link.paused);
  REQUIRE(f.host.batches.size() == 1);
  CHECK(f.host.batches[0].requests[0].xid == 1);
}

TEST_CASE("requests of one chunk go on together, in order") {
  Fixture f;
  f.open();

  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2) + Fixture::get(3));

  REQUIRE(f.host.batches.size() == 1);
  const RequestBatch& batch = f.host.batches[0];
  REQUIRE(batch.requests.size() == 3);
  CHECK(batch.requests[2].xid == 3);
  CHECK(batch.connection == ConnectionSerial{5});
  CHECK(batch.received == milliseconds{1234});
  CHECK(*batch.identities == std::vector<Identity>{{"ip", "192.0.2.7"}});
}

TEST_CASE("a frame may come in any pieces") {
  Fixture f;
  f.open();
  const auto bytes = Fixture::get(1) + Fixture::get(2);

  for (const char byte : bytes) f.logic->on_bytes(std::span(&byte, 1));

  REQUIRE(f.host.batches.size() == 2);
  CHECK(f.host.batches[1].requests[0].xid == 2);
}

TEST_CASE("a connection with too many requests in flight is not read until half are answered") {
  Fixture f;
  f.limits.requests_in_flight_max = 4;
  f.open();
  std::vector<char> bytes;
  for (int xid = 1; xid <= 6; ++xid) bytes = bytes + Fixture::get(xid);

  f.logic->on_bytes(bytes);

  CHECK(f.link.paused);
  CHECK(f.host.batches.at(0).requests.size() == 4);
  f.reply(1);
  CHECK(f.link.paused);
  f.reply(2);
  CHECK(f.host.batches.size() == 2);
  CHECK(f.host.batches.at(1).requests.size() == 2);
  CHECK(f.link.paused);
  for (int xid = 3; xid <= 6; ++xid) f.reply(xid);
  CHECK_FALSE(f.link.paused);
}

TEST_CASE("bytes in flight are bounded as requests are") {
  Fixture f;
  f.limits.bytes_in_flight_max = Fixture::get(1).size() * 2;
  f.open();

  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2) + Fixture::get(3));

  CHECK(f.link.paused);
  CHECK(f.host.batches.at(0).requests.size() == 2);
}

TEST_CASE("when all connections owe too much, those that wait for answers are not read") {
  Fixture f;
  f.outstanding = Outstanding{4, std::size_t{1} << 30};
  f.open();
  f.outstanding.add(100);
  f.outstanding.add(100);
  f.outstanding.add(100);

  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2) + Fixture::get(3));

  CHECK(f.host.batches.at(0).requests.size() == 1);
  CHECK(f.link.paused);
  CHECK(f.counters.paused_outstanding.get() == 1);
  // What it has all answers for may always send one more, or pings would wait for others.
  f.reply(1);
  CHECK(f.host.batches.at(1).requests.size() == 1);
  CHECK(f.link.paused);
  CHECK(f.outstanding.requests() == 4);
}

TEST_CASE("connections are read again when all together owe half of what they may") {
  Fixture f;
  f.outstanding = Outstanding{4, std::size_t{1} << 30};
  f.open();
  f.outstanding.add(100);
  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2) + Fixture::get(3) + Fixture::get(4) +
                    Fixture::get(5));
  REQUIRE(f.host.batches.at(0).requests.size() == 3);

  f.reply(1);
  CHECK(f.link.paused);
  CHECK(f.host.batches.size() == 1);
  f.reply(2);

  REQUIRE(f.host.batches.size() == 2);
  CHECK(f.host.batches[1].requests.size() == 2);
  f.reply(3);
  f.reply(4);
  f.reply(5);
  CHECK_FALSE(f.link.paused);
  CHECK(f.outstanding.requests() == 1);
}

TEST_CASE("what all connections owe is bounded in bytes as well") {
  Fixture f;
  const std::vector<char> request = Fixture::get(1);
  f.outstanding = Outstanding{1000, request.size() * 2};
  f.open();

  f.logic->on_bytes(request + Fixture::get(2) + Fixture::get(3));

  CHECK(f.host.batches.at(0).requests.size() == 2);
  CHECK(f.link.paused);
}

TEST_CASE("what a connection owed is forgotten with it, however it ends") {
  Fixture f;
  f.open();
  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2));
  REQUIRE(f.outstanding.requests() == 2);

  SUBCASE("closed") { f.logic->dismiss(ErrorCode::not_serving, "stopping"); }
  SUBCASE("vanished") { f.logic.reset(); }

  CHECK(f.outstanding.requests() == 0);
  CHECK(f.outstanding.bytes() == 0);
}

TEST_CASE("a peer that leaves a quarter of its output unread is not read until it has taken most") {
  Fixture f;
  f.limits.output_bytes_max = 1600;
  f.open();
  f.link.stuck = 401;

  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2));
  CHECK(f.link.paused);
  CHECK(f.host.batches.empty());
  f.link.stuck = 101;
  f.logic->on_drained();
  CHECK(f.link.paused);
  CHECK(f.host.batches.empty());
  f.link.stuck = 100;
  f.logic->on_drained();

  CHECK_FALSE(f.link.paused);
  REQUIRE(f.host.batches.size() == 1);
  CHECK(f.host.batches[0].requests.size() == 2);
}

TEST_CASE("a peer with too many requests in flight is not read because it has read") {
  Fixture f;
  f.limits.output_bytes_max = 1600;
  f.limits.requests_in_flight_max = 2;
  f.open();
  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2));
  REQUIRE(f.link.paused);

  f.logic->on_drained();
  CHECK(f.link.paused);
  f.link.stuck = 300;
  f.reply(1);
  CHECK(f.link.paused);
  f.link.stuck = 0;
  f.logic->on_drained();

  CHECK_FALSE(f.link.paused);
}

TEST_CASE("the word that a peer has read comes when it has, once") {
  Fixture f;
  f.limits.output_bytes_max = 1600;
  f.open();
  f.logic->on_bytes(Fixture::get(1) + Fixture::get(2));
  const std::vector<Delivery> first{Reply{1, Zxid{9}, ErrorCode::ok, {}}};
  const std::vector<Delivery> second{Reply{2, Zxid{9}, ErrorCode::ok, {}}};

  SUBCASE("at once, when all is small") {
    f.logic->on_deliveries(first, true);
    CHECK(f.host.words == 1);
    f.logic->on_deliveries(second);
    f.logic->on_drained();
    CHECK(f.host.words == 1);
  }
  SUBCASE("later, also when something else was written meanwhile") {
    f.link.stuck = 300;
    f.logic->on_deliveries(first, true);
    f.logic->on_deliveries(second);
    f.logic->on_drained();
    CHECK(f.host.words == 0);
    f.link.stuck = 100;
    f.logic->on_drained();
    CHECK(f.host.words == 1);
  }
  SUBCASE("of nothing, when nothing is to be written") {
    f.logic->on_deliveries({}, true);
    CHECK(f.host.words == 1);
  }
  SUBCASE("never, behind the end") {
    f.link.stuck = 300;
    f.logic->on_deliveries(first, true);
    f.logic->dismiss(ErrorCode::not_serving, "stopping");
    f.link.stuck = 0;
    f.logic->on_drained();
    CHECK(f.host.words == 0);
  }
}

TEST_CASE("a peer that does not read is cut off") {
  Fixture f;
  f.limits.output_bytes_max = 1000;
  f.open();
  f.logic->on_bytes(Fixture::get(1));
  f.link.stuck = 1000;

  f.reply(1);

  CHECK(f.link.closed == CloseMode::forced);
  CHECK(f.counters.closed_slow_reader.get() == 1);
}

TEST_CASE("credentials add an identity for what comes behind them, not before") {
  Fixture f;
  f.open();

  f.logic->on_bytes(Fixture::get(1) + Fixture::auth(2, "me:secret") + Fixture::get(3));

  REQUIRE(f.host.batches.size() == 2);
  CHECK(f.host.batches[0].identities->size() == 1);
  REQUIRE(f.host.batches[1].identities->size() == 2);
  CHECK(f.host.batches[1].identities->at(1).scheme == "digest");
  CHECK(f.host.batches[1].identities->at(1).id == digest_identity("me:secret"));
}

TEST_CASE("credentials go no further than the connection") {
  Fixture f;
  f.open();

  f.logic->on_bytes(Fixture::auth(1, "me:secret"));

  REQUIRE(f.host.batches.size() == 1);
  CHECK(std::get<Authenticate>(f.host.batches[0].requests[0].operation).credentials.empty());
}

TEST_CASE("the same credentials twice are one identity") {
  Fixture f;
  f.open();

  f.logic->on_bytes(Fixture::auth(1, "me:secret") + Fixture::auth(2, "me:secret") +
                    Fixture::get(3));

  CHECK(f.host.batches.back().identities->size() == 2);
}

TEST_CASE("wrong credentials are answered in order, then the connection ends") {
  Fixture f;
  f.open();
  Request wrong;
  wrong.xid = 2;
  wrong.operation = Authenticate{"nonsense", "x"};

  f.logic->on_bytes(Fixture::get(1) + Fixture::frame(wrong) + Fixture::get(3));

  std::vector<Request> seen;
  for (auto& batch : f.host.batches) {
    for (auto& request : batch.requests) seen.push_back(request);
  }
  REQUIRE(seen.size() == 2);
  CHECK(std::get<Refused>(seen[1].operation).error == ErrorCode::auth_failed);
  f.reply(1);
  CHECK_FALSE(f.link.closed);
  f.deliver(Reply{2, Zxid{}, ErrorCode::auth_failed, {}});
  CHECK(f.goodbye() == ErrorCode::auth_failed);
  CHECK(f.link.closed == CloseMode::graceful);
}

TEST_CASE("an event is encoded once for all connections") {
  Fixture f;
  f.open();
  auto event = std::make_shared<WatchEvent>();
  event->type = EventType::deleted;
  event->path = "/a";
  event->zxid = Zxid{5};

  f.deliver(SharedEvent(event));
  f.deliver(SharedEvent(event));

  const auto messages = f.received();
  REQUIRE(messages.size() == 2);
  CHECK(std::get<WatchEvent>(messages[0]) == *event);
  CHECK(std::get<WatchEvent>(messages[1]) == *event);
}

TEST_CASE("a session that is closed by its client ends without a goodbye") {
  Fixture f;
  f.open();

  f.deliver(CloseConnection{ErrorCode::ok});

  CHECK(f.link.closed == CloseMode::graceful);
  CHECK(f.received().empty());
  CHECK(f.counters.closed_by_client.get() == 1);
}

TEST_CASE("an expired session is told so") {
  Fixture f;
  f.logic->on_bytes(Fixture::frame(Hello{}));

  f.deliver(CloseConnection{ErrorCode::session_expired});

  CHECK(f.goodbye() == ErrorCode::session_expired);
}

TEST_CASE("what follows the end is ignored") {
  Fixture f;
  f.open();
  f.deliver(CloseConnection{ErrorCode::session_moved});
  f.link.sent.clear();

  f.logic->on_bytes(Fixture::get(1));
  f.reply(1);

  CHECK(f.host.batches.empty());
  CHECK(f.link.sent.empty());
}

// --- Hostile input ---------------------------------------------------------------------------

TEST_CASE("a protocol that is not ours is cut off without an answer") {
  Fixture f;
  const std::string http = "GET / HTTP/1.1\r\n\r\n";

  f.logic->on_bytes(http);

  CHECK(f.link.closed == CloseMode::forced);
  CHECK(f.link.sent.empty());
  CHECK(f.counters.closed_unknown_protocol.get() == 1);
}

TEST_CASE("a request before the Hello is refused") {
  Fixture f;

  f.logic->on_bytes(Fixture::get(1));

  CHECK(f.goodbye() == ErrorCode::marshalling_error);
  CHECK(f.host.batches.empty());
}

TEST_CASE("a second Hello is refused") {
  Fixture f;
  f.open();

  f.logic->on_bytes(Fixture::frame(Hello{}));

  CHECK(f.goodbye() == ErrorCode::marshalling_error);
  CHECK(f.host.handshakes.size() == 1);
}

TEST_CASE("before the handshake a frame above 4 KiB is refused by its header alone") {
  Fixture f;
  const std::vector<char> header = {0, 0, 0, 0, 0, 16, 0, 0};  // 4,096 words

  f.logic->on_bytes(header);

  CHECK(f.goodbye() == ErrorCode::request_too_large);
  CHECK(f.counters.closed_too_large.get() == 1);
}

TEST_CASE("a frame above the limit is refused before it is read") {
  Fixture f;
  f.open();
  const std::vector<char> header = {0, 0, 0, 0, 0, 0, 0, 1};  // 2^24 words

  f.logic->on_bytes(header);

  CHECK(f.goodbye() == ErrorCode::request_too_large);
}

TEST_CASE("a frame of nonsense is refused and nothing of it is handed on") {
  Fixture f;
  f.open();
  std::vector<char> nonsense = {0, 0, 0, 0, 2, 0, 0, 0};
  nonsense.insert(nonsense.end(), 16, '\x7f');

  f.logic->on_bytes(nonsense);

  CHECK(f.goodbye() == ErrorCode::marshalling_error);
  CHECK(f.host.batches.empty());
  CHECK(f.counters.closed_malformed.get() == 1);
}

TEST_CASE("a version that is not ours is refused") {
  Fixture f;
  Hello hello;
  hello.version_min = 2;
  hello.version_max = 9;

  f.logic->on_bytes(Fixture::frame(hello));

  CHECK(f.goodbye() == ErrorCode::unimplemented);
  CHECK(f.host.handshakes.empty());
}

}  // namespace
}  // namespace quorate
