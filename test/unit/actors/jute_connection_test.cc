// Connections whose clients speak ZooKeeper's protocol; see connection_logic_test.cc for what all
// have in common.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/connection_logic.h"
#include "schema/jute/client_codec.h"
#include "test/unit/actors/fake_host.h"
#include "test/unit/actors/fake_link.h"

namespace quorate {
namespace {

using jute::Opcode;
using jute::ReplyShape;

struct JuteFixture {
  test::FakeLink link;
  test::FakeHost host;
  EventCaches events;
  Outstanding outstanding{10'000, std::size_t{1} << 30};
  ServerCounters counters;
  ConnectionLimits limits;
  std::string super_digest;
  ConnectionLogic logic{ConnectionSerial{5}, ServerId{1}, limits, super_digest, link, host, events,
                        outstanding,         counters};

  void greet(const jute::Greeting& greeting) {
    std::vector<char> frame;
    jute::encode(greeting, frame);
    logic.on_bytes(frame);
  }
  void open() {
    greet({{}, true});
    deliver(SessionOpened{SessionId{77}, 4000, Zxid{9}, false});
    link.sent.clear();
  }
  void ask(std::int32_t xid, Opcode opcode, const Operation& operation) {
    std::vector<char> frame;
    Request request;
    request.xid = xid;
    request.operation = operation;
    jute::encode(request, ReplyShape{opcode, {}}, frame);
    logic.on_bytes(frame);
  }
  void deliver(Delivery delivery) {
    const std::vector<Delivery> stream{std::move(delivery)};
    logic.on_deliveries(stream);
  }
  /// The next frame that was sent.
  std::vector<char> sent() {
    const auto size = jute::frame_size(std::as_bytes(std::span(link.sent)), 1 << 20);
    REQUIRE(size.ok());
    REQUIRE(*size > 0);
    REQUIRE(*size <= link.sent.size());
    const auto end = link.sent.begin() + static_cast<std::ptrdiff_t>(*size);
    std::vector<char> frame(link.sent.begin(), end);
    link.sent.erase(link.sent.begin(), end);
    return frame;
  }
  Reply reply_to(Opcode opcode) {
    const std::vector<char> frame = sent();
    const auto reply = jute::decode_reply(std::as_bytes(std::span(frame)), ReplyShape{opcode, {}});
    REQUIRE(reply.ok());
    return *reply;
  }
  jute::ConnectResponse response() {
    const std::vector<char> frame = sent();
    const auto response = jute::decode_connect_response(std::as_bytes(std::span(frame)));
    REQUIRE(response.ok());
    return *response;
  }
};

}  // namespace

TEST_CASE("a ZooKeeper client is given a session") {
  JuteFixture f;
  f.greet({{0, Zxid{5}, 6000, {}, std::string(16, '\0'), true}, true});

  REQUIRE(f.host.handshakes.size() == 1);
  CHECK(std::get<CreateSession>(f.host.handshakes[0].body).timeout_ms == 6000);
  CHECK(f.host.handshakes[0].last_seen == Zxid{5});
  CHECK(f.host.handshakes[0].reads_suffice);
  f.deliver(SessionOpened{SessionId{77}, 6000, Zxid{9}, false});

  const auto response = f.response();
  CHECK(response.session == SessionId{77});
  CHECK(response.timeout_ms == 6000);
  CHECK(response.password.substr(0, 3) == "\1\2\3");
}

TEST_CASE("a client that says nothing of reading only is told nothing of it") {
  JuteFixture f;
  f.greet({{}, false});

  f.deliver(SessionOpened{SessionId{77}, 4000, Zxid{9}, false});

  CHECK(f.sent().size() == 4 + 36);
}

TEST_CASE("a session that has expired is told by a response without one") {
  JuteFixture f;
  f.greet({{0, {}, 4000, SessionId{66}, std::string(16, 'p'), false}, true});
  REQUIRE(f.host.handshakes.size() == 1);
  CHECK(std::holds_alternative<AttachSession>(f.host.handshakes[0].body));

  f.deliver(CloseConnection{ErrorCode::session_expired});

  const auto response = f.response();
  CHECK(response.timeout_ms == 0);
  CHECK(response.session == SessionId{});
  CHECK(response.password == std::string(16, '\0'));
  CHECK(f.logic.is_closed());
}

TEST_CASE("a server that cannot serve a ZooKeeper client closes without a word") {
  for (const ErrorCode reason : {ErrorCode::server_behind, ErrorCode::not_serving,
                                 ErrorCode::not_read_only, ErrorCode::session_moved}) {
    JuteFixture f;
    f.greet({{}, true});
    f.deliver(CloseConnection{reason});
    CHECK(f.link.sent.empty());
    CHECK(f.logic.is_closed());
  }
}

TEST_CASE("replies have the shape of their requests, in order") {
  JuteFixture f;
  f.open();
  const Stat stat;
  f.ask(1, Opcode::create, Create{"/a", {}, Acl{}, CreateMode::persistent, 0, false});
  f.ask(2, Opcode::create2, Create{"/b", {}, Acl{}, CreateMode::persistent, 0, false});
  f.ask(jute::ping_xid, Opcode::ping, Ping{});

  f.deliver(Reply{1, Zxid{10}, ErrorCode::ok, CreateReply{"/a", stat, true}});
  f.deliver(Reply{2, Zxid{11}, ErrorCode::ok, CreateReply{"/b", stat, true}});
  f.deliver(Reply{jute::ping_xid, Zxid{11}, ErrorCode::ok, {}});

  CHECK(f.sent().size() == 4 + 16 + 4 + 2);
  CHECK(std::get<CreateReply>(f.reply_to(Opcode::create2).body).path == "/b");
  const Reply pong = f.reply_to(Opcode::ping);
  CHECK(pong.xid == jute::ping_xid);
  CHECK(f.link.sent.empty());
}

TEST_CASE("a request of unknown type is answered, and nothing behind it") {
  JuteFixture f;
  f.open();
  f.ask(1, Opcode::get_data, GetData{"/a", false});
  const std::vector<char> unknown{0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 1, 0};
  f.logic.on_bytes(unknown);
  f.ask(3, Opcode::get_data, GetData{"/a", false});

  std::size_t requests = 0;
  for (const RequestBatch& batch : f.host.batches) requests += batch.requests.size();
  CHECK(requests == 2);
  f.deliver(Reply{1, Zxid{10}, ErrorCode::no_node, {}});
  CHECK_FALSE(f.logic.is_closed());
  f.deliver(Reply{2, Zxid{10}, ErrorCode::unimplemented, {}});

  CHECK(f.reply_to(Opcode::get_data).error == ErrorCode::no_node);
  CHECK(f.reply_to(Opcode::get_data).error == ErrorCode::unimplemented);
  CHECK(f.logic.is_closed());
}

TEST_CASE("a request whose body cannot be read is answered, and the connection stays") {
  JuteFixture f;
  f.open();
  const std::vector<char> bad{0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 4, 127, -1, -1, -1};
  f.logic.on_bytes(bad);

  REQUIRE(f.host.batches.size() == 1);
  CHECK(f.host.batches[0].requests[0].operation ==
        Operation(Refused{ErrorCode::marshalling_error}));
  f.deliver(Reply{1, Zxid{10}, ErrorCode::marshalling_error, {}});
  CHECK(f.reply_to(Opcode::get_data).error == ErrorCode::marshalling_error);
  CHECK_FALSE(f.logic.is_closed());
}

TEST_CASE("an unknown scheme of authentication ends the connection behind its reply") {
  JuteFixture f;
  f.open();
  f.ask(jute::auth_xid, Opcode::auth, Authenticate{"kerberos", "me"});
  f.deliver(Reply{jute::auth_xid, Zxid{10}, ErrorCode::auth_failed, {}});

  const Reply reply = f.reply_to(Opcode::auth);
  CHECK(reply.error == ErrorCode::auth_failed);
  CHECK(reply.xid == jute::auth_xid);
  CHECK(f.logic.is_closed());
}

TEST_CASE("a server that wants an identity takes nothing else before") {
  JuteFixture f;
  f.limits.schemes_required = {"digest"};
  f.open();
  f.ask(jute::ping_xid, Opcode::ping, Ping{});

  REQUIRE(f.host.batches.size() == 1);
  CHECK(f.host.batches[0].requests[0].operation ==
        Operation(Refused{ErrorCode::session_closed_require_auth}));
  f.deliver(Reply{jute::ping_xid, Zxid{9}, ErrorCode::session_closed_require_auth, {}});
  CHECK(f.reply_to(Opcode::ping).error == ErrorCode::session_closed_require_auth);
  CHECK(f.logic.is_closed());
}

TEST_CASE("one of the identities that a server wants is enough") {
  JuteFixture f;
  f.limits.schemes_required = {"x509", "digest"};
  f.open();
  f.ask(jute::auth_xid, Opcode::auth, Authenticate{"digest", "user:password"});
  f.ask(1, Opcode::get_data, GetData{"/a", false});

  REQUIRE(f.host.batches.size() == 2);
  CHECK(f.host.batches[1].requests[0].operation == Operation(GetData{"/a", false}));

  JuteFixture known;
  known.limits.schemes_required = {"ip"};
  known.open();
  known.ask(1, Opcode::get_data, GetData{"/a", false});
  CHECK(known.host.batches[0].requests[0].operation == Operation(GetData{"/a", false}));
}

TEST_CASE("a connection has room for so many identities, each of which goes with every write") {
  JuteFixture f;
  f.open();
  const auto claim = [&](const std::string& user) {
    f.ask(jute::auth_xid, Opcode::auth, Authenticate{"digest", user + ":secret"});
    REQUIRE_FALSE(f.host.batches.empty());
    const RequestBatch batch = std::exchange(f.host.batches, {}).back();
    const bool was_refused = std::holds_alternative<Refused>(batch.requests.back().operation);
    f.deliver(Reply{jute::auth_xid, {}, was_refused ? ErrorCode::auth_failed : ErrorCode::ok, {}});
    return batch.identities;
  };

  // One is its address.
  for (int user = 1; user < 64; ++user) claim("user" + std::to_string(user));
  const SharedIdentities full = claim("user1");
  CHECK(full->size() == 64);
  CHECK(claim("user1") == full);
  CHECK_FALSE(f.logic.is_closed());

  CHECK(claim("one more") == full);
  CHECK(f.logic.is_closed());
}

TEST_CASE("an identity may not be longer than what all together may have") {
  JuteFixture f;
  f.open();

  f.ask(jute::auth_xid, Opcode::auth, Authenticate{"digest", std::string(9000, 'u') + ":secret"});

  REQUIRE(f.host.batches.size() == 1);
  CHECK(f.host.batches[0].identities->size() == 1);
  CHECK(f.host.batches[0].requests[0].operation == Operation(Refused{ErrorCode::auth_failed}));
}

TEST_CASE("frames without a header, and of impossible length, close the connection") {
  const std::vector<std::vector<char>> hostile{
      {0, 0, 0, 0}, {0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0}, {-1, -1, -1, -1}, {0, 127, -1, -1}};
  for (const auto& bytes : hostile) {
    JuteFixture f;
    f.open();
    f.logic.on_bytes(bytes);
    CHECK(f.logic.is_closed());
    CHECK(f.link.sent.empty());
  }
}

TEST_CASE("replies that a peer leaves unread are written up to a limit, not all at once") {
  JuteFixture f;
  f.open();
  for (int xid = 1; xid <= 100; ++xid) f.ask(xid, Opcode::get_data, GetData{"/a", false});
  const std::string data(f.limits.frame_bytes_max / 2, 'x');

  const Reply reply{1, Zxid{10}, ErrorCode::ok, DataReply{Blob(data), {}}};
  f.logic.on_deliveries(std::vector<Delivery>(100, reply));

  CHECK(f.link.closed == CloseMode::forced);
  CHECK(f.counters.closed_slow_reader.get() == 1);
  CHECK(f.link.sent.size() < f.limits.output_bytes_max + f.limits.frame_bytes_max);
}

TEST_CASE("the protocol is told by four bytes, however they come") {
  JuteFixture f;
  std::vector<char> frame;
  jute::encode(jute::Greeting{{}, true}, frame);
  for (const char byte : frame) f.logic.on_bytes(std::span(&byte, 1));
  CHECK(f.host.handshakes.size() == 1);

  for (const char* other : {"GET / HTTP/1.1\r\n", "\x16\x03\x01\x02\x00\x01", "\xff\xff\xff\xff"}) {
    JuteFixture unknown;
    unknown.logic.on_bytes(std::string(other));
    CHECK(unknown.logic.is_closed());
    CHECK(unknown.counters.closed_unknown_protocol.get() == 1);
  }
}

TEST_CASE("a port may speak one protocol alone") {
  const std::vector<char> capnp{0, 0, 0, 0};
  const std::vector<char> jute{0, 0, 0, 45};
  EventCaches events;
  CHECK(wire_of(capnp, ClientProtocols::all, events) != nullptr);
  CHECK(wire_of(jute, ClientProtocols::all, events) != nullptr);
  CHECK(wire_of(capnp, ClientProtocols::native, events) != nullptr);
  CHECK(wire_of(jute, ClientProtocols::native, events) == nullptr);
  CHECK(wire_of(capnp, ClientProtocols::zookeeper, events) == nullptr);
  CHECK(wire_of(jute, ClientProtocols::zookeeper, events) != nullptr);
}

TEST_CASE("events are encoded once for all connections of a protocol") {
  JuteFixture f;
  f.open();
  const auto event =
      std::make_shared<const WatchEvent>(WatchEvent{EventType::created, "/a", Zxid{3}});
  f.deliver(SharedEvent(event));

  const std::vector<char> frame = f.sent();
  const auto told = jute::decode_event(std::as_bytes(std::span(frame)));
  REQUIRE(told.ok());
  CHECK(*told == *event);
}

}  // namespace quorate
