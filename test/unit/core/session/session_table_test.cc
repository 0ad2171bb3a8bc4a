#include "core/session/session_table.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

constexpr SessionId id{42};

Session session_of(std::uint64_t connection) {
  Session session;
  session.timeout_ms = 1'000;
  session.owner = {ServerId{1}, Incarnation{2}, ConnectionSerial{connection}, 99};
  return session;
}

TEST_CASE("a session is found from open to close") {
  SessionTable sessions;
  CHECK(sessions.find(id) == nullptr);

  sessions.open(id, session_of(3));
  REQUIRE(sessions.find(id) != nullptr);
  CHECK(sessions.find(id)->owner.connection == ConnectionSerial{3});
  CHECK(sessions.find(id)->owner.sequence == 0);

  sessions.close(id);
  CHECK(sessions.find(id) == nullptr);
  CHECK(sessions.digest() == 0);
}

TEST_CASE("the digest depends on owner and timeout, not on the way there") {
  SessionTable moved;
  SessionTable direct;

  moved.open(id, session_of(3));
  moved.attach(id, session_of(4).owner, 1'000);
  direct.open(id, session_of(4));

  CHECK(moved.digest() == direct.digest());
  moved.attach(id, session_of(4).owner, 2'000);
  CHECK(moved.digest() != direct.digest());
  moved.check_invariants();
}

TEST_CASE("a seal gives each changed session once, as it is now") {
  SessionTable sessions;
  sessions.open(id, session_of(3));
  sessions.attach(id, session_of(4).owner, 1'000);
  CHECK(sessions.unsealed() == 1);

  const auto first = sessions.seal();
  REQUIRE(first.size() == 1);
  CHECK(first[0].second->owner.connection == ConnectionSerial{4});
  CHECK(sessions.seal().empty());

  sessions.close(id);
  const auto second = sessions.seal();
  REQUIRE(second.size() == 1);
  CHECK_FALSE(second[0].second.has_value());
}

TEST_CASE("a session opened and closed between two seals leaves nothing behind") {
  SessionTable sessions;

  sessions.open(id, session_of(3));
  sessions.close(id);
  CHECK(sessions.unsealed() == 0);

  sessions.open(id, session_of(3));
  (void)sessions.seal();
  sessions.close(id);
  sessions.open(id, session_of(5));
  const auto sealed = sessions.seal();
  REQUIRE(sealed.size() == 1);
  CHECK(sealed[0].second->owner.connection == ConnectionSerial{5});
}

TEST_CASE("a loaded session is sealed already, and loaded once") {
  SessionTable sessions;

  CHECK(sessions.load(id, session_of(3)));
  CHECK_FALSE(sessions.load(id, session_of(3)));
  CHECK(sessions.unsealed() == 0);
  CHECK(sessions.digest() != 0);
}

TEST_CASE("passwords are equal when all their bytes are") {
  PasswordHash a{};
  PasswordHash b{};
  CHECK(is_equal_in_constant_time(a, b));

  b.back() = 1;
  CHECK_FALSE(is_equal_in_constant_time(a, b));
  a.front() = 0x80;
  b = a;
  CHECK(is_equal_in_constant_time(a, b));
}

}  // namespace
}  // namespace quorate
