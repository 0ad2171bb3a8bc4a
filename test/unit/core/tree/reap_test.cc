// Reaping: which nodes the server deletes by itself, and that apply looks again.
#include <doctest/doctest.h>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

using Paths = std::vector<std::string>;

ErrorCode create_ttl(Ensemble& e, const char* path, std::int64_t ttl_ms) {
  Create create = create_of(path, {}, CreateMode::ttl);
  create.ttl_ms = ttl_ms;
  return e.apply(create).error;
}

TEST_CASE("a container is reaped when it is empty and has had a child") {
  Ensemble e;
  e.create("/c", {}, CreateMode::container);
  CHECK(e.state.reapable(1'000'000, 10).empty());

  e.create("/c/x");
  CHECK(e.state.reapable(1'000'000, 10).empty());
  CHECK(e.apply_as_server(Reap{"/c"}).error == ErrorCode::not_empty);

  e.apply(Delete{"/c/x"});
  CHECK(e.state.reapable(0, 10) == Paths{"/c"});
  const Outcome outcome = e.apply_as_server(Reap{"/c"});
  CHECK(outcome.error == ErrorCode::ok);
  REQUIRE(outcome.changes.size() == 1);
  CHECK(outcome.changes[0].type == EventType::deleted);
  CHECK(e.state.reapable(0, 10).empty());
  CHECK_FALSE(e.has("/c"));
  e.state.check_invariants();
}

TEST_CASE("a TTL node is reaped when nobody set it for longer than its time to live") {
  Ensemble e;
  e.now_ms = 1'000;
  create_ttl(e, "/t", 500);

  CHECK(e.state.reapable(1'500, 10).empty());
  CHECK(e.state.reapable(1'501, 10) == Paths{"/t"});
  e.now_ms = 1'500;
  CHECK(e.apply_as_server(Reap{"/t"}).error == ErrorCode::bad_version);

  e.apply(SetData{"/t", blob("alive")});
  CHECK(e.state.reapable(1'999, 10).empty());
  e.now_ms = 2'001;
  CHECK(e.apply_as_server(Reap{"/t"}).error == ErrorCode::ok);
}

TEST_CASE("children protect a TTL node but don't extend its time") {
  Ensemble e;
  e.now_ms = 1'000;
  create_ttl(e, "/t", 10);
  e.now_ms = 5'000;
  e.create("/t/child");

  CHECK(e.state.reapable(9'000, 10).empty());
  CHECK(e.apply_as_server(Reap{"/t"}).error == ErrorCode::not_empty);
  e.apply(Delete{"/t/child"});
  CHECK(e.state.reapable(5'001, 10) == Paths{"/t"});
}

TEST_CASE("a reap deletes nothing but what is reapable") {
  Ensemble e;
  e.create("/p");
  e.create("/e", {}, CreateMode::ephemeral);
  e.create("/unused", {}, CreateMode::container);

  CHECK(e.apply_as_server(Reap{"/missing"}).error == ErrorCode::no_node);
  CHECK(e.apply_as_server(Reap{"/p"}).error == ErrorCode::bad_version);
  CHECK(e.apply_as_server(Reap{"/e"}).error == ErrorCode::bad_version);
  CHECK(e.apply_as_server(Reap{"/unused"}).error == ErrorCode::bad_version);
  CHECK(e.apply_as_server(Reap{"/zookeeper/config"}).error == ErrorCode::bad_version);
  CHECK(e.apply_as_server(Reap{"/"}).error == ErrorCode::not_empty);
}

TEST_CASE("a container that was never used is reaped on demand, when it is old enough") {
  Ensemble e;
  e.now_ms = 1'000;
  e.create("/old", {}, CreateMode::container);
  e.now_ms = 2'000;
  e.create("/set", {}, CreateMode::container);
  e.create("/used", {}, CreateMode::container);
  e.create("/used/child");
  e.now_ms = 9'000;
  e.apply(SetData{"/set", blob("x")});

  CHECK(e.state.reapable(100'000, 10).empty());
  CHECK(e.state.reapable(6'000, 10, 5'000).empty());
  CHECK(e.state.reapable(6'001, 10, 5'000) == Paths{"/old"});
  CHECK(e.state.reapable(100'000, 10, 5'000) == Paths{"/old", "/set"});
  CHECK(e.state.reapable(100'000, 1, 5'000) == Paths{"/old"});
  e.state.check_invariants();
  e.now_ms = 9'999;
  CHECK(e.apply_as_server(Reap{"/set"}).error == ErrorCode::bad_version);
  CHECK(e.apply_as_server(Reap{"/used"}).error == ErrorCode::not_empty);
  e.now_ms = 10'000;
  CHECK(e.apply_as_server(Reap{"/old"}).error == ErrorCode::ok);
  CHECK(e.apply_as_server(Reap{"/set"}).error == ErrorCode::ok);
  CHECK(e.state.reapable(100'000, 10, 5'000).empty());
  e.state.check_invariants();
}

TEST_CASE("a container made again is safe from a reap that was meant for its predecessor") {
  Ensemble e;
  e.now_ms = 1'000;
  e.create("/c", {}, CreateMode::container);
  e.now_ms = 60'000;
  e.apply(Delete{"/c"});
  e.create("/c", {}, CreateMode::container);
  e.now_ms = 60'500;

  CHECK(e.state.reapable(60'500, 10, 1).empty());
  CHECK(e.apply_as_server(Reap{"/c"}).error == ErrorCode::bad_version);
}

TEST_CASE("the reapable come in the order in which they fall due, at most as many as asked for") {
  Ensemble e;
  create_ttl(e, "/late", 900);
  create_ttl(e, "/soon", 100);
  Create one = create_of("/same-b", {}, CreateMode::ttl);
  one.ttl_ms = 100;
  Create two = one;
  two.path = "/same-a";
  e.apply(Multi{{one, two}});

  CHECK(e.state.reapable(10'000, 10) == Paths{"/soon", "/same-a", "/same-b", "/late"});
  CHECK(e.state.reapable(10'000, 2) == Paths{"/soon", "/same-a"});
  CHECK(e.state.reapable(10'000, 0).empty());
}

TEST_CASE("a failed multi leaves the reapable as they were") {
  Ensemble e;
  e.create("/c", {}, CreateMode::container);
  e.create("/c/x");
  create_ttl(e, "/t", 5);

  e.apply(Multi{{Delete{"/c/x"}, Delete{"/t"}, Check{"/missing"}}});

  CHECK(e.state.reapable(10'000, 10) == Paths{"/t"});
  e.state.check_invariants();
}

}  // namespace
}  // namespace quorate
