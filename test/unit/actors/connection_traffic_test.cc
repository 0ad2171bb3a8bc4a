// What a connection counts of itself, and how long requests took.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "actors/connection_logic.h"
#include "schema/capnp/client_codec.h"
#include "test/unit/actors/fake_host.h"
#include "test/unit/actors/fake_link.h"

namespace quorate {
namespace {

using std::chrono::milliseconds;

struct TrafficFixture {
  test::FakeLink link;
  test::FakeHost host;
  EventCaches events;
  Outstanding outstanding{10'000, std::size_t{1} << 30};
  ServerCounters counters;
  ConnectionLimits limits;
  ConnectionLogic logic{ConnectionSerial{5}, ServerId{1}, limits, {}, link, host, events,
                        outstanding,         counters};

  template <class Message>
  static void add(const Message& message, std::vector<char>& bytes) {
    capnp_codec::encode(message, bytes);
  }
  void ask(const std::vector<std::int64_t>& xids,
           const Operation& operation = GetData{"/a", false}) {
    std::vector<char> bytes;
    for (const std::int64_t xid : xids) add(Request{xid, 0, {}, operation}, bytes);
    logic.on_bytes(bytes);
  }
  void deliver(const std::vector<Delivery>& deliveries) { logic.on_deliveries(deliveries); }
  void open() {
    std::vector<char> bytes;
    add(Hello{}, bytes);
    logic.on_bytes(bytes);
    deliver({SessionOpened{SessionId{77}, 4000, Zxid{9}, false}});
  }
  static Reply reply(std::int64_t xid, Zxid zxid = Zxid{9}) {
    return Reply{xid, zxid, ErrorCode::ok, {}};
  }
};

}  // namespace

TEST_CASE("a request takes from its receipt to its reply") {
  TrafficFixture f;
  f.open();
  f.host.time = milliseconds{2000};
  f.ask({1, 2});
  f.host.time = milliseconds{2004};
  f.ask({3});

  f.host.time = milliseconds{2010};
  f.deliver({f.reply(1), f.reply(2)});
  f.host.time = milliseconds{2011};
  f.deliver({f.reply(3)});

  CHECK(f.counters.latency.read() == Latency{7, 10, 27, 3});
  CHECK(f.counters.latency.read().average() == 9.0);
  const ConnectionTraffic traffic = f.logic.report().traffic;
  CHECK(traffic.latency_min_ms == 7);
  CHECK(traffic.latency_max_ms == 10);
  CHECK(traffic.latency_last_ms == 7);
  CHECK(traffic.latency_sum_ms == 27);
  CHECK(traffic.replies == 3);
}

TEST_CASE("the clock's low bits are enough") {
  TrafficFixture f;
  f.open();
  const milliseconds wrap{std::int64_t{1} << 32};
  f.host.time = 3 * wrap - milliseconds{5};
  f.ask({1});
  f.host.time = 3 * wrap + milliseconds{6};
  f.deliver({f.reply(1)});

  CHECK(f.counters.latency.read().max == 11);
  f.host.time += milliseconds{1000};
  CHECK(f.logic.report().last_reply_ms == (3 * wrap).count() + 6);
}

TEST_CASE("frames are counted both ways, the handshake and events too") {
  TrafficFixture f;
  f.open();
  CHECK(packets(f.counters).received == 1);
  CHECK(packets(f.counters).sent == 1);
  f.ask({1, 2, 3});
  const auto event = std::make_shared<const WatchEvent>(WatchEvent{EventType::created, "/a", {}});
  f.deliver({f.reply(1), SharedEvent(event), f.reply(2)});

  const ConnectionReport report = f.logic.report();
  CHECK(report.traffic.received == 4);
  CHECK(report.traffic.sent == 4);
  CHECK(report.unanswered == 1);
  CHECK(packets(f.counters).received == 4);
  CHECK(packets(f.counters).sent == 4);
  // Nobody waited for the event.
  CHECK(f.counters.latency.read().count == 2);
}

TEST_CASE("a report says whose connection it is, and what it asked last") {
  TrafficFixture f;
  CHECK(f.logic.report().session == SessionId{});
  CHECK(f.logic.report().traffic.last_operation == ConnectionTraffic::nothing);
  CHECK(f.logic.report().last_reply_ms == 0);
  f.open();
  CHECK(f.logic.report().traffic.last_operation == ConnectionTraffic::session);
  f.host.time = milliseconds{3000};
  f.ask({0x1b}, Exists{"/a", false});
  f.deliver({f.reply(0x1b, Zxid{0x20})});
  f.ask({-2}, Ping{});
  f.deliver({f.reply(-2, Zxid{0x21})});

  const ConnectionReport report = f.logic.report();

  CHECK(report.address == "192.0.2.7");
  CHECK(report.port == 4711);
  CHECK(report.session == SessionId{77});
  CHECK(report.timeout_ms == 4000);
  CHECK(report.last_reply_ms == 3000);
  CHECK(report.reads);
  CHECK_FALSE(report.writes);
  CHECK(report.traffic.last_operation == Operation(Ping{}).index());
  CHECK(report.traffic.last_xid == 0x1b);  // Pings have none of their own.
  CHECK(report.traffic.last_zxid == Zxid{0x21});
}

TEST_CASE("a connection that is full is not read, and what its client leaves unread waits") {
  TrafficFixture f;
  f.limits.requests_in_flight_max = 2;
  f.open();
  f.ask({1, 2});
  CHECK_FALSE(f.logic.report().reads);
  CHECK(f.logic.report().unanswered == 2);
  f.link.stuck = 10;
  CHECK(f.logic.report().writes);
}

TEST_CASE("counting begins anew when it is asked for") {
  TrafficFixture f;
  f.open();
  f.ask({1, 2});
  f.host.time += milliseconds{10};
  f.deliver({f.reply(1)});

  f.logic.reset_traffic();
  f.counters.latency.reset();

  CHECK(f.logic.report().traffic.received == 0);
  CHECK(f.logic.report().traffic.last_operation == ConnectionTraffic::nothing);
  CHECK(f.logic.report().unanswered == 1);
  CHECK(f.counters.latency.read() == Latency{});
  f.host.time += milliseconds{20};
  f.deliver({f.reply(2)});
  CHECK(f.counters.latency.read() == Latency{30, 30, 30, 1});
  CHECK(f.logic.report().traffic.latency_min_ms == 30);
}

}  // namespace quorate
