#include "storage/image_header_codec.h"

#include <cstdint>

#include "core/base/crc32c.h"
#include "storage/bytes.h"

namespace quorate {
namespace {

constexpr std::uint32_t version = 1;

}  // namespace

std::string encode_image_header(const ImageHeader& header) {
  ByteWriter body;
  body.u32(version).u64(header.position.zxid.value).u64(header.position.chain);
  body.u64(static_cast<std::uint64_t>(header.time_ms)).u64(header.digest);
  return ByteWriter().u32(crc32c(body.str())).raw(body.str()).str();
}

Result<ImageHeader> decode_image_header(std::string_view bytes) {
  if (bytes.size() < 8 || crc32c(bytes.substr(4)) != load_u32(bytes.data()))
    return {ErrorCode::damaged, "the header of the image has a wrong checksum"};
  ByteReader in(bytes.substr(4));
  if (in.u32() != version) {
    return {ErrorCode::unimplemented,
            "the image has a format that this program does not know; start a newer one"};
  }
  ImageHeader header;
  header.position.zxid = Zxid{in.u64()};
  header.position.chain = in.u64();
  header.time_ms = static_cast<std::int64_t>(in.u64());
  header.digest = in.u64();
  if (!in.whole()) return {ErrorCode::damaged, "the header of the image is cut short"};
  return header;
}

}  // namespace quorate
