#include "core/zab/quorum.h"

#include <doctest/doctest.h>

#include <random>
#include <utility>
#include <vector>

#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

constexpr ServerId s4{4};
constexpr ServerId s5{5};
constexpr ServerId s6{6};

/// Three groups of two, as in three places.
Quorum three_places() {
  return Quorum(
      std::vector<Quorum::Weights>{{{s1, 1}, {s2, 1}}, {{s3, 1}, {s4, 1}}, {{s5, 1}, {s6, 1}}});
}

TEST_CASE("a majority is more than half of the voters") {
  const Quorum five(ServerSet{s1, s2, s3, s4, s5});

  CHECK_FALSE(five.is_quorum({}));
  CHECK_FALSE(five.is_quorum({s1, s2}));
  CHECK(five.is_quorum({s1, s2, s5}));
}

TEST_CASE("half of an even number of voters is not a quorum") {
  const Quorum four(ServerSet{s1, s2, s3, s4});

  CHECK_FALSE(four.is_quorum({s1, s2}));
  CHECK(four.is_quorum({s1, s2, s3}));
}

TEST_CASE("a single voter is a quorum") {
  CHECK(only_one().is_quorum({s1}));
  CHECK_FALSE(only_one().is_quorum({s2}));
}

TEST_CASE("servers that do not vote are not counted") {
  CHECK_FALSE(three_voters().is_quorum({s1, observer, s6}));
  CHECK_FALSE(three_voters().is_voter(observer));
}

TEST_CASE("of groups, a quorum has a majority of the weight in more than half") {
  const Quorum places = three_places();

  CHECK(places.is_quorum({s1, s2, s3, s4}));
  CHECK_FALSE(places.is_quorum({s1, s2, s3, s5}));
  CHECK_FALSE(places.is_quorum({s1, s2}));
}

TEST_CASE("a weight counts as that many votes") {
  const Quorum weighted(std::vector<Quorum::Weights>{{{s1, 3}, {s2, 1}, {s3, 1}}});

  CHECK(weighted.is_quorum({s1}));
  CHECK_FALSE(weighted.is_quorum({s2, s3}));
}

TEST_CASE("a server without weight does not vote, and a group without weight is none") {
  const Quorum quorum(std::vector<Quorum::Weights>{{{s1, 1}, {s2, 0}}, {{s3, 0}, {s4, 0}}});

  CHECK(quorum.voters() == ServerSet{s1});
  CHECK(quorum.is_quorum({s1}));
  CHECK_FALSE(quorum.is_quorum({s2, s3, s4}));
}

TEST_CASE("weights near the end of their range do not wrap around") {
  constexpr std::uint32_t most = 0xffff'ffff;
  const Quorum heavy(std::vector<Quorum::Weights>{{{s1, most}, {s2, most}, {s3, most}}});

  CHECK_FALSE(heavy.is_quorum({s1}));
  CHECK(heavy.is_quorum({s1, s2}));
}

TEST_CASE("what a quorum has reached is the highest zxid that enough of them have") {
  const Quorum quorum = three_voters();

  CHECK(quorum.reached({{s1, at(3, 9)}, {s2, at(3, 7)}, {s3, at(3, 5)}}) == at(3, 7));
  CHECK(quorum.reached({{s1, at(3, 9)}}) == Zxid{});
  CHECK(quorum.reached({}) == Zxid{});
}

TEST_CASE("what observers have reached does not count") {
  CHECK(three_voters().reached({{s1, at(3, 9)}, {observer, at(3, 9)}}) == Zxid{});
}

TEST_CASE("with groups, what is reached is so in more than half of them") {
  const std::map<ServerId, Zxid> acked{{s1, at(3, 9)}, {s2, at(3, 8)}, {s3, at(3, 7)},
                                       {s4, at(3, 3)}, {s5, at(3, 9)}, {s6, at(3, 2)}};

  CHECK(three_places().reached(acked) == at(3, 3));
}

/// By definition: the highest of the zxids that a quorum has.
Zxid reached_naively(const Quorum& quorum, const std::map<ServerId, Zxid>& acked) {
  Zxid best;
  for (const auto& [server, zxid] : acked) {
    ServerSet have;
    for (const auto& [other, its] : acked)
      if (its >= zxid) have.insert(other);
    if (quorum.is_quorum(have)) best = std::max(best, zxid);
  }
  return best;
}

// Goal: any two quorums meet, and reached() is what its definition says.
// Method: random groups and weights; a failure prints its seed.
TEST_CASE("any two quorums have a server in common") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 engine(seed);
    const auto random = [&](std::uint32_t below) {
      return static_cast<std::uint32_t>(engine() % below);
    };
    std::vector<Quorum::Weights> groups(1 + random(3));
    for (std::uint32_t id = 1; id <= 6; ++id) groups[random(3) % groups.size()][{id}] = random(3);
    groups.front()[ServerId{7}] = 1;
    const Quorum quorum(groups);
    ServerSet some;
    ServerSet others;
    std::map<ServerId, Zxid> acked;
    for (std::uint32_t id = 1; id <= 8; ++id) {
      (random(2) == 0 ? some : others).insert(ServerId{id});
      if (random(4) != 0) acked[ServerId{id}] = at(3, random(6));
    }

    REQUIRE_FALSE((quorum.is_quorum(some) && quorum.is_quorum(others)));
    REQUIRE(quorum.reached(acked) == reached_naively(quorum, acked));
  }
}

}  // namespace
}  // namespace quorate
