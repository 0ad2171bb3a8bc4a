// Two servers on one connection, or a server and somebody who is none.
#include "actors/peer_link_logic.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "schema/capnp/quorum_codec.h"
#include "test/unit/actors/fake_link.h"

namespace quorate::test {
namespace {

using std::chrono::milliseconds;

constexpr ServerId s1{1};
constexpr ServerId s2{2};
constexpr ServerId s3{3};
constexpr milliseconds start{5'000};

std::span<const char> chars(const Blob& blob) { return {blob.text().data(), blob.text().size()}; }

class FakePeerHost final : public PeerLinkHost {
 public:
  void on_greeted(const PeerHello& peer) override { greeted = peer; }
  void on_message(PeerMessage message) override { messages.push_back(std::move(message)); }
  void on_history(HistoryFrame frame) override { history.push_back(std::move(frame)); }
  void on_ended(const std::string& reason) override { ended = reason; }

  std::optional<PeerHello> greeted;
  std::vector<PeerMessage> messages;
  std::vector<HistoryFrame> history;
  std::optional<std::string> ended;
};

/// One end of a connection.
struct Side {
  Side(const PeerIdentity& self, std::optional<ServerId> dials,
       std::optional<HistoryWanted> wants = {})
      : logic(self, dials, wants, challenge_of(self), PeerLinkLimits{}, link, host, start) {}

  static std::array<std::uint8_t, 32> challenge_of(const PeerIdentity& self) {
    std::array<std::uint8_t, 32> challenge{};
    challenge.fill(static_cast<std::uint8_t>(self.server.value));
    return challenge;
  }

  FakeLink link;
  FakePeerHost host;
  PeerLinkLogic logic;
};

/// What one side has written goes to the other, until nobody writes.
void exchange(Side& one, Side& other, milliseconds now = start) {
  while (!one.link.sent.empty() || !other.link.sent.empty()) {
    const auto there = std::exchange(one.link.sent, {});
    if (!there.empty()) other.logic.on_bytes(there, now);
    const auto back = std::exchange(other.link.sent, {});
    if (!back.empty()) one.logic.on_bytes(back, now);
  }
}

PeerIdentity server(ServerId id, const std::string& key = "") {
  PeerIdentity identity;
  identity.cluster.fill(7);
  identity.server = id;
  identity.incarnation = Incarnation{id.value + 10};
  identity.key = key;
  return identity;
}

HistoryWanted some_history() { return {Epoch{4}, {}, {Zxid::at(Epoch{3}, 9), 77}, false}; }

struct Pair {
  explicit Pair(const PeerIdentity& dialler = server(s2), const PeerIdentity& dialled = server(s1),
                std::optional<HistoryWanted> wants = {})
      : two(dialler, dialled.server, wants), one(dialled, std::nullopt) {
    two.logic.start();
    one.logic.start();
    exchange(two, one);
  }
  void begin() {
    two.logic.begin(start);
    one.logic.begin(start);
  }

  Side two;
  Side one;
};

TEST_CASE("two servers greet each other, and then speak") {
  Pair pair;
  REQUIRE(pair.one.host.greeted.has_value());
  REQUIRE(pair.two.host.greeted.has_value());
  CHECK(pair.one.host.greeted->server == s2);
  CHECK(pair.one.host.greeted->incarnation == Incarnation{12});
  CHECK(pair.two.host.greeted->server == s1);

  pair.begin();
  pair.two.logic.send(capnp_codec::encode_peer_message(Ack{Epoch{4}, Zxid::at(Epoch{4}, 2)}));
  pair.one.logic.send(capnp_codec::encode_peer_message(NewEpoch{Epoch{5}}));
  exchange(pair.two, pair.one);

  REQUIRE(pair.one.host.messages.size() == 1);
  CHECK(std::get<Ack>(pair.one.host.messages[0]) == Ack{Epoch{4}, Zxid::at(Epoch{4}, 2)});
  REQUIRE(pair.two.host.messages.size() == 1);
  CHECK(std::get<NewEpoch>(pair.two.host.messages[0]) == NewEpoch{Epoch{5}});
}

TEST_CASE("what comes before the owner has decided waits for it") {
  Pair pair;
  pair.two.logic.begin(start);
  pair.two.logic.send(capnp_codec::encode_peer_message(NewEpoch{Epoch{5}}));
  exchange(pair.two, pair.one);
  CHECK(pair.one.host.messages.empty());

  pair.one.logic.begin(start);

  CHECK(pair.one.host.messages.size() == 1);
}

TEST_CASE("frames are put together from the pieces in which they come") {
  Pair pair;
  pair.begin();
  pair.two.logic.send(capnp_codec::encode_peer_message(NewEpoch{Epoch{5}}));
  pair.two.logic.send(capnp_codec::encode_peer_message(NewEpoch{Epoch{6}}));
  const auto bytes = std::exchange(pair.two.link.sent, {});

  for (const char byte : bytes) pair.one.logic.on_bytes({&byte, 1}, start);

  CHECK(pair.one.host.messages.size() == 2);
}

/// Who is not wanted is told why, and neither side is greeted.
void check_refused(const Pair& pair, const std::string& word) {
  CHECK(pair.one.logic.is_closed());
  CHECK(pair.two.logic.is_closed());
  CHECK_FALSE(pair.one.host.greeted.has_value());
  CHECK_FALSE(pair.two.host.greeted.has_value());
  REQUIRE(pair.one.host.ended.has_value());
  REQUIRE(pair.two.host.ended.has_value());
  CAPTURE(*pair.one.host.ended);
  CAPTURE(*pair.two.host.ended);
  CHECK(pair.one.host.ended->find(word) != std::string::npos);
  CHECK(pair.two.host.ended->find(word) != std::string::npos);
}

TEST_CASE("a server of another ensemble is refused by its cluster id") {
  PeerIdentity stranger = server(s2);
  stranger.cluster.fill(8);

  check_refused(Pair(stranger), "another ensemble");
}

TEST_CASE("a new server learns which ensemble it has met") {
  PeerIdentity fresh = server(s2);
  fresh.cluster.fill(8);
  fresh.is_new = true;
  SUBCASE("by dialling") {
    const Pair pair(fresh, server(s1));
    REQUIRE(pair.two.host.greeted.has_value());
    CHECK(pair.two.host.greeted->cluster == server(s1).cluster);
  }
  SUBCASE("by being dialled") {
    const Pair pair(server(s1), fresh);
    REQUIRE(pair.one.host.greeted.has_value());
    CHECK(pair.one.host.greeted->cluster == server(s1).cluster);
  }
  SUBCASE("but not from one that has no ensemble either") {
    PeerIdentity other = server(s1);
    other.is_new = true;
    check_refused(Pair(fresh, other), "another ensemble");
  }
}

TEST_CASE("two servers with one id refuse each other") {
  check_refused(Pair(server(s1), server(s1)), "both sides say that they are server 1");
}

TEST_CASE("another server than was dialled is refused") {
  Side dialler(server(s3), s2);
  Side dialled(server(s1), std::nullopt);
  dialler.logic.start();
  dialled.logic.start();

  exchange(dialler, dialled);

  CHECK(dialler.logic.is_closed());
  CHECK_FALSE(dialler.host.greeted.has_value());
  CHECK(dialler.host.ended->find("answers at the address of server 2") != std::string::npos);
}

TEST_CASE("a later version of the protocol is refused, one that speaks this one too is not") {
  PeerHello hello;
  hello.cluster.fill(7);
  hello.server = s2;
  hello.purpose = ControlLink{};
  hello.version_min = hello.version_max = 2;
  SUBCASE("only later ones") {
    Side one(server(s1), std::nullopt);
    one.logic.on_bytes(chars(capnp_codec::encode_handshake(hello)), start);
    CHECK(one.logic.is_closed());
    CHECK(one.host.ended->find("version 1 only") != std::string::npos);
  }
  SUBCASE("this one too") {
    hello.version_min = 1;
    Side one(server(s1), std::nullopt);
    one.logic.on_bytes(chars(capnp_codec::encode_handshake(hello)), start);
    CHECK(one.host.greeted.has_value());
  }
}

TEST_CASE("with a shared key each side proves that it has it") {
  Pair pair(server(s2, "secret"), server(s1, "secret"));

  CHECK(pair.one.host.greeted.has_value());
  CHECK(pair.two.host.greeted.has_value());
}

TEST_CASE("without the key nobody gets in") {
  SUBCASE("another key") {
    Pair pair(server(s2, "guess"), server(s1, "secret"));
    check_refused(pair, "peer_key_file");
  }
  SUBCASE("no key at the dialled server") {
    check_refused(Pair(server(s2, "secret"), server(s1)), "server 1 has none");
  }
  SUBCASE("no key at the dialler") {
    check_refused(Pair(server(s2), server(s1, "secret")), "server 2 has none");
  }
}

TEST_CASE("a proof from another connection is worth nothing") {
  // What server 2 said to a server with other challenges, said again.
  Side two(server(s2, "secret"), s1);
  PeerIdentity impostor = server(s1, "secret");
  Side first(impostor, std::nullopt);
  two.logic.start();
  const auto hello = two.link.sent;
  exchange(two, first);
  Side again(server(s2, "secret"), s1);
  again.logic.start();
  again.link.sent.clear();
  PeerLinkLogic victim(server(s1, "secret"), std::nullopt, std::nullopt, {9, 9, 9},
                       PeerLinkLimits{}, again.link, again.host, start);
  victim.on_bytes(hello, start);
  // The challenge differs, so the same MAC does not fit.
  PeerProof old;
  victim.on_bytes(chars(capnp_codec::encode_handshake(old)), start);

  CHECK(victim.is_closed());
  CHECK_FALSE(again.host.greeted.has_value());
}

TEST_CASE("garbage ends the connection, and nothing else") {
  Side one(server(s1), std::nullopt);
  SUBCASE("of another protocol") {
    one.logic.on_bytes(std::span<const char>("GET / HTTP/1.1\r\n\r\n", 18), start);
  }
  SUBCASE("a frame of four gigabytes") {
    const std::vector<char> huge = {0, 0, 0, 0, -1, -1, -1, 0x1f};
    one.logic.on_bytes(huge, start);
  }
  SUBCASE("a message before any hello") {
    one.logic.on_bytes(chars(capnp_codec::encode_peer_message(NewEpoch{Epoch{5}})), start);
  }
  SUBCASE("a proof before any hello") {
    one.logic.on_bytes(chars(capnp_codec::encode_handshake(PeerProof{})), start);
  }

  CHECK(one.logic.is_closed());
  CHECK_FALSE(one.host.greeted.has_value());
  CHECK(one.host.messages.empty());
}

TEST_CASE("a second hello ends the connection") {
  Pair pair;
  pair.begin();
  PeerHello hello;
  hello.cluster.fill(7);
  hello.server = s2;
  hello.purpose = ControlLink{};
  pair.one.logic.on_bytes(chars(capnp_codec::encode_handshake(hello)), start);

  CHECK(pair.one.logic.is_closed());
}

TEST_CASE("who says nothing for a second is gone; a quiet link is kept alive") {
  Pair pair;
  pair.begin();
  milliseconds now = start;
  for (int i = 0; i < 30; ++i) {
    now += milliseconds{100};
    pair.one.logic.on_tick(now);
    pair.two.logic.on_tick(now);
    exchange(pair.two, pair.one, now);
  }
  CHECK_FALSE(pair.one.logic.is_closed());
  CHECK(pair.one.host.messages.empty());

  // From here on nothing gets through.
  for (int i = 0; i < 9; ++i) pair.one.logic.on_tick(now += milliseconds{100});
  CHECK_FALSE(pair.one.logic.is_closed());
  pair.one.logic.on_tick(now + milliseconds{101 + 100});

  CHECK(pair.one.logic.is_closed());
  CHECK(pair.one.link.closed == CloseMode::forced);
}

TEST_CASE("who never says hello is closed") {
  Side one(server(s1), std::nullopt);
  one.logic.on_tick(start + milliseconds{5'000});
  CHECK_FALSE(one.logic.is_closed());

  one.logic.on_tick(start + milliseconds{5'001});

  CHECK(one.logic.is_closed());
}

TEST_CASE("a stream carries history one way, and only its reader listens") {
  Pair pair(server(s2), server(s1), some_history());
  CHECK(std::get<HistoryWanted>(pair.one.host.greeted->purpose) == some_history());
  pair.begin();

  pair.one.logic.send(
      capnp_codec::encode_image_chunk({0, {{"k", Blob(std::string_view("v"))}}, {}}));
  exchange(pair.two, pair.one);
  REQUIRE(pair.two.host.history.size() == 1);
  CHECK(std::get<ImageChunk>(pair.two.host.history[0]).records.size() == 1);

  // The reader may be silent for long, the writer may not.
  pair.one.logic.on_tick(start + milliseconds{5'000});
  CHECK_FALSE(pair.one.logic.is_closed());
  pair.two.logic.on_tick(start + milliseconds{5'000});
  CHECK(pair.two.logic.is_closed());
}

TEST_CASE("a reader that cannot take more does not take silence for an end") {
  Pair pair(server(s2), server(s1), some_history());
  pair.begin();
  pair.two.logic.pause();
  CHECK(pair.two.link.paused);

  pair.two.logic.on_tick(start + milliseconds{5'000});
  CHECK_FALSE(pair.two.logic.is_closed());
  pair.two.logic.resume(start + milliseconds{5'000});

  CHECK_FALSE(pair.two.link.paused);
  pair.two.logic.on_tick(start + milliseconds{5'900});
  CHECK_FALSE(pair.two.logic.is_closed());
  pair.two.logic.on_tick(start + milliseconds{6'001});
  CHECK(pair.two.logic.is_closed());
}

TEST_CASE("a stream that is refused ends with the reason") {
  Pair pair(server(s2), server(s1), some_history());
  pair.begin();

  pair.one.logic.send(
      capnp_codec::encode_history_refusal({ErrorCode::purged, "the log begins later"}));
  exchange(pair.two, pair.one);

  CHECK(pair.two.logic.is_closed());
  CHECK(pair.two.host.ended == "no history: the log begins later");
}

}  // namespace
}  // namespace quorate::test
