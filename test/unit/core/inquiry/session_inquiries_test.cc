// Questions about sessions.
#include "test/unit/core/inquiry/inquiry_fixture.h"

namespace quorate {
namespace {

using namespace quorate::test;

constexpr SessionRules local{true, false, std::chrono::milliseconds{100}};

TEST_CASE("sessions of the ensemble are listed, wherever they are connected") {
  Server server;
  server.connect(1);
  server.connect(2);
  server.commit_foreign(9, CreateSession{7'000, {}}, 5);
  server.send(1, ephemeral("/a"), ephemeral("/b"), get_and_watch("/a"));
  server.commit();

  const auto listed = answered<SessionRows>(server.machine, SessionsInquiry{});

  REQUIRE(listed.rows.size() == 3);
  CHECK(listed.rows[0] == SessionRow{SessionId{1}, 10'000, ConnectionSerial{1}, here, 2, 1, false});
  CHECK(listed.rows[1] == SessionRow{SessionId{2}, 10'000, ConnectionSerial{2}, here, 0, 0, false});
  CHECK(listed.rows[2] == SessionRow{SessionId{9}, 7'000, {}, elsewhere, 0, 0, false});
}

TEST_CASE("local sessions are listed behind the others") {
  Server server({}, local);
  server.commit_foreign(9, CreateSession{7'000, {}}, 5);
  for (std::uint64_t n = 1; n <= 120; ++n)
    server.shake_hands(n, static_cast<std::int64_t>(n), CreateSession{10'000, {}});

  const auto listed = answered<SessionRows>(server.machine, SessionsInquiry{});

  REQUIRE(listed.rows.size() == 121);
  CHECK(listed.rows[0].session == SessionId{9});
  CHECK(listed.rows[1] == SessionRow{SessionId{1}, 10'000, ConnectionSerial{1}, here, 0, 0, true});
  CHECK(listed.rows[120].session == SessionId{120});
}

TEST_CASE("sessions come and go while they are listed") {
  Server server;
  for (std::int64_t n = 1; n <= 300; ++n)
    server.commit_foreign(n * 10, CreateSession{7'000, {}}, 5);
  std::int64_t next = 0;

  const auto listed = answered<SessionRows>(server.machine, SessionsInquiry{}, [&] {
    server.commit_foreign(++next * 500, ExpireSession{});
    server.commit_foreign(1 + next * 500, CreateSession{7'000, {}}, 5);
  });

  for (std::size_t i = 1; i < listed.rows.size(); ++i)
    CHECK(listed.rows[i - 1].session < listed.rows[i].session);
  CHECK(listed.rows.size() >= 280);
}

TEST_CASE("a session is shown with what it owns and what it watches") {
  Server server;
  server.connect(1);
  server.send(1, ephemeral("/b"), ephemeral("/a"), get_and_watch("/a"),
              AddWatch{"/", WatchMode::persistent_recursive});
  server.commit();

  const auto shown = answered<SessionAnswer>(server.machine, SessionInquiry{SessionId{1}});

  CHECK(shown.row.ephemerals == 2);
  CHECK(shown.ephemerals == std::vector<std::string>{"/a", "/b"});
  CHECK(shown.watched ==
        std::vector<WatchedPath>{{"/", WatchKind::recursive}, {"/a", WatchKind::data}});
  CHECK(refused(server.machine, SessionInquiry{SessionId{2}}) == ErrorCode::no_node);
}

TEST_CASE("the mark of a session changes when it is attached anew") {
  Server server;
  server.connect(1);
  const auto before = answered<SessionAnswer>(server.machine, SessionInquiry{SessionId{1}});
  const auto same = answered<SessionAnswer>(server.machine, SessionInquiry{SessionId{1}});
  server.commit_foreign(1, AttachSession{10'000, {}}, 5);
  const auto after = answered<SessionAnswer>(server.machine, SessionInquiry{SessionId{1}});

  CHECK(before.mark == same.mark);
  CHECK(before.mark != after.mark);
}

TEST_CASE("no more than a thousand of each are shown") {
  Server server;
  server.connect(1);
  for (int i = 0; i < 1100; ++i) {
    const std::string path = "/n" + std::to_string(i);
    server.send(1, ephemeral(path), Exists{path, true});
  }
  server.commit();

  const auto shown = answered<SessionAnswer>(server.machine, SessionInquiry{SessionId{1}});

  CHECK(shown.row.ephemerals == 1100);
  CHECK(shown.row.watches == 1100);
  CHECK(shown.ephemerals.size() == 1000);
  CHECK(shown.watched.size() == 1000);
}

TEST_CASE("watches of a session are forgotten, and those of nobody else") {
  Server server;
  server.connect(1);
  server.connect(2);
  for (int i = 0; i < 250; ++i) server.send(1, Exists{"/n" + std::to_string(i), true});
  server.send(2, Exists{"/n0", true});
  (void)server.told(1);
  (void)server.told(2);

  const auto done = answered<DoneAnswer>(server.machine, ForgetWatches{SessionId{1}});
  server.machine.check_invariants();
  server.commit_foreign(0, create("/n0"));

  CHECK(done.count == 250);
  CHECK(server.machine.watches().size() == 0);
  CHECK(server.told(1).empty());
  CHECK(server.told(2) == Told{"created /n0"});
}

TEST_CASE("watches are forgotten of who is connected here, and of nobody else") {
  Server server;
  server.commit_foreign(9, CreateSession{7'000, {}}, 5);
  server.connect(1);

  CHECK(refused(server.machine, ForgetWatches{SessionId{9}}) == ErrorCode::no_node);
  CHECK(answered<DoneAnswer>(server.machine, ForgetWatches{SessionId{1}}).count == 0);
}

}  // namespace
}  // namespace quorate
