// What operators write: on nobody's session, and what they end.
#include "test/unit/core/inquiry/inquiry_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

/// What became of edits since the last call: "number error".
Told edited(Server& server) {
  Told all;
  for (const Edited& edit : std::exchange(server.machine.output().edited, {}))
    all.push_back(std::to_string(edit.number) + " " + std::string(to_string(edit.error)));
  return all;
}

/// Lets the fixture see what was submitted.
void hear(Server& server) { server.send_all(99, {}); }

struct Edits : Server {
  Edits() {
    connect(1);
    send(1, create("/a", "0"), owned("/hers", "0"));
    commit();
    (void)told(1);
  }
  std::uint64_t edit(Operation operation, std::vector<Identity> by = {}) {
    const auto number = machine.edit(std::move(operation), std::move(by));
    REQUIRE(number.ok());
    hear(*this);
    return *number;
  }
};

TEST_CASE("an edit is the server's own, and its outcome comes when it was applied") {
  Edits server;

  server.edit(set("/a", "1"), anna);
  REQUIRE(server.log.size() == 1);
  CHECK(server.log[0].session == SessionId{});
  CHECK(server.log[0].origin.connection == ConnectionSerial{});
  CHECK(server.log[0].identities == anna);
  CHECK(edited(server).empty());
  server.commit();

  const auto outcome = std::exchange(server.machine.output().edited, {});
  REQUIRE(outcome.size() == 1);
  CHECK(outcome[0].error == ErrorCode::ok);
  CHECK(outcome[0].zxid == server.last());
  CHECK(std::get<StatReply>(outcome[0].body).stat.version == 1);
}

TEST_CASE("an edit is judged by its identities and by the version that was seen") {
  Edits server;
  const auto deny = server.edit(set("/hers", "1"));
  const auto allow = server.edit(set("/hers", "1"), anna);
  const auto stale = server.edit(SetData{"/a", Blob(std::string_view("2")), 7});
  const auto gone = server.edit(Delete{"/none"});
  server.commit();

  CHECK(edited(server) == Told{std::to_string(deny) + " no_auth", std::to_string(allow) + " ok",
                               std::to_string(stale) + " bad_version",
                               std::to_string(gone) + " no_node"});
}

TEST_CASE("a node is created with its number, and its ACL can be set") {
  Edits server;
  Create counted = create("/a/n-");
  counted.mode = CreateMode::persistent_sequential;
  server.edit(counted);
  server.edit(SetAcl{"/a", {{perms::read, "world", "anyone"}}, 0});
  server.commit();

  const auto outcome = std::exchange(server.machine.output().edited, {});
  REQUIRE(outcome.size() == 2);
  CHECK(std::get<CreateReply>(outcome[0].body).path == "/a/n-0000000000");
  CHECK(std::get<StatReply>(outcome[1].body).stat.aversion == 1);
}

TEST_CASE("what cannot be written is refused at once") {
  Edits server;
  CHECK(server.machine.edit(ephemeral("/e"), {}).code() == ErrorCode::ephemeral_on_local_session);
  CHECK(server.machine.edit(SetAcl{"/a", {}}, {}).code() == ErrorCode::invalid_acl);

  server.machine.admit_writes(false);
  CHECK(server.machine.edit(set("/a", "1"), {}).code() == ErrorCode::not_read_only);
  server.machine.admit_writes(true);
  server.machine.on_leader_lost();
  CHECK(server.machine.edit(set("/a", "1"), {}).code() == ErrorCode::not_serving);
  server.machine.on_read_only();
  CHECK(server.machine.edit(set("/a", "1"), {}).code() == ErrorCode::not_read_only);
  hear(server);
  CHECK(server.log.empty());
}

TEST_CASE("few edits are under way at a time") {
  Edits server;
  for (int i = 0; i < 16; ++i) server.edit(set("/a", "1"));

  CHECK(server.machine.edit(set("/a", "1"), {}).code() == ErrorCode::throttled);
  server.commit(1);
  CHECK(server.machine.edit(set("/a", "1"), {}).ok());
}

TEST_CASE("when the leader is lost nobody can say what became of an edit") {
  Edits server;
  const auto number = server.edit(set("/a", "1"));

  server.machine.on_leader_lost();
  server.machine.check_invariants();
  CHECK(edited(server) == Told{std::to_string(number) + " connection_loss"});

  // The next leader has it all the same.
  server.commit();
  CHECK(edited(server).empty());
  server.serve();
  const auto next = server.edit(set("/a", "2"));
  CHECK(next > number);
  server.commit();
  CHECK(edited(server) == Told{std::to_string(next) + " ok"});
}

TEST_CASE("a new state loses edits too") {
  Edits server;
  const auto number = server.edit(set("/a", "1"));
  server.machine.on_state_replaced(State(3));
  CHECK(edited(server) == Told{std::to_string(number) + " connection_loss"});
}

TEST_CASE("edits, local sessions and the server's own writes are told apart") {
  Server server({}, SessionRules{true, false, std::chrono::milliseconds{100}});
  server.shake_hands(1, 1, CreateSession{10'000, {}});
  server.send(1, create("/a"));
  const auto number = server.machine.edit(create("/b"), {});
  REQUIRE(number.ok());
  server.send(1, create("/c"));
  server.commit_foreign(0, create("/d"));
  server.commit();

  CHECK(server.told(1) == Told{"opened", "1 ok /a", "2 ok /c"});
  CHECK(edited(server) == Told{std::to_string(*number) + " ok"});
}

TEST_CASE("a session is ended, with what it owns, wherever it is connected") {
  Edits server;
  server.send(1, ephemeral("/e"));
  server.commit();
  (void)server.told(1);
  server.commit_foreign(9, CreateSession{7'000, {}}, 5);

  const auto here_number = server.machine.end_session(SessionId{1});
  const auto there_number = server.machine.end_session(SessionId{9});
  REQUIRE(here_number.ok());
  REQUIRE(there_number.ok());
  hear(server);
  server.commit();

  CHECK(edited(server) ==
        Told{std::to_string(*here_number) + " ok", std::to_string(*there_number) + " ok"});
  CHECK(server.machine.state().sessions().size() == 0);
  CHECK(server.machine.state().tree().find("/e") == nullptr);
  CHECK(server.told(1) == Told{"close session_expired"});
  CHECK(server.machine.output().closed == std::vector<SessionId>{SessionId{1}, SessionId{9}});
}

TEST_CASE("a session that is gone cannot be ended") {
  Edits server;
  CHECK(server.machine.end_session(SessionId{5}).code() == ErrorCode::session_expired);
  const auto twice = server.machine.end_session(SessionId{1});
  const auto again = server.machine.end_session(SessionId{1});
  hear(server);
  server.commit();

  CHECK(edited(server) ==
        Told{std::to_string(*twice) + " ok", std::to_string(*again) + " session_expired"});
}

TEST_CASE("a local session ends at once, also where nobody leads") {
  Server server({}, SessionRules{true, false, std::chrono::milliseconds{100}});
  server.shake_hands(1, 1, CreateSession{10'000, {}});
  (void)server.told(1);
  server.machine.on_leader_lost();

  const auto ended = server.machine.end_session(SessionId{1});

  REQUIRE(ended.ok());
  CHECK(*ended == 0);
  CHECK(server.told(1) == Told{"close session_expired"});
  CHECK(server.machine.local_sessions().size() == 0);
  server.machine.check_invariants();
}

}  // namespace
}  // namespace quorate
