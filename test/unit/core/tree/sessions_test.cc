// Sessions as apply judges them: who owns one, and what goes with it.
#include <doctest/doctest.h>

#include "core/tree/state.h"
#include "test/unit/core/tree/ensemble.h"

namespace quorate {
namespace {

using namespace quorate::test;

AttachSession attach_with(std::uint8_t password, std::int64_t timeout_ms = 20'000) {
  AttachSession attach;
  attach.timeout_ms = timeout_ms;
  attach.password.fill(password);
  return attach;
}

TEST_CASE("a created session belongs to the connection that asked for it") {
  Ensemble e;
  CreateSession create;
  create.timeout_ms = 4'000;

  const Outcome outcome = e.as(SessionId{5}, 9, create);

  CHECK(std::get<SessionReply>(outcome.body) == SessionReply{SessionId{5}, 4'000});
  const Session* session = e.state.sessions().find(SessionId{5});
  REQUIRE(session != nullptr);
  CHECK(is_same_connection(session->owner, Ensemble::origin(9)));
  CHECK(session->owner.sequence == 0);
}

TEST_CASE("a session id is used once, is not 0, and has a timeout") {
  Ensemble e;
  CreateSession create;
  create.timeout_ms = 4'000;

  CHECK(e.as(alice, 3, create).error == ErrorCode::bad_arguments);
  CHECK(e.as(SessionId{}, 3, create).error == ErrorCode::bad_arguments);
  create.timeout_ms = 0;
  CHECK(e.as(SessionId{5}, 3, create).error == ErrorCode::bad_arguments);
  CHECK(is_same_connection(e.state.sessions().find(alice)->owner, Ensemble::origin(1)));
}

TEST_CASE("writes of an unknown session are answered session_expired") {
  Ensemble e;

  CHECK(e.as(SessionId{77}, 1, create_of("/a")).error == ErrorCode::session_expired);
  CHECK(e.as(SessionId{77}, 0, create_of("/a")).error == ErrorCode::session_expired);
  CHECK(e.as(SessionId{}, 1, create_of("/a")).error == ErrorCode::session_expired);
  CHECK_FALSE(e.has("/a"));
}

TEST_CASE("writes through another connection are answered session_moved") {
  Ensemble e;
  Txn txn = e.txn(alice, 1, create_of("/a"));

  SUBCASE("of another server") { txn.submission.origin.server = ServerId{2}; }
  SUBCASE("of another incarnation") { txn.submission.origin.incarnation = Incarnation{2}; }
  SUBCASE("of another serial") { txn.submission.origin.connection = ConnectionSerial{2}; }

  CHECK(e.state.apply(txn).error == ErrorCode::session_moved);
  CHECK_FALSE(e.has("/a"));
}

TEST_CASE("the server itself may write for any open session") {
  Ensemble e;

  CHECK(e.as(alice, 0, create_of("/a", {}, CreateMode::ephemeral)).error == ErrorCode::ok);
  CHECK(e.stat("/a").ephemeral_owner == alice);
}

TEST_CASE("an attach with the right password moves the session and its timeout") {
  Ensemble e;

  const Outcome outcome = e.as(alice, 8, attach_with(1));

  CHECK(std::get<SessionReply>(outcome.body) == SessionReply{alice, 20'000});
  CHECK(e.state.sessions().find(alice)->timeout_ms == 20'000);
  CHECK(e.create("/a") == ErrorCode::session_moved);
  CHECK(e.as(alice, 8, create_of("/a")).error == ErrorCode::ok);
  e.state.check_invariants();
}

TEST_CASE("a wrong password and an unknown session cannot be told apart") {
  Ensemble e;
  const std::uint64_t digest = e.state.digest();

  CHECK(e.as(alice, 8, attach_with(2)).error == ErrorCode::session_expired);
  CHECK(e.as(SessionId{77}, 8, attach_with(1)).error == ErrorCode::session_expired);
  CHECK(e.as(alice, 8, attach_with(1, 0)).error == ErrorCode::bad_arguments);
  CHECK(e.state.digest() == digest);
  CHECK(e.create("/a") == ErrorCode::ok);
}

TEST_CASE("closing a session deletes its ephemerals in path order and then the session") {
  Ensemble e;
  e.create("/z");
  for (const char* path : {"/z/b", "/m", "/z/a"}) e.create(path, {}, CreateMode::ephemeral);
  e.as(bob, 2, create_of("/z/bobs", {}, CreateMode::ephemeral));

  const Outcome outcome = e.apply(CloseSession{});

  REQUIRE(outcome.error == ErrorCode::ok);
  std::vector<std::string> paths;
  for (const Change& change : outcome.changes) {
    CHECK(change.type == EventType::deleted);
    paths.push_back(change.path);
  }
  CHECK(paths == std::vector<std::string>{"/m", "/z/a", "/z/b"});
  CHECK(e.stat("/z").pzxid == e.zxid);
  CHECK(e.stat("/z").num_children == 1);
  CHECK(e.state.sessions().find(alice) == nullptr);
  CHECK(e.create("/late", {}, CreateMode::ephemeral) == ErrorCode::session_expired);
  e.state.check_invariants();
}

TEST_CASE("a session is closed by its owner only") {
  Ensemble e;

  CHECK(e.as(alice, 2, CloseSession{}).error == ErrorCode::session_moved);
  CHECK(e.as(SessionId{77}, 2, CloseSession{}).error == ErrorCode::session_expired);
  CHECK(e.state.sessions().size() == 2);
}

TEST_CASE("the leader expires a session whoever owns it, once") {
  Ensemble e;
  e.create("/e", {}, CreateMode::ephemeral);

  CHECK(e.as(alice, 0, ExpireSession{}).error == ErrorCode::ok);
  CHECK(e.as(alice, 0, ExpireSession{}).error == ErrorCode::session_expired);
  CHECK_FALSE(e.has("/e"));
}

TEST_CASE("settings take effect with their txn, unknown feature levels are refused") {
  Ensemble e;
  EnsembleSettings settings;
  settings.multi_ops_max = 17;

  CHECK(e.apply_as_server(SetSettings{settings}).error == ErrorCode::ok);
  CHECK(e.state.settings() == settings);
  const std::uint64_t digest = e.state.digest();
  settings.feature_level = 2;
  CHECK(e.apply_as_server(SetSettings{settings}).error == ErrorCode::unimplemented);
  settings.feature_level = 0;
  CHECK(e.apply_as_server(SetSettings{settings}).error == ErrorCode::unimplemented);
  CHECK(e.state.settings().multi_ops_max == 17);
  CHECK(e.state.digest() == digest);
}

TEST_CASE("settings and sessions are part of the digest") {
  Ensemble a;
  Ensemble b;
  REQUIRE(a.state.digest() == b.state.digest());
  EnsembleSettings settings;
  settings.skip_acl = true;

  a.configure(settings);
  CHECK(a.state.digest() != b.state.digest());
  b.configure(settings);
  CHECK(a.state.digest() == b.state.digest());
  a.as(alice, 8, attach_with(1, 10'000));
  CHECK(a.state.digest() != b.state.digest());
}

}  // namespace
}  // namespace quorate
