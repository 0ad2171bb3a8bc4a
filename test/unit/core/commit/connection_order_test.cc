#include "core/commit/connection_order.h"

#include <doctest/doctest.h>

#include <utility>

namespace quorate {
namespace {

HeldRequest held(std::int64_t xid, Operation operation) {
  return HeldRequest{Request{xid, 0, {}, std::move(operation)}, {}, {}};
}

TEST_CASE("writes and syncs are numbered apart, from 1") {
  ConnectionOrder order;

  CHECK(order.await_write(10, AwaitedWrite::Kind::request) == 1);
  CHECK(order.await_sync(11, "/") == 1);
  CHECK(order.await_write(12, AwaitedWrite::Kind::request) == 2);
  CHECK(order.await_sync(13, "/") == 2);
  CHECK(order.oldest_write() == 1);
  CHECK(order.writes_in_flight() == 2);
  order.check_invariants();
}

TEST_CASE("entries leave in the order in which they came") {
  ConnectionOrder order;
  order.await_write(1, AwaitedWrite::Kind::request);
  order.hold(held(2, Ping{}));
  order.await_sync(3, "/x");

  CHECK(std::get<AwaitedWrite>(order.front()).xid == 1);
  order.pop_front();
  const auto& request = std::get<std::unique_ptr<ConnectionOrder::Held>>(order.front());
  CHECK(std::get<HeldRequest>(*request).request.xid == 2);
  order.pop_front();
  CHECK(std::get<AwaitedSync>(order.front()).path == "/x");
  CHECK(order.writes_in_flight() == 0);
  order.pop_front();
  CHECK(order.empty());
}

TEST_CASE("a queue that never runs empty stays as long as what is in it") {
  ConnectionOrder order;
  for (std::int64_t xid = 0; xid < 10; ++xid) order.await_write(xid, AwaitedWrite::Kind::request);
  for (std::int64_t xid = 10; xid < 10'000; ++xid) {
    order.await_write(xid, AwaitedWrite::Kind::request);
    REQUIRE(std::get<AwaitedWrite>(order.front()).xid == xid - 10);
    order.pop_front();
    REQUIRE(order.size() == 10);
    order.check_invariants();
  }

  CHECK(order.oldest_write() == 9'991);
}

TEST_CASE("a sync is found by its number while it is queued") {
  ConnectionOrder order;
  order.await_sync(1, "/1");
  order.await_sync(2, "/2");
  order.pop_front();

  CHECK(order.find_sync(1) == nullptr);
  REQUIRE(order.find_sync(2) != nullptr);
  CHECK(order.find_sync(2)->path == "/2");
  CHECK(order.find_sync(3) == nullptr);
}

TEST_CASE("what was taken out leaves the numbers where they were") {
  ConnectionOrder order;
  order.await_write(1, AwaitedWrite::Kind::request);
  order.pop_front();
  order.await_sync(2, "/");
  order.hold(held(3, Ping{}));

  CHECK(order.take_all().size() == 2);
  CHECK(order.empty());
  CHECK(order.await_write(4, AwaitedWrite::Kind::request) == 2);
  CHECK(order.await_sync(5, "/") == 2);
  order.check_invariants();
}

TEST_CASE("held writes, syncs and handshakes are what must be sent on") {
  ConnectionOrder order;
  order.await_write(1, AwaitedWrite::Kind::request);
  order.hold(held(2, GetData{"/a", false}));
  CHECK_FALSE(order.holds_unsent());

  SUBCASE("a write") { order.hold(held(3, Delete{"/a"})); }
  SUBCASE("a sync") { order.hold(held(3, Sync{"/a"})); }
  SUBCASE("a handshake") { order.hold(HeldHandshake{SessionId{1}, AttachSession{}}); }

  CHECK(order.holds_unsent());
}

}  // namespace
}  // namespace quorate
