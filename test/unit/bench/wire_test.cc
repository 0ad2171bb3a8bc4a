#include "bench/net/wire.h"

#include <doctest/doctest.h>

#include <vector>

namespace quorate::bench {
namespace {

std::span<const std::byte> bytes_of(const std::vector<char>& frame) {
  return std::as_bytes(std::span(frame));
}

Request request_of(std::int64_t xid, Operation operation) {
  Request request;
  request.xid = xid;
  request.operation = std::move(operation);
  return request;
}

/// A wire of ZooKeeper's protocol that has been welcomed.
Wire open_wire() {
  Wire wire(Protocol::zookeeper);
  std::vector<char> frame;
  jute::encode(jute::ConnectResponse{0, 4000, SessionId{5}, std::string(16, 'p'), false}, true,
               frame);
  const auto message = wire.decode(bytes_of(frame));
  REQUIRE(message.ok());
  CHECK(std::get<Welcome>(*message).session == SessionId{5});
  return wire;
}

/// What the wire makes of a server's reply to what it asked last.
Reply answered(Wire& wire, const Reply& reply, jute::Opcode opcode) {
  std::vector<char> frame;
  jute::encode(reply, {opcode, {}}, 1 << 20, frame);
  const auto message = wire.decode(bytes_of(frame));
  REQUIRE(message.ok());
  return std::get<Reply>(*message);
}

}  // namespace

TEST_CASE("ZooKeeper's replies are read as answers to what was asked, in order") {
  Wire wire = open_wire();
  std::vector<char> out;
  wire.encode(request_of(1, GetData{"/a", false}), out);
  wire.encode(request_of(2, SetData{"/a", {}, -1}), out);
  wire.encode(request_of(3, Ping{}), out);

  const Reply data{1, Zxid{7}, ErrorCode::ok, DataReply{Blob("x"), {}}};
  const Reply stat{2, Zxid{8}, ErrorCode::ok, StatReply{}};
  CHECK(answered(wire, data, jute::Opcode::get_data) == data);
  CHECK(answered(wire, stat, jute::Opcode::set_data) == stat);
  CHECK(answered(wire, {jute::ping_xid, Zxid{8}, ErrorCode::ok, {}}, jute::Opcode::ping).xid == 3);
}

TEST_CASE("a create that may find its node takes that for success") {
  Wire wire = open_wire();
  std::vector<char> out;
  Create create{"/a", {}, {}, CreateMode::persistent, 0, true};
  wire.encode(request_of(1, create), out);
  create.if_absent = false;
  wire.encode(request_of(2, create), out);

  const Reply exists{1, Zxid{7}, ErrorCode::node_exists, {}};
  const Reply found = answered(wire, exists, jute::Opcode::create2);
  CHECK(found.error == ErrorCode::ok);
  CHECK_FALSE(std::get<CreateReply>(found.body).created);
  CHECK(answered(wire, exists, jute::Opcode::create2).error == ErrorCode::node_exists);
}

TEST_CASE("an expired session and a reply to nothing are told as such") {
  Wire expired(Protocol::zookeeper);
  std::vector<char> frame;
  jute::encode(jute::ConnectResponse{}, true, frame);
  const auto message = expired.decode(bytes_of(frame));
  REQUIRE(message.ok());
  CHECK(std::get<Goodbye>(*message).error == ErrorCode::session_expired);

  Wire wire = open_wire();
  frame.clear();
  jute::encode(Reply{1, {}, ErrorCode::ok, {}}, {jute::Opcode::ping, {}}, 1 << 20, frame);
  CHECK(wire.decode(bytes_of(frame)).code() == ErrorCode::data_inconsistency);
}

}  // namespace quorate::bench
