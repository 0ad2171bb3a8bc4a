#include "core/zab/digest_court.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "core/zab/mark_ring.h"
#include "test/unit/core/zab/zab_fixture.h"

namespace quorate {
namespace {

using Time = DigestCourt::Time;

constexpr Time patience{1000};
constexpr std::uint64_t right = 7;
constexpr std::uint64_t wrong = 8;
constexpr ServerId s4{4};
constexpr ServerId s5{5};

/// A court over servers 1 to `voters`, told at a time that the test holds.
class Court {
 public:
  explicit Court(std::uint32_t voters = 3) : court(Quorum(ids(voters)), patience) {}

  std::vector<Sentence> hears(ServerId server, Zxid zxid, std::uint64_t digest,
                              std::uint32_t version = 1) {
    const std::vector<DigestMark> marks{{zxid, digest, version}};
    court.on_marks(server, marks, now);
    return court.take_sentences();
  }
  std::vector<Sentence> ticks_at(Time::rep ms) {
    now = Time{ms};
    court.on_tick(now);
    return court.take_sentences();
  }
  [[nodiscard]] std::optional<Zxid> undecided() const { return court.undecided(); }

  DigestCourt court;
  Time now{0};

 private:
  static ServerSet ids(std::uint32_t count) {
    ServerSet servers;
    for (std::uint32_t id = 1; id <= count; ++id) servers.insert(ServerId{id});
    return servers;
  }
};

const std::vector<Sentence> nobody;

Sentence differs(ServerId server, Zxid zxid) { return {server, zxid, 1, wrong, right}; }

TEST_CASE("marks stand at every 128th counter and at the first of an epoch") {
  CHECK(is_marked(at(4, 1)));
  CHECK_FALSE(is_marked(at(4, 2)));
  CHECK_FALSE(is_marked(at(4, 127)));
  CHECK(is_marked(at(4, 128)));
  CHECK(is_marked(at(5, 256)));
  CHECK_FALSE(is_marked(Zxid{}));
}

TEST_CASE("a server keeps its last marks, each once and in order") {
  MarkRing ring;
  CHECK_FALSE(ring.last().has_value());
  for (std::uint32_t i = 1; i <= digest_marks_max + 2; ++i) ring.add({at(4, 128 * i), i, 1});

  ring.add({at(4, 128), 99, 1});

  CHECK(ring.after({}).size() == digest_marks_max);
  CHECK_FALSE(ring.at(at(4, 256)).has_value());
  CHECK(ring.at(at(4, 384)) == DigestMark{at(4, 384), 3, 1});
  CHECK(ring.after(ring.last()->zxid).empty());
}

TEST_CASE("who differs from a quorum is sentenced, once") {
  Court court;
  CHECK(court.hears(s1, at(4, 128), right) == nobody);
  CHECK(court.hears(s3, at(4, 128), wrong) == nobody);

  CHECK(court.hears(s2, at(4, 128), right) == std::vector{differs(s3, at(4, 128))});

  CHECK(court.ticks_at(5000) == nobody);
  CHECK_FALSE(court.undecided().has_value());
}

TEST_CASE("who comes late with another digest is sentenced when he comes") {
  Court court;
  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 128), right);

  CHECK(court.hears(s3, at(4, 128), wrong) == std::vector{differs(s3, at(4, 128))});
}

TEST_CASE("an observer is judged, and does not judge") {
  Court court;
  court.hears(observer, at(4, 128), wrong);
  court.hears(s1, at(4, 128), right);
  CHECK(court.hears(s2, at(4, 128), right) == std::vector{differs(observer, at(4, 128))});

  court.hears(s1, at(4, 256), right);
  court.hears(observer, at(4, 256), right);
  CHECK(court.hears(s2, at(4, 256), wrong) == nobody);
}

TEST_CASE("digests of different versions are not compared") {
  Court court;
  court.hears(s1, at(4, 128), right, 1);
  court.hears(s2, at(4, 128), right, 1);

  CHECK(court.hears(s3, at(4, 128), wrong, 2) == nobody);
  CHECK(court.ticks_at(5000) == nobody);
  CHECK_FALSE(court.undecided().has_value());
}

TEST_CASE("equal digests of different versions are no quorum") {
  Court court;
  court.hears(s1, at(4, 128), right, 1);
  court.hears(s2, at(4, 128), right, 2);

  CHECK(court.hears(s3, at(4, 128), wrong, 1) == nobody);
}

TEST_CASE("different zxids say nothing about each other") {
  Court court;
  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 256), wrong);

  CHECK(court.ticks_at(5000) == nobody);
  CHECK_FALSE(court.undecided().has_value());
}

TEST_CASE("two who differ are undecided when the third does not speak in time") {
  Court court;
  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 128), wrong);
  CHECK_FALSE(court.undecided().has_value());
  court.ticks_at(patience.count() - 1);
  CHECK_FALSE(court.undecided().has_value());

  CHECK(court.ticks_at(patience.count()) == nobody);

  CHECK(court.undecided() == at(4, 128));
}

TEST_CASE("all have spoken and nobody has a quorum: undecided at once") {
  Court court;
  court.hears(s1, at(4, 128), 1);
  court.hears(s2, at(4, 128), 2);

  court.hears(s3, at(4, 128), 3);

  CHECK(court.undecided() == at(4, 128));
}

TEST_CASE("the voice that was missing decides") {
  Court court;
  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 128), wrong);
  court.ticks_at(2000);

  CHECK(court.hears(s3, at(4, 128), right) == std::vector{differs(s2, at(4, 128))});

  CHECK_FALSE(court.undecided().has_value());
}

TEST_CASE("a quorum that is equal later settles it, one that was equal before does not") {
  Court court;
  court.hears(s1, at(4, 256), right);
  court.hears(s2, at(4, 256), wrong);
  court.ticks_at(2000);

  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 128), right);
  CHECK(court.undecided() == at(4, 256));
  court.hears(s1, at(4, 384), right);
  court.hears(s3, at(4, 384), right);

  CHECK_FALSE(court.undecided().has_value());
  court.ticks_at(9000);
  CHECK_FALSE(court.undecided().has_value());
}

TEST_CASE("what was undecided stays so when somebody leaves") {
  Court court(5);
  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 128), right);
  court.hears(s3, at(4, 128), wrong);
  court.ticks_at(2000);
  REQUIRE(court.undecided().has_value());

  court.court.forget(s3);
  court.ticks_at(4000);

  CHECK(court.undecided() == at(4, 128));
  CHECK(court.hears(s4, at(4, 128), right) == nobody);
  CHECK_FALSE(court.undecided().has_value());
}

TEST_CASE("who comes anew is judged by what he says then") {
  Court court;
  court.hears(s1, at(4, 128), right);
  court.hears(s2, at(4, 128), right);
  court.hears(s3, at(4, 128), wrong);

  court.court.forget(s3);

  CHECK(court.hears(s3, at(4, 256), right) == nobody);
  CHECK(court.hears(s3, at(4, 128), wrong) == std::vector{differs(s3, at(4, 128))});
}

TEST_CASE("a minority's digest is never the expected one") {
  Court court(5);
  court.hears(s1, at(4, 128), wrong);
  court.hears(s2, at(4, 128), wrong);
  court.hears(s3, at(4, 128), right);
  court.hears(s4, at(4, 128), right);

  const std::vector<Sentence> both{differs(s1, at(4, 128)), differs(s2, at(4, 128))};
  CHECK(court.hears(s5, at(4, 128), right) == both);
}

TEST_CASE("old zxids make room") {
  Court court;
  court.hears(s1, at(4, 128), right);
  for (std::uint32_t i = 2; i <= 2 * digest_marks_max + 1; ++i)
    court.hears(s1, at(4, 128 * i), right);

  court.hears(s2, at(4, 128), right);
  CHECK(court.hears(s3, at(4, 128), wrong) == nobody);
  court.hears(s2, at(4, 256), right);
  CHECK(court.hears(s3, at(4, 256), wrong) == std::vector{differs(s3, at(4, 256))});
}

// Goal: whatever is said in whatever order, only who differs from an equal quorum is sentenced, and
// nothing is undecided where a quorum is equal.
// Method: random reports of a minority that is wrong, against the truth.
TEST_CASE("a wrong minority is found whatever the order") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Court court(5);
    std::uniform_int_distribution<std::uint32_t> any(1, 5);
    const ServerSet liars{ServerId{any(random)}, ServerId{any(random)}};
    std::vector<std::pair<ServerId, Zxid>> reports;
    for (std::uint32_t id = 1; id <= 5; ++id)
      for (std::uint32_t counter = 128; counter <= 1024; counter += 128)
        reports.emplace_back(ServerId{id}, at(4, counter));
    std::shuffle(reports.begin(), reports.end(), random);
    std::size_t sentenced = 0;
    for (const auto& [server, zxid] : reports) {
      // Two wrong ones need not agree with each other.
      const std::uint64_t digest = liars.contains(server) ? wrong + random() % 2 : right;
      for (const Sentence& sentence : court.hears(server, zxid, digest)) {
        CHECK(liars.contains(sentence.server));
        CHECK(sentence.expected == right);
        ++sentenced;
      }
    }
    CHECK(sentenced == liars.size() * 8);
    CHECK_FALSE(court.undecided().has_value());
  }
}

}  // namespace
}  // namespace quorate
