// The load generator against a server that is right, and against one that lies.
#include "bench/load/load.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "bench/load/fan_out.h"
#include "bench/load/nodes_setup.h"
#include "bench/load/probe.h"
#include "bench/load/session_load.h"
#include "test/unit/bench/fake_server.h"

namespace quorate::bench {
namespace {

LoadOptions small_load(const FakeServer& server) {
  LoadOptions options;
  options.servers = {server.address()};
  options.connections = 4;
  options.depth = 8;
  options.nodes = 64;
  options.warmup_s = 0;
  options.seconds = 0.2;
  return options;
}

TEST_CASE("a closed loop counts right answers and their latencies") {
  const FakeServer server;
  LoadOptions options = small_load(server);
  options.server_pids = {::getpid()};

  const Result<LoadResult> result = run_load(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->reads > 10);
  CHECK(result->writes == 0);
  CHECK(result->read_ns.count() > 10);
  CHECK(result->write_ns.count() == 0);
  CHECK(result->server_cpu_us() > 0);
  CHECK(result->usage.resident_bytes > 0);
}

TEST_CASE("reads see exactly the writes of their connection") {
  const FakeServer server;
  LoadOptions options = small_load(server);
  options.read_share = 0.5;
  options.threads = 2;

  const Result<LoadResult> result = run_load(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->reads > 10);
  CHECK(result->writes > 10);
}

TEST_CASE("a run deletes its nodes and ends its sessions") {
  const FakeServer server;

  REQUIRE(run_load(small_load(server)).ok());

  CHECK(server.nodes() == 0);
  CHECK(server.sessions() == 0);
}

TEST_CASE("nodes that are kept are found, with their versions, by the next run") {
  const FakeServer server;
  LoadOptions options = small_load(server);
  options.read_share = 0;
  options.keep = true;

  REQUIRE(run_load(options).ok());
  const Result<LoadResult> again = run_load(options);

  REQUIRE_MESSAGE(again.ok(), again.error().text);
  CHECK(server.nodes() == 65);
  const NodeSet nodes(options.prefix, options.nodes, options.value_bytes);
  CHECK(check_nodes(options.servers, nodes).ok());
}

TEST_CASE("an open loop sends at its rate, however fast the answers come") {
  const FakeServer server;
  LoadOptions options = small_load(server);
  options.rate = 500;
  options.read_share = 0.5;
  options.seconds = 0.4;

  const Result<LoadResult> result = run_load(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->read_ns.count() + result->write_ns.count() == 200);
}

TEST_CASE("an open loop counts the waiting of what a stalled server kept from being sent") {
  // Half the requests are due while the server sleeps, and have no room in the pipeline.
  const FakeServer server(Fault::stall, 100);
  LoadOptions options = small_load(server);
  options.rate = 1'000;
  options.depth = 1;
  options.seconds = 0.4;

  const Result<LoadResult> result = run_load(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->read_ns.count() == 400);
  CHECK(result->read_ns.max() >= 190 * ns_per_ms);
  CHECK(result->read_ns.at(0.75) >= 50 * ns_per_ms);
}

struct Lie {
  Fault fault;
  double read_share;
  ErrorCode code;
  std::string text;  ///< Part of what the run must say.
};

TEST_CASE("no lie of a server goes unnoticed") {
  const std::vector<Lie> lies{
      {Fault::wrong_data, 1, ErrorCode::data_inconsistency, "getData /quorate-bench/n0000000"},
      {Fault::short_data, 1, ErrorCode::data_inconsistency, "99 bytes"},
      {Fault::stale_stat, 1, ErrorCode::data_inconsistency, "version"},
      {Fault::wrong_body, 1, ErrorCode::data_inconsistency, "data"},
      {Fault::wrong_data, 0.5, ErrorCode::data_inconsistency, "getData /quorate-bench/n0000000"},
      {Fault::stale_stat, 0.5, ErrorCode::data_inconsistency, "version"},
      {Fault::wrong_mzxid, 0, ErrorCode::data_inconsistency, "mzxid"},
      {Fault::wrong_version, 0, ErrorCode::data_inconsistency, "version"},
      {Fault::write_without_zxid, 0, ErrorCode::data_inconsistency, "zxid above"},
      {Fault::wrong_xid, 1, ErrorCode::data_inconsistency, "xid"},
      {Fault::wrong_xid, 0, ErrorCode::data_inconsistency, "xid"},
      {Fault::swapped_replies, 1, ErrorCode::data_inconsistency, "xid"},
      {Fault::swapped_replies, 0, ErrorCode::data_inconsistency, "xid"},
      {Fault::lost_reply, 1, ErrorCode::data_inconsistency, "xid"},
      {Fault::repeated_reply, 1, ErrorCode::data_inconsistency, "xid"},
      {Fault::error_reply, 1, ErrorCode::data_inconsistency, "throttled"},
      {Fault::zxid_goes_back, 1, ErrorCode::data_inconsistency, "zxid"},
      {Fault::unwanted_event, 1, ErrorCode::data_inconsistency, "an event of /nobody/asked"},
      {Fault::goodbye, 1, ErrorCode::data_inconsistency, "session_expired \"too late\""},
      {Fault::hang_up, 1, ErrorCode::connection_loss, ""},
      {Fault::garbage, 1, ErrorCode::data_inconsistency, "cannot be decoded"},
      {Fault::no_session, 1, ErrorCode::not_serving, "starting"},
  };
  for (const Lie& lie : lies) {
    CAPTURE(static_cast<int>(lie.fault));
    CAPTURE(lie.read_share);
    // Late enough that known replies are compared without being decoded.
    const FakeServer server(lie.fault, lie.fault == Fault::no_session ? 3 : 900);
    LoadOptions options = small_load(server);
    options.read_share = lie.read_share;
    options.seconds = 5;  // Ends with the first wrong reply.

    const Result<LoadResult> result = run_load(options);

    CHECK(server.fault_was_planted());
    REQUIRE_FALSE(result.ok());
    CHECK(result.code() == lie.code);
    CHECK_MESSAGE(result.error().text.find(lie.text) != std::string::npos, result.error().text);
  }
}

TEST_CASE("a window that is told to end early has counted until then") {
  const FakeServer server;
  std::atomic<bool> stop{false};
  LoadOptions options = small_load(server);
  options.server_pids = {::getpid()};
  options.seconds = 600;
  options.stop = &stop;
  std::jthread stopper;
  options.on_window = [&] {
    stopper = std::jthread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop = true;
    });
  };

  const Result<LoadResult> result = run_load(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->usage.seconds < 300);
  CHECK(result->reads > 10);
  CHECK(result->read_ns.count() > 10);
  CHECK(server.sessions() == 0);
}

TEST_CASE("a reply that is never sent ends the run with an error") {
  const FakeServer server(Fault::lost_reply, 2);
  LoadOptions options = small_load(server);
  options.connections = 1;
  options.nodes = 1;
  options.depth = 1;
  options.patience_s = 0.1;

  const Result<LoadResult> result = run_load(options);

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::operation_timeout);
  CHECK(result.error().text.find(": 1 requests") != std::string::npos);
}

TEST_CASE("options that cannot be run are refused") {
  const FakeServer server;
  const auto is_refused = [&](auto change) {
    LoadOptions options = small_load(server);
    change(options);
    return run_load(options).code() == ErrorCode::bad_arguments;
  };

  CHECK(is_refused([](LoadOptions& o) { o.connections = 0; }));
  CHECK(is_refused([](LoadOptions& o) { o.depth = 0; }));
  CHECK(is_refused([](LoadOptions& o) { o.threads = o.connections + 1; }));
  CHECK(is_refused([](LoadOptions& o) { o.nodes = 0; }));
  CHECK(is_refused([](LoadOptions& o) { o.read_share = 1.1; }));
  CHECK(is_refused([](LoadOptions& o) { o.read_share = 0, o.nodes = 3; }));
  CHECK(is_refused([](LoadOptions& o) { o.prefix = "/"; }));
  CHECK(is_refused([](LoadOptions& o) { o.seconds = 0; }));
  CHECK(is_refused([](LoadOptions& o) { o.rate = 0.1; }));
  CHECK(is_refused([](LoadOptions& o) { o.servers.clear(); }));
}

FanOutOptions small_fan_out(const FakeServer& server) {
  FanOutOptions options;
  options.servers = {server.address()};
  options.watchers = 50;
  options.rounds = 3;
  return options;
}

TEST_CASE("every watcher is told once in each round") {
  const FakeServer server;

  const Result<FanOutResult> result = run_fan_out(small_fan_out(server));

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->events == 150);
  CHECK(result->event_ns.count() == 150);
  CHECK(result->last_event_ns.count() == 3);
  CHECK(result->reply_watched_ns.count() == 3);
  CHECK(result->reply_alone_ns.count() == 4);
  CHECK(server.sessions() == 0);
  CHECK(server.nodes() == 0);
}

TEST_CASE("wrong events are noticed") {
  for (const Fault fault : {Fault::event_of_other_path, Fault::event_of_other_zxid,
                            Fault::repeated_event, Fault::wrong_data, Fault::wrong_version}) {
    CAPTURE(static_cast<int>(fault));
    const FakeServer server(fault, 2);

    const Result<FanOutResult> result = run_fan_out(small_fan_out(server));

    CHECK(server.fault_was_planted());
    REQUIRE_FALSE(result.ok());
    CHECK(result.code() == ErrorCode::data_inconsistency);
  }
}

TEST_CASE("idle sessions are opened, held and ended") {
  const FakeServer server;
  IdleOptions options;
  options.servers = {server.address()};
  options.count = 100;
  options.hold_s = 0;

  const Result<IdleResult> result = run_idle(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->sessions == 100);
  CHECK(result->welcome_ns.count() == 100);
  CHECK(result->opened_per_second() > 0);
  CHECK(result->ping_ns.count() == 0);
  CHECK(server.sessions() == 0);
}

IdleOptions pinged(const FakeServer& server) {
  IdleOptions options;
  options.servers = {server.address()};
  options.count = 20;
  options.ping_interval_s = 0.2;
  options.hold_s = 0.5;
  return options;
}

TEST_CASE("held sessions are pinged in turn") {
  const FakeServer server;
  IdleOptions options = pinged(server);
  int held = 0;
  options.on_held = [&] { ++held; };

  const Result<IdleResult> result = run_idle(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(held == 1);
  // Two and a half turns; a session that waits for an answer misses its turn.
  CHECK(result->ping_ns.count() > 0);
  CHECK(result->ping_ns.count() <= 50);
}

TEST_CASE("pings that were due while the server stood still are counted as late") {
  const FakeServer server(Fault::stalled_ping, 10);

  const Result<IdleResult> result = run_idle(pinged(server));

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(server.fault_was_planted());
  // One every 10 ms was due within those 200 ms.
  CHECK(result->ping_ns.max() >= 190 * ns_per_ms);
  CHECK(result->ping_ns.at(0.9) >= 50 * ns_per_ms);
}

TEST_CASE("sessions that would expire are not held") {
  const FakeServer server;
  IdleOptions options = pinged(server);
  options.ping_interval_s = 16;

  CHECK(run_idle(options).code() == ErrorCode::bad_arguments);
}

TEST_CASE("a storm counts whole lives of sessions") {
  const FakeServer server;
  StormOptions options;
  options.servers = {server.address()};
  options.concurrency = 8;
  options.seconds = 0.2;

  const Result<StormResult> result = run_storm(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->sessions > 0);
  CHECK(result->life_ns.count() == result->sessions);
  CHECK(server.sessions() == 0);
}

StormOptions ephemeral_storm(const FakeServer& server) {
  StormOptions options;
  options.servers = {server.address()};
  options.concurrency = 8;
  options.seconds = 0.2;
  options.ephemeral = true;
  return options;
}

TEST_CASE("a storm of ephemerals leaves none behind") {
  const FakeServer server;

  const Result<StormResult> result = run_storm(ephemeral_storm(server));

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->sessions > 0);
  CHECK(server.nodes() == 0);
  CHECK(server.sessions() == 0);
}

TEST_CASE("an ephemeral that outlives its session is noticed") {
  const FakeServer server(Fault::kept_ephemeral, 20);
  StormOptions options = ephemeral_storm(server);
  options.seconds = 60;

  const Result<StormResult> result = run_storm(options);

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::data_inconsistency);
  CHECK_MESSAGE(result.error().text.find("node_exists") != std::string::npos, result.error().text);
}

TEST_CASE("a refused session ends a storm with the server's reason") {
  const FakeServer server(Fault::no_session, 5);
  StormOptions options;
  options.servers = {server.address()};

  const Result<StormResult> result = run_storm(options);

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::not_serving);
}

TEST_CASE("a probe waits for a server that refuses at first") {
  const FakeServer server(Fault::no_session, 1);
  ProbeOptions options;
  options.server = server.address();

  const Result<ProbeResult> result = run_probe(options);

  REQUIRE_MESSAGE(result.ok(), result.error().text);
  CHECK(result->attempts == 2);
}

TEST_CASE("a probe may ask for a path to be there") {
  const FakeServer server;
  ProbeOptions options;
  options.server = server.address();
  options.path = "/awaited";
  options.patience_s = 0.01;

  CHECK(run_probe(options).ok());
  options.must_exist = true;
  CHECK(run_probe(options).code() == ErrorCode::operation_timeout);
  Result<Control> control = Control::open({options.server});
  REQUIRE(control.ok());
  REQUIRE(make_parents(*control, options.path).ok());
  CHECK(run_probe(options).ok());
  CHECK(control->close().ok());
}

TEST_CASE("a probe of a port where nobody listens gives up and says why") {
  ProbeOptions options;
  {
    const FakeServer gone;
    options.server = gone.address();
  }
  options.patience_s = 0.01;

  const Result<ProbeResult> result = run_probe(options);

  REQUIRE_FALSE(result.ok());
  CHECK(result.code() == ErrorCode::operation_timeout);
}

}  // namespace
}  // namespace quorate::bench
