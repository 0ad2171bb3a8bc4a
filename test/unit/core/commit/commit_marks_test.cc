#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/tree/digest.h"
#include "test/unit/core/commit/commit_fixture.h"

namespace quorate::test {
namespace {

std::vector<DigestMark> marks_of(Server& server) {
  return std::exchange(server.machine.output().marks, {});
}

TEST_CASE("the digest is noted behind every 128th record and the first of an epoch") {
  Server server;
  server.connect(1);
  const auto first = marks_of(server);
  REQUIRE(first.size() == 1);
  CHECK(first.front() ==
        DigestMark{Zxid::at(Epoch{1}, 1), server.machine.state().digest(), digest_version});
  for (int i = 0; i < 126; ++i) {
    server.send(1, create("/n" + std::to_string(i)));
    server.commit();
  }
  CHECK(marks_of(server).empty());

  // Both in one batch: the mark is of the state between them.
  server.send(1, create("/last"), create("/behind"));
  server.commit(1);
  const std::uint64_t digest = server.machine.state().digest();
  server.commit(1);

  CHECK(marks_of(server) ==
        std::vector{DigestMark{Zxid::at(Epoch{1}, 128), digest, digest_version}});
  CHECK(server.machine.state().digest() != digest);
}

TEST_CASE("the digest of now is noted when it is asked for") {
  Server server;
  server.connect(1);
  marks_of(server);
  server.send(1, create("/a"));
  server.commit();

  server.machine.mark_digest();

  CHECK(marks_of(server) ==
        std::vector{
            DigestMark{Zxid::at(Epoch{1}, 2), server.machine.state().digest(), digest_version}});
}

TEST_CASE("two servers that apply the same note the same") {
  Server one;
  Server other;
  one.connect(1);
  for (int i = 0; i < 300; ++i) one.send(1, create("/n" + std::to_string(i), "x"));
  one.commit();

  for (const auto& txn : one.committed) other.machine.on_committed(std::span(&txn, 1));

  CHECK(marks_of(one).size() == 3);
  one.machine.mark_digest();
  other.machine.mark_digest();
  CHECK(marks_of(one).back() == marks_of(other).back());
}

}  // namespace
}  // namespace quorate::test
