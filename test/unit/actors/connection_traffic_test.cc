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

TEST_CASE("requests are timed in microseconds, reads and writes apart") {
  TrafficFixture f;
  f.open();
  f.ask({1});
  f.ask({2}, SetData{"/a", Blob("1"), any_version});
  f.host.time += std::chrono::microseconds{37};
  f.deliver({f.reply(1), f.reply(2)});

  const auto now = std::chrono::duration_cast<milliseconds>(f.host.time);
  CHECK(f.counters.gauge.reads().recent(now).max() == 37);
  CHECK(f.counters.gauge.writes().recent(now).max() == 37);
  CHECK(f.counters.gauge.recent(now).count() == 2);
  CHECK(f.counters.latency.read() == Latency{0, 0, 0, 2});
}

TEST_CASE("a slow request is looked at, with all that its connection knows") {
  TrafficFixture f;
  f.open();
  f.ask({1});
  std::vector<char> bytes;
  Request set{2, 0, TraceContext{{0xab, 0xcd}, {1}, 1}, SetData{"/a", Blob("1"), any_version}};
  f.add(set, bytes);
  f.logic.on_bytes(bytes);
  f.deliver({f.reply(1)});
  f.host.looked_at.clear();  // The first of all is sampled.
  f.host.time += milliseconds{150};

  f.deliver({Reply{2, Zxid{12}, ErrorCode::bad_version, {}}});

  REQUIRE(f.host.looked_at.size() == 1);
  const AnsweredRequest& seen = f.host.looked_at[0];
  CHECK(seen.look == Look::slow);
  CHECK(seen.operation == set.operation.index());
  CHECK(seen.session == SessionId{77});
  CHECK(seen.zxid == Zxid{12});
  CHECK(seen.error == ErrorCode::bad_version);
  CHECK(seen.took_us == 150'000);
  CHECK(seen.answered == f.host.time);
  REQUIRE(seen.trace.has_value());
  CHECK(seen.trace->at(1) == 0xcd);
}

TEST_CASE("a quick request is looked at when it was chosen, and only then") {
  TrafficFixture f;
  f.open();
  f.ask({1, 2, 3});
  f.deliver({f.reply(1), f.reply(2), f.reply(3)});

  REQUIRE(f.host.looked_at.size() == 1);
  CHECK(f.host.looked_at[0].look == Look::sampled);
  CHECK_FALSE(f.host.looked_at[0].trace.has_value());
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

TEST_CASE("the console is told what a connection counted, and when its client was heard") {
  TrafficFixture f;
  f.host.time = milliseconds{5000};
  CHECK_FALSE(f.logic.row(std::chrono::duration_cast<milliseconds>(f.host.time))
                  .is_native);  // Nobody knows yet.
  CHECK_FALSE(f.logic.row(std::chrono::duration_cast<milliseconds>(f.host.time)).heard_ms_ago);
  f.open();
  f.ask({1, 2});
  f.host.time += milliseconds{30};
  f.deliver({f.reply(1)});
  f.host.time += milliseconds{70};

  const ConnectionRow row = f.logic.row(std::chrono::duration_cast<milliseconds>(f.host.time));

  CHECK(row.is_native);
  CHECK(row.address == f.link.remote());
  CHECK(row.session == f.logic.session());
  CHECK(row.heard_ms_ago == 100);
  CHECK(row.received == 3);
  CHECK(row.sent == 2);
  CHECK(row.outstanding == 1);
  CHECK(row.replies == 1);
  CHECK(row.latency_sum_ms == 30);
  CHECK(row.latency_max_ms == 30);
  REQUIRE(row.identities);
  CHECK(row.identities->front().scheme == "ip");
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
