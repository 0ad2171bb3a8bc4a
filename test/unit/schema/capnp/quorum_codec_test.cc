#include "schema/capnp/quorum_codec.h"

#include <doctest/doctest.h>

#include <cstring>
#include <numeric>

#include "schema/capnp/record_codec.h"
#include "test/support/random_peer_values.h"

namespace quorate::capnp_codec {
namespace {

using test::RandomPeerValues;
using test::same;

constexpr std::uint32_t seeds = 200;

template <class Message>
Message decoded(const Blob& frame) {
  const auto message = decode_peer_message(frame.bytes());
  REQUIRE(message.ok());
  return std::get<Message>(*message);
}

/// The frames that stand one behind the other.
std::vector<Blob> frames_of(const Blob& bytes) {
  std::vector<Blob> frames;
  std::span<const std::byte> rest = bytes.bytes();
  while (!rest.empty()) {
    const auto size = frame_size(rest, peer_limits);
    REQUIRE(size.ok());
    REQUIRE(*size > 0);
    REQUIRE(*size <= rest.size());
    frames.emplace_back(rest.first(*size));
    rest = rest.subspan(*size);
  }
  return frames;
}

/// Whose record takes a little more than `bytes`.
Record large_record(const LogPosition& previous, std::size_t bytes) {
  Txn txn;
  txn.zxid = previous.zxid.next();
  txn.submission.body = SetData{"/a", Blob(std::string(bytes, 'x')), 3};
  Blob encoded = encode_txn(txn);
  const LogPosition at = advance(previous, txn.zxid, encoded.text());
  return {at, std::make_shared<const Txn>(std::move(txn)), std::move(encoded)};
}

// --- Messages
// --------------------------------------------------------------------------------------

TEST_CASE("every message is read as it was written") {
  for (std::size_t kind = 0; kind < std::variant_size_v<PeerMessage>; ++kind) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(kind);
      CAPTURE(seed);
      const PeerMessage message = RandomPeerValues(seed).message(kind);
      REQUIRE(message.index() == kind);
      const auto read = decode_peer_message(encode_peer_message(message).bytes());
      REQUIRE(read.ok());
      CHECK(same(*read, message));
    }
  }
}

TEST_CASE("equal messages give equal bytes, in one segment") {
  for (std::size_t kind = 0; kind < std::variant_size_v<PeerMessage>; ++kind) {
    CAPTURE(kind);
    const Blob frame = encode_peer_message(RandomPeerValues(7).message(kind));
    (void)encode_peer_message(RandomPeerValues(8).message(8));
    CHECK(encode_peer_message(RandomPeerValues(7).message(kind)) == frame);
    CHECK(encode_peer_message(*decode_peer_message(frame.bytes())) == frame);
    CHECK(std::memcmp(frame.data(), "\0\0\0\0", 4) == 0);
  }
}

TEST_CASE("a message is read at any address") {
  for (std::size_t kind = 0; kind < std::variant_size_v<PeerMessage>; ++kind) {
    CAPTURE(kind);
    const PeerMessage message = RandomPeerValues(5).message(kind);
    const Blob frame = encode_peer_message(message);
    std::vector<std::byte> moved(frame.size() + 1);
    std::memcpy(moved.data() + 1, frame.data(), frame.size());

    const auto read = decode_peer_message(std::span<const std::byte>(moved).subspan(1));

    REQUIRE(read.ok());
    CHECK(same(*read, message));
  }
}

TEST_CASE("a proposal carries the bytes that its leader encoded") {
  const LogPosition previous{Zxid::at({7}, 0x1f), 42};
  const Record record = RandomPeerValues(3).record(previous, Zxid::at({7}, 0x20));
  const ProposalBatch batch{{7}, previous, {record}, {}, {}};

  const Blob frame = encode_peer_message(std::make_shared<const ProposalBatch>(batch));

  CHECK(frame.text().find(record.bytes.text()) != std::string_view::npos);
  const auto read = decoded<Proposals>(frame);
  CHECK(read->records[0].bytes == record.bytes);
  CHECK(read->records[0].position == advance(previous, record.zxid(), record.bytes.text()));
}

TEST_CASE("the outermost numbers pass") {
  const Epoch last_epoch{0x7fff'ffff};
  const Zxid last = Zxid::at(last_epoch, 0xffff'ffff);
  const ElectionNotice notification{
      Stance::leading, ~std::uint64_t{0}, {last_epoch, last}, true, true,
      ServerId{255},   last_epoch,        ServerId{255}};

  CHECK(decoded<ElectionNotice>(encode_peer_message(notification)) == notification);
  CHECK(decoded<Ack>(encode_peer_message(Ack{last_epoch, last})) == Ack{last_epoch, last});
  const ElectionNotice first{Stance::looking, 0,           {},       false,
                             false,           ServerId{0}, Epoch{0}, ServerId{0}};
  CHECK(decoded<ElectionNotice>(encode_peer_message(first)) == first);
}

TEST_CASE("256 servers fit, and a record of the largest size") {
  ProposalBatch batch{{7}, {Zxid::at({7}, 1), 0}, {}, {}, {}};
  for (std::uint32_t id = 0; id < 256; ++id) batch.acked[{id}] = Zxid::at({7}, id);
  const std::size_t around = encode_txn(*large_record(batch.previous, 8).txn).size();
  batch.records.push_back(large_record(batch.previous, (txn_bytes_max - around) / 8 * 8 + 8));
  REQUIRE(batch.records[0].bytes.size() > txn_bytes_max - 8);

  const auto message = std::make_shared<const ProposalBatch>(batch);

  CHECK(same(decoded<Proposals>(encode_peer_message(message)), message));
}

// --- Several frames
// --------------------------------------------------------------------------------

TEST_CASE("proposals that one frame can't hold come in several that continue each other") {
  ProposalBatch batch{{7}, {Zxid::at({7}, 1), 5}, {}, Zxid::at({7}, 1), {{{1}, Zxid::at({7}, 1)}}};
  LogPosition end = batch.previous;
  for (int i = 0; i < 6; ++i) {
    batch.records.push_back(large_record(end, 5'000'000));
    end = batch.records.back().position;
  }
  const auto frames = frames_of(encode_peer_message(std::make_shared<ProposalBatch>(batch)));

  CHECK(frames.size() == 2);
  std::vector<Record> records;
  LogPosition at = batch.previous;
  for (const Blob& frame : frames) {
    const auto part = decoded<Proposals>(frame);
    CHECK(part->epoch == batch.epoch);
    CHECK(part->committed == batch.committed);
    CHECK(part->acked == batch.acked);
    CHECK(part->previous == at);
    records.insert(records.end(), part->records.begin(), part->records.end());
    at = records.back().position;
  }
  CHECK(same(records, batch.records));
}

TEST_CASE("history that one frame can't hold comes in several that continue each other") {
  const LogPosition previous{Zxid::at({7}, 1), 5};
  std::vector<LogRecord> log;
  std::vector<Record> sent;
  LogPosition end = previous;
  for (int i = 0; i < 6; ++i) {
    sent.push_back(large_record(end, 5'000'000));
    log.push_back({sent.back().zxid(), sent.back().bytes});
    end = sent.back().position;
  }

  const auto frames = frames_of(encode_history(previous, log));

  CHECK(frames.size() == 2);
  std::vector<Record> records;
  LogPosition at = previous;
  for (const Blob& frame : frames) {
    const auto part = decode_history_frame(frame.bytes());
    REQUIRE(part.ok());
    const auto& more = std::get<HistoryRecords>(*part);
    CHECK(more.previous == at);
    records.insert(records.end(), more.records.begin(), more.records.end());
    at = records.back().position;
  }
  CHECK(same(records, sent));
}

TEST_CASE("writes that one frame can't hold come in several, with the syncs behind the last one") {
  Forward forward;
  for (std::uint64_t i = 0; i < 5; ++i) {
    Submission write;
    write.origin.sequence = i;
    write.body = SetData{"/a", Blob(std::string(5'000'000, 'x')), 3};
    forward.writes.push_back(write);
  }
  for (std::uint64_t i = 0; i < peer_list_max + 1; ++i) forward.syncs.push_back({{i}, i});

  const auto frames = frames_of(encode_peer_message(forward));

  REQUIRE(frames.size() == 3);
  Forward joined;
  for (const Blob& frame : frames) {
    const auto part = decoded<Forward>(frame);
    CHECK((part.writes.empty() || joined.syncs.empty()));
    joined.writes.insert(joined.writes.end(), part.writes.begin(), part.writes.end());
    joined.syncs.insert(joined.syncs.end(), part.syncs.begin(), part.syncs.end());
  }
  CHECK(same(joined, forward));
}

TEST_CASE("long lists of touches and sync points come in several frames") {
  Touches touches;
  SyncPoints points;
  for (std::int64_t i = 0; i < 2 * std::int64_t{peer_list_max} + 1; ++i) {
    touches.sessions.push_back({i});
    points.points.push_back({{{static_cast<std::uint64_t>(i)}, 1}, Zxid::at({1}, 1)});
  }

  const auto touch_frames = frames_of(encode_peer_message(touches));
  const auto point_frames = frames_of(encode_peer_message(points));

  CHECK(touch_frames.size() == 3);
  CHECK(point_frames.size() == 3);
  Touches all_touches;
  for (const Blob& frame : touch_frames) {
    const auto part = decoded<Touches>(frame);
    all_touches.sessions.insert(all_touches.sessions.end(), part.sessions.begin(),
                                part.sessions.end());
  }
  CHECK(same(all_touches, touches));
  SyncPoints all_points;
  for (const Blob& frame : point_frames) {
    const auto part = decoded<SyncPoints>(frame);
    all_points.points.insert(all_points.points.end(), part.points.begin(), part.points.end());
  }
  CHECK(same(all_points, points));
}

TEST_CASE("of very many ends the last ones are sent") {
  EpochPromised promise;
  for (std::uint32_t i = 0; i < peer_ends_max + 10; ++i) {
    promise.ends.push_back({Zxid::at({i}, 1), i});
  }

  const auto read = decoded<EpochPromised>(encode_peer_message(promise));

  CHECK(read.ends == EpochEnds(promise.ends.begin() + 10, promise.ends.end()));
}

// --- Handshake
// -------------------------------------------------------------------------------------

TEST_CASE("every frame of a handshake is read as it was written, and is small") {
  for (std::size_t kind = 0; kind < std::variant_size_v<PeerHandshake>; ++kind) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(kind);
      CAPTURE(seed);
      const PeerHandshake handshake = RandomPeerValues(seed).handshake(kind);
      const Blob frame = encode_handshake(handshake);
      const auto read = decode_handshake(frame.bytes());
      REQUIRE(read.ok());
      CHECK(*read == handshake);
      CHECK(encode_handshake(*read) == frame);
    }
  }
}

TEST_CASE("the text of a refusal is cut to fit a handshake") {
  const PeerRefusal refusal{ErrorCode::foreign, std::string(100'000, 'x')};

  const auto read = decode_handshake(encode_handshake(refusal).bytes());

  REQUIRE(read.ok());
  CHECK(std::get<PeerRefusal>(*read).error == ErrorCode::foreign);
  CHECK(std::get<PeerRefusal>(*read).text == std::string(2'000, 'x'));
}

// The schema promises these bytes to other implementations.
TEST_CASE("a proof covers the bytes that the schema names") {
  PeerHello dialler;
  dialler.version_max = 2;
  dialler.features = 3;
  std::iota(dialler.cluster.begin(), dialler.cluster.end(), std::uint8_t{0x10});
  dialler.server = {4};
  dialler.incarnation = {5};
  std::iota(dialler.challenge.begin(), dialler.challenge.end(), std::uint8_t{0x40});
  dialler.purpose = HistoryWanted{{6}, {{7}, 8}, {{9}, 10}, true};
  PeerHello dialled = dialler;
  dialled.purpose = HelloAnswer{};

  const std::string bytes = proof_input(PeerSide::dialled, dialler, dialled);

  const auto little = [](std::uint64_t value, std::size_t size) {
    std::string text;
    for (; size > 0; --size, value >>= 8) text += static_cast<char>(value);
    return text;
  };
  const std::string cluster(dialler.cluster.begin(), dialler.cluster.end());
  const std::string challenge(dialler.challenge.begin(), dialler.challenge.end());
  const std::string common =
      cluster + little(4, 4) + little(5, 8) + little(1, 4) + little(2, 4) + little(3, 8);
  CHECK(bytes == "quorate peer proof 1" + little(1, 1) + common + little(2, 1) + little(6, 4) +
                     little(7, 8) + little(8, 8) + little(9, 8) + little(10, 8) + little(1, 1) +
                     challenge + common + little(3, 1) + challenge);
}

TEST_CASE("a proof is good for one direction, one challenge and one agreement") {
  const PeerHello one = RandomPeerValues(1).hello();
  const PeerHello two = RandomPeerValues(2).hello();
  const std::string proof = proof_input(PeerSide::dialler, one, two);

  CHECK(proof_input(PeerSide::dialler, one, two) == proof);
  CHECK(proof_input(PeerSide::dialled, one, two) != proof);
  CHECK(proof_input(PeerSide::dialler, two, one) != proof);
  const auto differs = [&](auto change) {
    PeerHello changed = two;
    change(changed);
    return proof_input(PeerSide::dialler, one, changed) != proof;
  };
  CHECK(differs([](PeerHello& hello) { hello.challenge[31] ^= 1; }));
  CHECK(differs([](PeerHello& hello) { hello.cluster[0] ^= 1; }));
  CHECK(differs([](PeerHello& hello) { hello.server.value ^= 1; }));
  CHECK(differs([](PeerHello& hello) { hello.incarnation.value ^= 1; }));
  CHECK(differs([](PeerHello& hello) { hello.features ^= 1; }));
  CHECK(differs([](PeerHello& hello) { ++hello.version_min; }));
  CHECK(differs([](PeerHello& hello) { ++hello.version_max; }));
  CHECK(differs([](PeerHello& hello) {
    hello.purpose = std::holds_alternative<ControlLink>(hello.purpose) ? PeerPurpose(HelloAnswer{})
                                                                       : PeerPurpose();
  }));
}

// --- The history stream
// ----------------------------------------------------------------------------

TEST_CASE("records of history are read as the leader's log has them") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    RandomPeerValues values(seed);
    const LogPosition previous = values.start();
    const HistoryRecords history{previous, values.records(previous)};
    std::vector<LogRecord> log;
    for (const Record& record : history.records) log.push_back({record.zxid(), record.bytes});

    const auto read = decode_history_frame(encode_history(previous, log).bytes());

    REQUIRE(read.ok());
    CHECK(same(*read, HistoryFrame(history)));
  }
}

TEST_CASE("a chunk of an image is read as it was written") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    const ImageChunk chunk = RandomPeerValues(seed).chunk();
    const Blob frame = encode_image_chunk(chunk);
    const auto read = decode_history_frame(frame.bytes());
    REQUIRE(read.ok());
    CHECK(std::get<ImageChunk>(*read) == chunk);
  }
}

TEST_CASE("a leader says why it can't go on with a stream") {
  const PeerRefusal refusal{ErrorCode::purged, "the log begins at 7.1f"};

  const auto read = decode_history_frame(encode_history_refusal(refusal).bytes());

  REQUIRE(read.ok());
  CHECK(std::get<PeerRefusal>(*read) == refusal);
}

}  // namespace
}  // namespace quorate::capnp_codec
