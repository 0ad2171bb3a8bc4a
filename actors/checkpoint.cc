#include "actors/checkpoint.h"

#include <string_view>

#include "core/tree/image_digest.h"
#include "schema/capnp/image_codec.h"

namespace quorate {

Status verify_image(const SnapshotStore& image) {
  const auto header = image.header();
  if (!header) return header.error();
  if (!*header) return Status(ErrorCode::damaged, "image: it has no header");
  ImageDigest digest;
  const Status read = image.for_each([&digest](std::string_view key, std::string_view value) {
    const Result<ImageRecord> record = capnp_codec::decode_image(key, value);
    return record ? digest.add(*record) : record.status();
  });
  if (!read) return read;
  if (digest.value() == (*header)->digest) return {};
  return Status(ErrorCode::damaged,
                "image at " + to_string((*header)->position.zxid) + ": the digest differs");
}

Result<Zxid> take_checkpoint(Store& store, SnapshotStore& image) {
  if (const Status made = store.make_checkpoint(image); !made) return made.error();
  const auto copy = store.open_unverified_checkpoint();
  if (!copy) return copy.error();
  if (const Status proven = verify_image(**copy); !proven) return proven.error();
  const Zxid zxid = (**copy).header().value()->position.zxid;
  if (const Status kept = store.publish_checkpoint(zxid); !kept) return kept.error();
  if (const Status removed = remove_old_checkpoints(store); !removed) return removed.error();
  return zxid;
}

}  // namespace quorate
