// The load of changes, against a server that is right, and against one that lies.
#include <doctest/doctest.h>

#include "bench/load/change_load.h"
#include "test/unit/bench/fake_server.h"

namespace quorate::bench {
namespace {

ChangeOptions small_changes(const FakeServer& server, ChangeKind kind) {
  ChangeOptions options;
  options.servers = {server.address()};
  options.kind = kind;
  options.connections = 2;
  options.depth = 4;
  options.multi_size = 3;
  options.warmup_s = 0;
  options.seconds = 0.1;
  return options;
}

}  // namespace

TEST_CASE("changes of every kind are counted, and nothing is left") {
  for (const ChangeKind kind : {ChangeKind::create, ChangeKind::churn, ChangeKind::multi}) {
    CAPTURE(static_cast<int>(kind));
    FakeServer server;

    const Result<ChangeResult> result = run_changes(small_changes(server, kind));

    REQUIRE_MESSAGE(result.ok(), result.error().text);
    CHECK(result->operations > 10);
    CHECK(result->latency_ns.count() >= result->operations);
    CHECK(server.sessions() == 0);
    CHECK(server.nodes() == 0);
  }
}

TEST_CASE("a wrong reply to a change ends the run") {
  for (const Fault fault : {Fault::wrong_xid, Fault::swapped_replies, Fault::error_reply,
                            Fault::zxid_goes_back, Fault::hang_up, Fault::garbage}) {
    CAPTURE(static_cast<int>(fault));
    FakeServer server(fault, 40);

    const Result<ChangeResult> result = run_changes(small_changes(server, ChangeKind::multi));

    CHECK_FALSE(result.ok());
    CHECK(server.fault_was_planted());
  }
}

TEST_CASE("a multi that tells another version than it made ends the run") {
  FakeServer server(Fault::wrong_version, 40);
  CHECK_FALSE(run_changes(small_changes(server, ChangeKind::multi)).ok());
}

}  // namespace quorate::bench
