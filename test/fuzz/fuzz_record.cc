// Records of the log and of the image: damaged ones are refused, and what was read is written as
// canonical bytes that read as the same value.
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "schema/capnp/image_codec.h"
#include "schema/capnp/record_codec.h"

namespace quorate {
namespace {

using capnp_codec::ImageEntry;

void check_txn(std::span<const std::byte> record) {
  const auto txn = capnp_codec::decode_txn(record);
  if (!txn.ok()) return;
  const Blob written = capnp_codec::encode_txn(*txn);
  check(written.size() == capnp_codec::txn_bytes(txn->submission), "a record's size is known");
  const auto reread = capnp_codec::decode_txn(written.bytes());
  check(reread.ok() && *reread == *txn, "a txn is written as it was read");
  check(capnp_codec::encode_txn(*reread) == written, "equal txns give equal bytes");
}

/// The first byte is the key's length, then come key and value.
void check_image(std::string_view input) {
  if (input.empty()) return;
  const auto length = static_cast<std::uint8_t>(input.front());
  input.remove_prefix(1);
  const std::string_view key = input.substr(0, length);
  const std::string_view value = input.substr(key.size());
  const auto record = capnp_codec::decode_image(key, value);
  if (!record.ok()) return;
  std::vector<ImageEntry> entries;
  std::visit([&](const auto& each) { capnp_codec::encode_image(each, entries); }, *record);
  check(entries.size() == 1 && entries[0].key == key,
        "a record is kept under the key it came from");
  const auto reread = capnp_codec::decode_image(key, entries[0].value->text());
  check(reread.ok() && *reread == *record, "an image record is written as it was read");
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  quorate::check_txn(bytes);
  // A length that no record has is refused at once; go on with the whole words.
  if (size % 8 != 1 && size > 8) quorate::check_txn(bytes.first((size - 1) / 8 * 8 + 1));
  quorate::check_image({reinterpret_cast<const char*>(data), size});
  return 0;
}
