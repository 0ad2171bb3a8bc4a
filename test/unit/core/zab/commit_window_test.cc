#include "core/zab/commit_window.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace quorate {
namespace {

constexpr Epoch epoch{7};
constexpr ServerId leader{1};
constexpr ServerId near{2};
constexpr ServerId far{3};

const Quorum three(ServerSet{leader, near, far});

Zxid at(std::uint32_t counter) { return Zxid::at(epoch, counter); }

TEST_CASE("proposing alone commits nothing") {
  CommitWindow window(epoch, three);

  CHECK(window.propose() == at(1));
  CHECK(window.committed() == at(0));
}

TEST_CASE("a quorum of one commits with its own ack") {
  CommitWindow window(epoch, Quorum(ServerSet{leader}));
  window.propose();

  CHECK(window.on_ack(leader, at(1)) == at(1));
}

TEST_CASE("one of three is not a quorum") {
  CommitWindow window(epoch, three);
  window.propose();

  CHECK(window.on_ack(leader, at(1)) == at(0));
  CHECK(window.on_ack(near, at(1)) == at(1));
}

TEST_CASE("an epoch has an end") {
  CommitWindow window(epoch, Quorum(ServerSet{leader}), 2);
  window.propose();

  CHECK(window.room() == 1);
  window.propose();
  CHECK(window.room() == 0);
}

TEST_CASE("an ack covers every earlier proposal") {
  CommitWindow window(epoch, three);
  for (int i = 0; i < 3; ++i) window.propose();

  window.on_ack(leader, at(3));
  CHECK(window.on_ack(far, at(2)) == at(2));
}

TEST_CASE("late and repeated acks move nothing back") {
  CommitWindow window(epoch, three);
  for (int i = 0; i < 3; ++i) window.propose();
  window.on_ack(leader, at(3));
  window.on_ack(near, at(3));

  CHECK(window.on_ack(near, at(1)) == at(3));
  CHECK(window.on_ack(near, at(3)) == at(3));
}

TEST_CASE("a learner that does not vote is not counted") {
  CommitWindow window(epoch, three);
  window.propose();
  window.on_ack(leader, at(1));

  CHECK(window.on_ack(ServerId{9}, at(1)) == at(0));
}

TEST_CASE("with groups, a majority of each of a majority of them commits") {
  const Quorum::Weights near_by{{ServerId{1}, 1}, {ServerId{2}, 1}};
  const Quorum::Weights far_off{{ServerId{3}, 1}};
  CommitWindow window(epoch, Quorum(std::vector{near_by, far_off}));
  for (int i = 0; i < 2; ++i) window.propose();
  window.on_ack(ServerId{1}, at(2));
  window.on_ack(ServerId{2}, at(2));

  CHECK(window.committed() == at(0));
  CHECK(window.on_ack(ServerId{3}, at(1)) == at(1));
  window.check_invariants();
}

void random_walk(std::uint32_t seed) {
  std::mt19937 engine(seed);
  const auto random = [&](std::uint32_t below) {
    return static_cast<std::uint32_t>(engine() % below);
  };
  ServerSet voters;
  const std::uint32_t count = 1 + random(5);
  for (std::uint32_t i = 1; i <= count; ++i) voters.insert(ServerId{i});
  CommitWindow window(epoch, Quorum(voters));
  Zxid committed = window.committed();
  for (int step = 0; step < 200; ++step) {
    if (random(2) == 0) {
      window.propose();
    } else {
      const std::uint32_t up_to = random(window.proposed().counter() + 1);
      window.on_ack(ServerId{1 + random(count + 1)}, at(up_to));
    }
    window.check_invariants();
    REQUIRE(window.committed() >= committed);
    committed = window.committed();
  }
}

// Goal: no order of events breaks an invariant or moves the commit point back.
// Method: random walks; a failure prints its seed.
TEST_CASE("invariants hold on every path") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    random_walk(seed);
  }
}

}  // namespace
}  // namespace quorate
