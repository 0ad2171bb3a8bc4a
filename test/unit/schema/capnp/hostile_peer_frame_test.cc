// Frames that no honest server sends: each is refused with an error that names what was wrong.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <random>

#include "schema/capnp/quorum_codec.h"
#include "schema/capnp/record_codec.h"
#include "schema/quorum.capnp.h"
#include "test/support/random_peer_values.h"

namespace quorate::capnp_codec {
namespace {

using test::RandomPeerValues;

constexpr std::uint32_t bad_epoch = 0x8000'0000;
constexpr std::uint64_t bad_zxid = 0x8000'0000'0000'0001;

std::vector<std::byte> frame_of(capnp::MessageBuilder& message) {
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(message);
  const auto bytes = std::as_bytes(std::span(words.begin(), words.size()));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> copy_of(const Blob& frame) {
  return {frame.bytes().begin(), frame.bytes().end()};
}

/// A frame whose root `fill` wrote; one segment.
template <class Root, class Fill>
std::vector<std::byte> made(Fill&& fill) {
  capnp::MallocMessageBuilder message(1 << 21);
  fill(message.initRoot<Root>());
  return frame_of(message);
}

/// "code: text" of the error, or "ok".
template <class Value>
std::string refusal_of(const Result<Value>& result) {
  if (result.ok()) return "ok";
  return std::string(to_string(result.code())) + ": " + result.error().text;
}

template <class Fill>
std::string refused(Fill&& fill) {
  return refusal_of(decode_peer_message(made<quorum::PeerMessage>(fill)));
}

template <class Fill>
std::string refused_handshake(Fill&& fill) {
  return refusal_of(decode_handshake(made<quorum::PeerHandshake>(fill)));
}

template <class Fill>
std::string refused_history(Fill&& fill) {
  return refusal_of(decode_history_frame(made<quorum::HistoryFrame>(fill)));
}

std::string epoch_refusal(const std::string& field) {
  return "marshalling_error: " + field + ": epoch 2147483648; none is above 2147483647";
}

// --- Frames
// ----------------------------------------------------------------------------------------

TEST_CASE("frames of other servers beyond their limits are refused before they are read") {
  std::vector<std::byte> large(peer_limits.bytes_max + 8);
  const std::uint32_t header[2] = {0, static_cast<std::uint32_t>(large.size() / 8 - 1)};
  std::memcpy(large.data(), header, sizeof header);
  CHECK(decode_peer_message(large).code() == ErrorCode::request_too_large);
  CHECK(decode_history_frame(large).code() == ErrorCode::request_too_large);
  const auto above_hello = std::span<const std::byte>(large).first(hello_limits.bytes_max + 8);
  CHECK(decode_handshake(above_hello).code() == ErrorCode::request_too_large);

  std::vector<std::byte> two_segments(16);
  two_segments[0] = std::byte{1};
  CHECK(decode_peer_message(two_segments).code() == ErrorCode::marshalling_error);
  CHECK(decode_handshake(two_segments).code() == ErrorCode::marshalling_error);
  CHECK(decode_history_frame(two_segments).code() == ErrorCode::marshalling_error);
}

TEST_CASE("no bytes and a message of defaults are refused") {
  CHECK(decode_peer_message({}).code() == ErrorCode::marshalling_error);
  CHECK(decode_handshake({}).code() == ErrorCode::marshalling_error);
  CHECK(decode_history_frame({}).code() == ErrorCode::marshalling_error);

  CHECK(refused([](auto) {}) == "marshalling_error: peer message: an empty message");
  CHECK(refused_handshake([](auto) {}) == "marshalling_error: handshake: an empty message");
  CHECK(refused_history([](auto) {}) == "marshalling_error: history frame: an empty message");
}

TEST_CASE("a kind of message that this version does not know is refused as such") {
  // Root pointer to one word of data and one pointer; the word is the union's tag.
  const std::uint64_t words[4] = {std::uint64_t{3} << 32, 0x0001'0001'0000'0000, 999, 0};
  const auto frame = std::as_bytes(std::span(words));

  CHECK(refusal_of(decode_peer_message(frame)) ==
        "unimplemented: peer message: kind 999 is not known here");
  CHECK(refusal_of(decode_handshake(frame)) ==
        "unimplemented: handshake: kind 999 is not known here");
  CHECK(refusal_of(decode_history_frame(frame)) ==
        "unimplemented: history frame: kind 999 is not known here");
}

/// Truncates and damages a frame; `decode` must refuse or accept each.
template <class Decode>
void torture(const Blob& frame, const Decode& decode) {
  const std::vector<std::byte> whole = copy_of(frame);
  const std::size_t step = 1 + whole.size() / 200;
  for (std::size_t size = 0; size < whole.size(); size += step) {
    CAPTURE(size);
    CHECK_FALSE(decode(std::span<const std::byte>(whole).first(size)).ok());
  }
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::byte> changed = whole;
    changed[random() % changed.size()] ^= std::byte{1} << (random() % 8);
    const ErrorCode code = decode(std::span<const std::byte>(changed)).code();
    const bool known = code == ErrorCode::ok || code == ErrorCode::marshalling_error ||
                       code == ErrorCode::unimplemented || code == ErrorCode::request_too_large;
    CHECK(known);
  }
}

// Goal: no damage makes a decoder do anything but accept or refuse. Sanitizers watch.
TEST_CASE("frames that are cut off are refused, frames with any bit changed judged") {
  for (std::size_t kind = 0; kind < std::variant_size_v<PeerMessage>; ++kind) {
    CAPTURE(kind);
    torture(encode_peer_message(RandomPeerValues(3).message(kind)), decode_peer_message);
  }
  for (std::size_t kind = 0; kind < std::variant_size_v<PeerHandshake>; ++kind) {
    CAPTURE(kind);
    torture(encode_handshake(RandomPeerValues(3).handshake(kind)), decode_handshake);
  }
  torture(encode_image_chunk(RandomPeerValues(3).chunk()), decode_history_frame);
}

// --- Numbers
// ---------------------------------------------------------------------------------------

TEST_CASE("epochs above the last one are refused in every message") {
  const std::vector<std::pair<std::string, std::function<void(quorum::PeerMessage::Builder)>>>
      cases = {
          {"notification.current", [](auto out) { out.initNotification().setCurrent(bad_epoch); }},
          {"notification.last", [](auto out) { out.initNotification().setLast(bad_zxid); }},
          {"notification.established",
           [](auto out) { out.initNotification().setEstablished(bad_epoch); }},
          {"join.least", [](auto out) { out.initJoin().setLeast(bad_epoch); }},
          {"newEpoch.epoch", [](auto out) { out.initNewEpoch().setEpoch(bad_epoch); }},
          {"epochPromised.epoch", [](auto out) { out.initEpochPromised().setEpoch(bad_epoch); }},
          {"epochPromised.current",
           [](auto out) { out.initEpochPromised().setCurrent(bad_epoch); }},
          {"epochPromised.rememberedEpoch",
           [](auto out) { out.initEpochPromised().setRememberedEpoch(bad_epoch); }},
          {"epochPromised.remembered",
           [](auto out) { out.initEpochPromised().initRemembered(1)[0].setZxid(bad_zxid); }},
          {"epochPromised.ends",
           [](auto out) { out.initEpochPromised().initEnds(1)[0].setZxid(bad_zxid); }},
          {"amnesia.zxid", [](auto out) { out.initAmnesia().setZxid(bad_zxid); }},
          {"synchronise.epoch", [](auto out) { out.initSynchronise().setEpoch(bad_epoch); }},
          {"synchronise.keep",
           [](auto out) { out.initSynchronise().initKeep().setZxid(bad_zxid); }},
          {"synchronise.end", [](auto out) { out.initSynchronise().initEnd().setZxid(bad_zxid); }},
          {"adopted.epoch", [](auto out) { out.initAdopted().setEpoch(bad_epoch); }},
          {"serve.epoch", [](auto out) { out.initServe().setEpoch(bad_epoch); }},
          {"serve.committed", [](auto out) { out.initServe().setCommitted(bad_zxid); }},
          {"proposals.epoch", [](auto out) { out.initProposals().setEpoch(bad_epoch); }},
          {"proposals.previous",
           [](auto out) { out.initProposals().initPrevious().setZxid(bad_zxid); }},
          {"proposals.committed", [](auto out) { out.initProposals().setCommitted(bad_zxid); }},
          {"proposals.acked",
           [](auto out) { out.initProposals().initAcked(1)[0].setZxid(bad_zxid); }},
          {"records", [](auto out) { out.initProposals().initRecords(1)[0].setZxid(bad_zxid); }},
          {"ack.epoch", [](auto out) { out.initAck().setEpoch(bad_epoch); }},
          {"ack.zxid", [](auto out) { out.initAck().setZxid(bad_zxid); }},
          {"committed.epoch", [](auto out) { out.initCommitted().setEpoch(bad_epoch); }},
          {"committed.zxid", [](auto out) { out.initCommitted().setZxid(bad_zxid); }},
          {"heartbeat.epoch", [](auto out) { out.initHeartbeat().setEpoch(bad_epoch); }},
          {"alive.epoch", [](auto out) { out.initAlive().setEpoch(bad_epoch); }},
          {"alive.marks", [](auto out) { out.initAlive().initMarks(1)[0].setZxid(bad_zxid); }},
          {"diverged.epoch", [](auto out) { out.initDiverged().setEpoch(bad_epoch); }},
          {"diverged.zxid", [](auto out) { out.initDiverged().setZxid(bad_zxid); }},
          {"syncPoints.points",
           [](auto out) { out.initSyncPoints().initPoints(1)[0].setPoint(bad_zxid); }},
      };
  for (const auto& [field, fill] : cases) {
    const std::string& which = field;
    CAPTURE(which);
    CHECK(refused(fill) == epoch_refusal(field));
  }
}

TEST_CASE("servers above 255 are refused") {
  const std::string above = ": server 256; none is above 255";
  CHECK(refused([](auto out) { out.initNotification().setLeader(256); }) ==
        "marshalling_error: notification.leader" + above);
  CHECK(refused([](auto out) { out.initHandOver().setTo(256); }) ==
        "marshalling_error: handOver.to" + above);
  CHECK(refused([](auto out) { out.initHandOverAnswer().setSuccessor(256); }) ==
        "marshalling_error: handOverAnswer.successor" + above);
  CHECK(refused([](auto out) { out.initHandOverAnswer().initRefusal(); }) ==
        "marshalling_error: refusal.error: 0 is no reason");
  CHECK(refused([](auto out) { out.initProposals().initAcked(1)[0].setServer(256); }) ==
        "marshalling_error: proposals.acked" + above);
  CHECK(refused([](auto out) { out.initEpochPromised().initRemembered(1)[0].setServer(256); }) ==
        "marshalling_error: epochPromised.remembered" + above);
  CHECK(refused([](auto out) {
          auto write = out.initForward().initWrites(1)[0];
          write.setServer(256);
          write.setCloseSession();
        }) == "marshalling_error: forward.writes" + above);
}

TEST_CASE("a stance out of range is refused") {
  CHECK(refused([](auto out) {
          out.initNotification().setStance(static_cast<quorum::Stance>(3));
        }) == "marshalling_error: notification.stance: 3 is none");
}

TEST_CASE("marks that do not ascend are refused") {
  CHECK(refused([](auto out) {
          auto marks = out.initAlive().initMarks(2);
          marks[0].setZxid(2);
          marks[1].setZxid(2);
        }) == "marshalling_error: alive.marks: 0.2 does not stand behind 0.2");
}

TEST_CASE("texts of the admin API above their limit are refused") {
  CHECK(refused([](auto out) { out.initAdminRequest().initText(admin_request_bytes_max + 1); }) ==
        "marshalling_error: adminRequest.text: 1048577 bytes; at most 1048576 are accepted");
  CHECK(refused([](auto out) { out.initAdminReply().initText(admin_reply_bytes_max + 1); }) ==
        "marshalling_error: adminReply.text: 4194305 bytes; at most 4194304 are accepted");
}

TEST_CASE("no leader and no epoch are not numbers") {
  const auto read =
      decode_peer_message(made<quorum::PeerMessage>([](auto out) { out.initNotification(); }));

  REQUIRE(read.ok());
  CHECK(std::get<ElectionNotice>(*read) == ElectionNotice{});
}

// --- Lists
// -----------------------------------------------------------------------------------------

TEST_CASE("lists with too many elements are refused before anything is allocated for them") {
  const auto too_many = [](const char* field, std::size_t size, std::size_t max) {
    return "marshalling_error: " + std::string(field) + ": " + std::to_string(size) +
           " elements; at most " + std::to_string(max) + " are accepted";
  };
  constexpr unsigned above = peer_list_max + 1;

  CHECK(refused([](auto out) { out.initProposals().initAcked(257); }) ==
        too_many("proposals.acked", 257, 256));
  CHECK(refused([](auto out) { out.initEpochPromised().initRemembered(257); }) ==
        too_many("epochPromised.remembered", 257, 256));
  CHECK(refused([](auto out) { out.initEpochPromised().initEnds(peer_ends_max + 1); }) ==
        too_many("epochPromised.ends", peer_ends_max + 1, peer_ends_max));
  CHECK(refused([](auto out) { out.initAlive().initMarks(digest_marks_max + 1); }) ==
        too_many("alive.marks", digest_marks_max + 1, digest_marks_max));
  CHECK(refused([](auto out) { out.initProposals().initRecords(above); }) ==
        too_many("records", above, peer_list_max));
  CHECK(refused([](auto out) { out.initForward().initWrites(above); }) ==
        too_many("forward.writes", above, peer_list_max));
  CHECK(refused([](auto out) { out.initForward().initSyncs(above); }) ==
        too_many("forward.syncs", above, peer_list_max));
  CHECK(refused([](auto out) { out.initSyncPoints().initPoints(above); }) ==
        too_many("syncPoints.points", above, peer_list_max));
  CHECK(refused([](auto out) { out.initTouches().initSessions(above); }) ==
        too_many("touches.sessions", above, peer_list_max));
  CHECK(refused_history([](auto out) { out.initRecords().initRecords(above); }) ==
        too_many("records", above, peer_list_max));
  CHECK(refused_history([](auto out) { out.initImage().initRecords(above); }) ==
        too_many("image.records", above, peer_list_max));
}

TEST_CASE("a list of a great many elements without size is refused") {
  std::vector<std::byte> frame =
      made<quorum::PeerMessage>([](auto out) { out.initTouches().initSessions(1); });
  bool found = false;
  for (std::size_t at = 8; at + 8 <= frame.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, frame.data() + at, 8);
    if ((word & 3) != 1 || (word >> 32 & 7) != 7) continue;
    const std::size_t tag = at + 8 + 8 * ((word & 0xffff'ffffU) >> 2);
    word = (word & 0xffff'ffffU) | std::uint64_t{7} << 32;          // A composite of 0 words ...
    const std::uint64_t many = std::uint64_t{(1U << 29) - 1} << 2;  // ... with 2^29 - 1 elements.
    std::memcpy(frame.data() + at, &word, 8);
    std::memcpy(frame.data() + tag, &many, 8);
    found = true;
  }

  REQUIRE(found);
  CHECK(decode_peer_message(frame).code() == ErrorCode::marshalling_error);
}

TEST_CASE("servers and ends that do not ascend are refused") {
  const auto twice = [](auto list) {
    list[0].setServer(4);
    list[1].setServer(4);
  };
  CHECK(refused([&](auto out) { twice(out.initProposals().initAcked(2)); }) ==
        "marshalling_error: proposals.acked: server 4 does not ascend");
  CHECK(refused([&](auto out) { twice(out.initEpochPromised().initRemembered(2)); }) ==
        "marshalling_error: epochPromised.remembered: server 4 does not ascend");
  CHECK(refused([](auto out) {
          auto ends = out.initEpochPromised().initEnds(2);
          ends[0].setZxid(Zxid::at({2}, 1).value);
          ends[1].setZxid(Zxid::at({1}, 9).value);
        }) == "marshalling_error: epochPromised.ends: 1.9 stands behind 2.1");
}

// --- Records
// ---------------------------------------------------------------------------------------

Blob record_at(Zxid zxid) {
  Txn txn;
  txn.zxid = zxid;
  txn.submission.body = SetData{"/a", Blob(std::string_view("data")), 3};
  return encode_txn(txn);
}

struct Stated {
  Zxid zxid;
  Blob bytes;
};

/// Proposals, and the same as history: both must refuse alike.
std::string refused_records(Zxid previous, const std::vector<Stated>& records) {
  const auto fill = [&](auto out) {
    out.initPrevious().setZxid(previous.value);
    auto list = out.initRecords(static_cast<unsigned>(records.size()));
    for (unsigned i = 0; i < records.size(); ++i) {
      const Blob& bytes = records[i].bytes;
      list[i].setZxid(records[i].zxid.value);
      list[i].setBytes({reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
    }
  };
  const std::string proposed = refused([&](auto out) { fill(out.initProposals()); });
  CHECK(refused_history([&](auto out) { fill(out.initRecords()); }) == proposed);
  return proposed;
}

TEST_CASE("records whose zxids do not ascend are refused") {
  const Zxid first = Zxid::at({7}, 1);
  const Zxid second = Zxid::at({7}, 2);
  const Stated one{first, record_at(first)};
  const Stated two{second, record_at(second)};

  CHECK(refused_records({}, {one, two}) == "ok");
  CHECK(refused_records({}, {two, one}) ==
        "marshalling_error: records: record 7.1 stands behind 7.2");
  CHECK(refused_records({}, {one, one}) ==
        "marshalling_error: records: record 7.1 stands behind 7.1");
  CHECK(refused_records(second, {two}) ==
        "marshalling_error: records: record 7.2 stands behind 7.2");
}

TEST_CASE("records that are empty, damaged, too large or from the future are refused") {
  const Zxid zxid = Zxid::at({7}, 1);
  const std::string text(record_at(zxid).text());

  CHECK(refused_records({}, {{zxid, {}}}) == "marshalling_error: records: record 7.1 has no bytes");
  CHECK(refused_records({}, {{zxid, Blob(std::string_view(text).substr(0, 20))}}) ==
        "marshalling_error: records: record 7.1: a record of 20 bytes is not whole");
  CHECK(refused_records({}, {{zxid, Blob("\x02" + text.substr(1))}}) ==
        "unimplemented: records: record 7.1: a record of version 2; this server reads up to "
        "version 1");
  const std::string large(txn_bytes_max + 1, '\1');
  CHECK(refused_records({}, {{zxid, Blob(large)}}) ==
        "marshalling_error: records: record 7.1 has 8388609 bytes; none is larger than 8388608");
}

TEST_CASE("a record whose txn has another zxid is refused") {
  const Zxid stated = Zxid::at({7}, 2);

  CHECK(refused_records({}, {{stated, record_at(Zxid::at({7}, 1))}}) ==
        "marshalling_error: records: record 7.2 holds the txn of 7.1");
}

// --- Writes of clients
// -----------------------------------------------------------------------------

TEST_CASE("forwarded writes without a kind, from the future, or with a stamp are refused") {
  CHECK(refused([](auto out) { out.initForward().initWrites(1); }) ==
        "marshalling_error: forward.writes: a txn without a body");
  CHECK(refused([](auto out) {
          out.initForward().initWrites(1)[0].initCreate().setMode(
              static_cast<record::CreateMode>(99));
        }) == "unimplemented: forward.writes: a mode of create that this version does not know");
  CHECK(refused([](auto out) {
          out.initForward().initWrites(1)[0].initCreateSession().initPassword(31);
        }) == "marshalling_error: forward.writes: a password hash that is not 32 bytes");
  const std::string stamped = "marshalling_error: forward.writes: a write that is stamped already";
  CHECK(refused([](auto out) { out.initForward().initWrites(1)[0].setZxid(1); }) == stamped);
  CHECK(refused([](auto out) { out.initForward().initWrites(1)[0].setTimeMs(1); }) == stamped);
  CHECK(refused([](auto out) { out.initForward().initWrites(1)[0].setCommitted(1); }) == stamped);
}

// A leader that took it would stop when it makes the record.
TEST_CASE("a forwarded write that is too large for a record is refused") {
  Forward forward;
  forward.writes.emplace_back().body = SetData{"/a", Blob(std::string(txn_bytes_max, 'x')), 3};

  const auto read = decode_peer_message(encode_peer_message(forward).bytes());

  CHECK(refusal_of(read) == "marshalling_error: forward.writes: a write of " +
                                std::to_string(txn_bytes(forward.writes[0])) +
                                " bytes as a record; none is larger than 8388608");
}

// --- Handshake
// -------------------------------------------------------------------------------------

/// A good hello, which `change` spoils.
template <class Change>
std::string refused_hello(Change&& change) {
  return refused_handshake([&](quorum::PeerHandshake::Builder out) {
    auto hello = out.initHello();
    hello.setMagic(0x0065'7461'726f'7571);
    hello.setVersionMin(1);
    hello.setVersionMax(1);
    hello.initCluster(16);
    hello.initChallenge(32);
    hello.setControl();
    change(hello);
  });
}

TEST_CASE("a hello that makes no sense is refused") {
  const std::string error = "marshalling_error: ";
  CHECK(refused_hello([](auto) {}) == "ok");
  CHECK(refused_hello([](auto hello) { hello.setMagic(1); }) ==
        error + "hello.magic: this is not a server of an ensemble");
  CHECK(refused_hello([](auto hello) { hello.setVersionMin(0); }) ==
        error + "hello.versionMin: 0 to 1 is no range of versions");
  CHECK(refused_hello([](auto hello) { hello.setVersionMin(2); }) ==
        error + "hello.versionMin: 2 to 1 is no range of versions");
  CHECK(refused_hello([](auto hello) { hello.setServer(256); }) ==
        error + "hello.server: server 256; none is above 255");
  CHECK(refused_hello([](auto hello) { hello.setUnset(); }) == error + "purpose: an empty message");
  CHECK(refused_hello([](auto hello) { hello.initHistory().setEpoch(bad_epoch); }) ==
        epoch_refusal("hello.history.epoch"));
  CHECK(refused_hello([](auto hello) { hello.initHistory().initKeep().setZxid(bad_zxid); }) ==
        epoch_refusal("hello.history.keep"));
  CHECK(refused_hello([](auto hello) { hello.initHistory().initEnd().setZxid(bad_zxid); }) ==
        epoch_refusal("hello.history.end"));
  for (const unsigned size : {0U, 15U, 17U}) {
    CAPTURE(size);
    CHECK(refused_hello([&](auto hello) { hello.initCluster(size); }) ==
          error + "hello.cluster: " + std::to_string(size) + " bytes; there must be 16");
    CHECK(refused_hello([&](auto hello) { hello.initChallenge(size); }) ==
          error + "hello.challenge: " + std::to_string(size) + " bytes; there must be 32");
    CHECK(refused_handshake([&](auto out) { out.initProof().initMac(size); }) ==
          error + "proof.mac: " + std::to_string(size) + " bytes; there must be 32");
  }
}

TEST_CASE("a refusal without a reason is none") {
  CHECK(refused_handshake([](auto out) { out.initRefusal(); }) ==
        "marshalling_error: refusal.error: 0 is no reason");
  CHECK(refused_history([](auto out) { out.initRefusal(); }) ==
        "marshalling_error: refusal.error: 0 is no reason");
}

// --- Image chunks
// ----------------------------------------------------------------------------------

TEST_CASE("keys of an image that are not allowed or do not ascend are refused") {
  const auto with_keys = [](const std::vector<std::string>& keys) {
    return refused_history([&](auto out) {
      auto records = out.initImage().initRecords(static_cast<unsigned>(keys.size()));
      for (unsigned i = 0; i < keys.size(); ++i) {
        records[i].setKey({reinterpret_cast<const kj::byte*>(keys[i].data()), keys[i].size()});
      }
    });
  };
  const std::string no_key =
      "marshalling_error: image.records: a key that is empty or begins with a zero byte";
  CHECK(with_keys({""}) == no_key);
  CHECK(with_keys({std::string("\0a", 2)}) == no_key);
  CHECK(with_keys({"b", "a"}) == "marshalling_error: image.records: the keys do not ascend");
  CHECK(with_keys({"a", "a"}) == "marshalling_error: image.records: the keys do not ascend");
}

TEST_CASE("a chunk of an image that was changed on its way is refused") {
  ImageChunk chunk{5, {{"c", Blob(std::string_view("12345678"))}}, {}};
  chunk.last = ImageSummary{{Zxid::at({7}, 1), 2}, 3, 4, 1};
  const std::vector<std::byte> whole = copy_of(encode_image_chunk(chunk));
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::vector<std::byte> changed = whole;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    const auto read = decode_history_frame(changed);
    if (!read.ok()) continue;
    // Bits that no field uses.
    REQUIRE(std::holds_alternative<ImageChunk>(*read));
    CHECK(std::get<ImageChunk>(*read) == chunk);
    ++accepted;
  }
  CHECK(accepted < 8 * whole.size() / 2);
  CHECK(refused_history([](auto out) { out.initImage().setCrc32c(1); }) ==
        "marshalling_error: image.crc32c: chunk 0 was changed on its way");
}

}  // namespace
}  // namespace quorate::capnp_codec
