// An image cut into chunks by one server and put together by another.
#include "actors/image_stream.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "actors/pace.h"
#include "core/tree/state.h"
#include "schema/capnp/image_codec.h"
#include "schema/capnp/quorum_codec.h"
#include "storage/memory_disk.h"
#include "storage/memory_store.h"

namespace quorate::test {
namespace {

constexpr std::size_t chunk_bytes = 500;

Zxid at(std::uint32_t counter) { return Zxid::at(Epoch{3}, counter); }

Txn create(std::uint32_t counter) {
  Txn txn;
  txn.zxid = at(counter);
  txn.time_ms = 1'000 + counter;
  txn.submission.origin = {ServerId{1}, Incarnation{1}, {}, 0};
  Create body;
  body.path = "/n" + std::to_string(counter);
  body.data = Blob(std::string(100, 'x'));
  body.acl = open_acl();
  txn.submission.body = body;
  return txn;
}

/// A sender with twenty nodes in its image, and a receiver with nothing.
struct ImageStreamFixture {
  MemoryDisk disk;
  MemoryStore sender{disk};
  MemoryDisk other_disk;
  MemoryStore receiver{other_disk};
  State state{1};
  std::unique_ptr<SnapshotStore> image = *sender.create_image("image-1");

  ImageStreamFixture() {
    for (std::uint32_t i = 1; i <= 20; ++i) state.apply(create(i));
    write_image();
  }

  void write_image() {
    const ImageChanges sealed = state.seal();
    std::vector<capnp_codec::ImageEntry> entries;
    for (const ImageChange& change : sealed.changes) capnp_codec::encode_image(change, entries);
    std::vector<ImageWrite> writes;
    for (auto& entry : entries) writes.push_back({entry.key, entry.value});
    const ImageHeader header{{sealed.zxid, 77}, sealed.time_ms, sealed.digest};
    REQUIRE(image->write(writes, header).ok());
  }

  /// As they come out at the other end of the wire.
  std::vector<ImageChunk> cut() {
    auto cutter = ImageCutter::begin(*image, chunk_bytes);
    REQUIRE(cutter.ok());
    std::vector<ImageChunk> chunks;
    do {
      auto chunk = cutter->next();
      REQUIRE(chunk.ok());
      const Blob frame = capnp_codec::encode_image_chunk(*chunk);
      auto decoded = capnp_codec::decode_history_frame(frame.bytes());
      REQUIRE(decoded.ok());
      chunks.push_back(std::get<ImageChunk>(*std::move(decoded)));
    } while (!chunks.back().last);
    return chunks;
  }

  /// The first error, or nothing wrong.
  Status take(const std::vector<ImageChunk>& chunks) {
    auto intake = ImageIntake::begin(receiver);
    REQUIRE(intake.ok());
    for (const ImageChunk& chunk : chunks) {
      const auto complete = intake->take(chunk);
      if (!complete) return complete.error();
      CHECK(*complete == chunk.last.has_value());
    }
    return {};
  }

  std::vector<std::string> names() { return receiver.images().value(); }
};

TEST_CASE_FIXTURE(ImageStreamFixture, "an image comes whole, and is durable when it is complete") {
  const auto chunks = cut();
  CHECK(chunks.size() > 4);

  REQUIRE(take(chunks).ok());

  other_disk.crash();
  MemoryStore again(other_disk);
  REQUIRE(again.images().value().size() == 1);
  const auto received = *again.open_image(again.images().value().front());
  CHECK(received->header().value() == image->header().value());
  State loaded(2);
  REQUIRE(received
              ->for_each([&](std::string_view key, std::string_view value) {
                return loaded.load(*capnp_codec::decode_image(key, value));
              })
              .ok());
  CHECK(loaded.finish_load(at(20), 1'020, state.digest()).ok());
}

TEST_CASE_FIXTURE(ImageStreamFixture, "what is written meanwhile is not in the image") {
  auto cutter = ImageCutter::begin(*image, chunk_bytes);
  REQUIRE(cutter.ok());
  std::vector<ImageChunk> chunks{*cutter->next()};
  state.apply(create(21));
  write_image();
  while (!chunks.back().last) chunks.push_back(*cutter->next());

  CHECK(chunks.back().last->position.zxid == at(20));
  CHECK(take(chunks).ok());
}

TEST_CASE_FIXTURE(ImageStreamFixture, "an image that has never been written cannot be sent") {
  const auto blank = *sender.create_image("image-2");

  CHECK(ImageCutter::begin(*blank, chunk_bytes).code() == ErrorCode::damaged);
}

TEST_CASE_FIXTURE(ImageStreamFixture, "what is not the image that it claims to be is not kept") {
  auto chunks = cut();
  SUBCASE("a chunk is missing") { chunks.erase(chunks.begin() + 1); }
  SUBCASE("a chunk comes twice") { chunks.insert(chunks.begin() + 1, chunks[1]); }
  SUBCASE("a record is missing") { chunks[1].records.pop_back(); }
  SUBCASE("a record is missing, and not counted") {
    chunks[2].records.pop_back();
    --chunks.back().last->count;
  }
  SUBCASE("a record is another") { chunks[2].records.back() = chunks[1].records.back(); }
  SUBCASE("a value is none") { chunks[1].records.front().value = Blob(std::string_view("?")); }
  SUBCASE("the digest is of another state") { ++chunks.back().last->digest; }

  const Status taken = take(chunks);

  CHECK_FALSE(taken.ok());
  CHECK(names().empty());
}

TEST_CASE_FIXTURE(ImageStreamFixture, "an intake that ends early leaves nothing behind") {
  auto chunks = cut();
  chunks.pop_back();

  CHECK(take(chunks).ok());

  CHECK(names().empty());
}

TEST_CASE_FIXTURE(ImageStreamFixture, "a full disk is told, and the image not kept") {
  other_disk.fail(DiskOperation::image_write, 3);

  CHECK_FALSE(take(cut()).ok());
}

TEST_CASE("bulk work keeps its pace, with short bursts") {
  using std::chrono::milliseconds;
  Pace pace(1'000'000);  // 1,000 bytes a millisecond.
  const milliseconds start{5'000};
  CHECK(pace.wait(start) == milliseconds{0});

  pace.spend(10'000, start);
  CHECK(pace.wait(start) == milliseconds{0});
  pace.spend(90'000, start);

  CHECK(pace.wait(start) == milliseconds{100});
  CHECK(pace.wait(start + milliseconds{60}) == milliseconds{40});
  CHECK(pace.wait(start + milliseconds{90}) == milliseconds{0});
  // What was not used is not saved up.
  pace.spend(50'000, start + milliseconds{1'000});
  CHECK(pace.wait(start + milliseconds{1'000}) == milliseconds{50});
}

}  // namespace
}  // namespace quorate::test
