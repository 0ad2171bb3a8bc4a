// Multi: all or nothing, down to what nobody sees directly.
#include <doctest/doctest.h>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

std::vector<ErrorCode> errors_of(const Outcome& outcome) {
  std::vector<ErrorCode> errors;
  for (const MultiResult& result : std::get<MultiReply>(outcome.body).results) {
    errors.push_back(result.error);
  }
  return errors;
}

TEST_CASE("the operations of a multi share one zxid and see each other") {
  Ensemble e;

  const Outcome outcome = e.apply(Multi{
      {create_of("/a", "1"), create_of("/a/b"), SetData{"/a", blob("2"), 0}, Check{"/a", 1}}});

  REQUIRE(outcome.error == ErrorCode::ok);
  CHECK(errors_of(outcome) == std::vector<ErrorCode>(4, ErrorCode::ok));
  const auto& results = std::get<MultiReply>(outcome.body).results;
  CHECK(std::get<CreateReply>(results[0].body).path == "/a");
  CHECK(std::get<StatReply>(results[2].body).stat.version == 1);
  CHECK(std::holds_alternative<std::monostate>(results[3].body));
  CHECK(e.stat("/a").czxid == e.zxid);
  CHECK(e.stat("/a/b").czxid == e.zxid);
  CHECK(outcome.changes.size() == 3);
  e.state.check_invariants();
}

TEST_CASE("an empty multi is legal") {
  Ensemble e;

  const Outcome outcome = e.apply(Multi{});

  CHECK(outcome.error == ErrorCode::ok);
  CHECK(std::get<MultiReply>(outcome.body).results.empty());
}

TEST_CASE("a failed multi names its culprit and changes nothing") {
  Ensemble e;
  e.create("/a", "old");
  const std::uint64_t digest = e.state.digest();
  const std::size_t unsealed = e.state.unsealed();
  const Stat root = e.stat("/");

  const Outcome outcome = e.apply(Multi{{create_of("/b"), SetData{"/a", blob("new")},
                                         Delete{"/missing"}, create_of("/c"), Delete{"/a"}}});

  CHECK(outcome.error == ErrorCode::no_node);
  CHECK(errors_of(outcome) ==
        std::vector<ErrorCode>{ErrorCode::ok, ErrorCode::ok, ErrorCode::no_node,
                               ErrorCode::runtime_inconsistency, ErrorCode::runtime_inconsistency});
  for (const MultiResult& result : std::get<MultiReply>(outcome.body).results) {
    CHECK(std::holds_alternative<std::monostate>(result.body));
  }
  CHECK(outcome.changes.empty());
  CHECK_FALSE(e.has("/b"));
  CHECK(e.data("/a") == "old");
  CHECK(e.stat("/") == root);
  CHECK(e.state.digest() == digest);
  CHECK(e.state.unsealed() == unsealed);
  CHECK(e.state.last_applied() == e.zxid);
  e.state.check_invariants();
}

TEST_CASE("a failed multi gives back the sequence numbers it took (ZOOKEEPER-1624)") {
  Ensemble e;
  e.create("/q");
  const Create next = create_of("/q/n-", {}, CreateMode::persistent_sequential);
  e.apply(next);

  e.apply(Multi{{next, next, Delete{"/missing"}}});
  const Outcome outcome = e.apply(next);

  CHECK(std::get<CreateReply>(outcome.body).path == "/q/n-0000000001");
  CHECK(e.stat("/q").cversion == 2);
}

TEST_CASE("a failed multi gives back deleted nodes, children, owners, ACLs and quotas") {
  Ensemble e;
  e.create("/p", "data");
  e.create_with_acl("/p/a", acl_of(perms::all, "digest", "ann:hash"));
  e.create("/p/e", {}, CreateMode::ephemeral);
  e.create("/zookeeper/quota/p");
  e.create("/zookeeper/quota/p/zookeeper_limits", "count=7,bytes=-1");
  (void)e.state.seal();
  const std::uint64_t digest = e.state.digest();
  const Stat parent = e.stat("/p");

  const Outcome outcome = e.apply(
      Multi{{Delete{"/p/a"}, Delete{"/p/e"}, Delete{"/p"}, create_of("/p", "other"),
             create_of("/p/a"), SetData{"/zookeeper/quota/p/zookeeper_limits", blob("count=1")},
             Delete{"/zookeeper/quota/p/zookeeper_limits"}, Check{"/p", 99}}});

  CHECK(outcome.error == ErrorCode::bad_version);
  CHECK(e.state.digest() == digest);
  CHECK(e.state.unsealed() == 0);
  CHECK(e.stat("/p") == parent);
  CHECK(e.state.tree().ephemerals_of(alice) == std::vector<std::string>{"/p/e"});
  CHECK(e.state.tree().quotas().of("/p/a")->limits.count == 7);
  CHECK(e.state.get_data("/p/a", {}).code() == ErrorCode::no_auth);
  e.state.check_invariants();
}

TEST_CASE("a node deleted and created again within one multi starts anew") {
  Ensemble e;
  e.create("/a", "old");
  e.apply(SetData{"/a", blob("older")});
  (void)e.state.seal();

  const Outcome outcome = e.apply(Multi{{Delete{"/a", 1}, create_of("/a")}});

  REQUIRE(outcome.error == ErrorCode::ok);
  CHECK(e.stat("/a").version == 0);
  CHECK(e.stat("/a").czxid == e.zxid);
  CHECK(e.data("/a").empty());
  e.state.check_invariants();
}

TEST_CASE("a multi refuses more operations than the ensemble's limit") {
  Ensemble e;
  EnsembleSettings settings;
  settings.multi_ops_max = 2;
  e.configure(settings);

  CHECK(e.apply(Multi{{Check{"/"}, Check{"/"}}}).error == ErrorCode::ok);
  CHECK(e.apply(Multi{{Check{"/"}, Check{"/"}, Check{"/"}}}).error == ErrorCode::bad_arguments);
}

TEST_CASE("an operation refused before stamping fails its multi with that error") {
  Ensemble e;

  const Outcome outcome = e.apply(Multi{{create_of("/a"), RefusedOp{ErrorCode::invalid_acl}}});

  CHECK(outcome.error == ErrorCode::invalid_acl);
  CHECK(errors_of(outcome) == std::vector<ErrorCode>{ErrorCode::ok, ErrorCode::invalid_acl});
  CHECK_FALSE(e.has("/a"));
}

TEST_CASE("a check asks path, node, READ and version in this order") {
  Ensemble e;
  e.create_with_acl("/locked", acl_of(perms::write, "world", "anyone"));
  e.create("/a");
  const auto checked = [&](const char* path, std::int32_t version) {
    return e.apply(Multi{{Check{path, version}}}).error;
  };

  CHECK(checked("/a/", 0) == ErrorCode::bad_arguments);
  CHECK(checked("/missing", 5) == ErrorCode::no_node);
  CHECK(checked("/locked", 5) == ErrorCode::no_auth);
  CHECK(checked("/a", 5) == ErrorCode::bad_version);
  CHECK(checked("/a", 0) == ErrorCode::ok);
  CHECK(checked("/a", any_version) == ErrorCode::ok);
}

TEST_CASE("a check for absence fails on a node that is there") {
  Ensemble e;
  e.create("/a");

  CHECK(e.apply(Multi{{Check{"/a", 77, true}}}).error == ErrorCode::node_exists);
  CHECK(e.apply(Multi{{Check{"/b", 77, true}}}).error == ErrorCode::ok);
  CHECK(e.apply(Multi{{Delete{"/a"}, Check{"/a", 0, true}}}).error == ErrorCode::ok);
}

TEST_CASE("a multi through a connection that lost its session changes nothing") {
  Ensemble e;

  CHECK(e.as(alice, 2, Multi{{create_of("/a")}}).error == ErrorCode::session_moved);
  CHECK(e.as(SessionId{77}, 1, Multi{{create_of("/a")}}).error == ErrorCode::session_expired);
  CHECK_FALSE(e.has("/a"));
}

}  // namespace
}  // namespace quorate
