#include "actors/checkpoint_records.h"

#include <doctest/doctest.h>

#include "actors/checkpoint.h"
#include "core/tree/image_digest.h"
#include "storage/memory_store.h"

namespace quorate {
namespace {

class ShelfFixture {
 public:
  ShelfFixture() : image(*store.create_image("image-1")) {}

  Zxid take(std::uint32_t counter) {
    const Zxid zxid = Zxid::at(Epoch{1}, counter);
    REQUIRE(image->write({}, {{zxid, {}}, 0, ImageDigest().value()}).ok());
    REQUIRE(image->flush().ok());
    return take_checkpoint(store, *image).value();
  }

  void damage_checkpoint(Zxid zxid) {
    std::string name;
    for (const auto& [each, files] : disk.images) {
      if (each.starts_with("checkpoint") && files.durable.header->position.zxid == zxid)
        name = each;
    }
    REQUIRE_FALSE(name.empty());
    disk.damage_image(name);
  }

  MemoryDisk disk;
  MemoryStore store{disk};
  std::unique_ptr<SnapshotStore> image;
  CheckpointRecords records{store};
};

TEST_CASE_FIXTURE(ShelfFixture, "what is known of a checkpoint goes with it") {
  CHECK(records.all().value().empty());
  const Zxid first = take(1);
  const Zxid second = take(2);
  records.note_whole(second, 2000);
  const auto two = records.all().value();
  REQUIRE(two.size() == 2);
  CHECK(two[0] == CheckpointRecord{first, two[0].bytes, ImageDigest().value(), 0, false});
  CHECK(two[1].verified_ms == 2000);
  const Zxid third = take(3);
  const auto later = records.all().value();
  REQUIRE(later.size() == 2);
  CHECK(later[0].zxid == second);
  CHECK(later[0].verified_ms == 2000);
  CHECK(later[1].zxid == third);
}

TEST_CASE_FIXTURE(ShelfFixture, "a checkpoint is found damaged when it is read back") {
  const Zxid one = take(1);
  const Zxid other = take(2);
  CHECK(records.verify(one, 1000).ok());
  damage_checkpoint(one);
  CHECK(records.verify(one, 3000).code() == ErrorCode::damaged);
  CHECK(records.verify(other, 4000).ok());
  const auto known = records.all().value();
  CHECK(known[0].damaged);
  CHECK(known[0].verified_ms == 3000);
  CHECK_FALSE(known[1].damaged);
  CHECK(records.verify(Zxid::at(Epoch{1}, 9), 5000).code() == ErrorCode::no_node);
}

}  // namespace
}  // namespace quorate
