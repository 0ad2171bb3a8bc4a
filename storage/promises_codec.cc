#include "storage/promises_codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/crc32c.h"
#include "storage/bytes.h"

namespace quorate {
namespace {

constexpr std::uint32_t version = 1;

}  // namespace

Status check_promises(const std::optional<Promises>& before, const Promises& next) {
  if (next.current_epoch > next.accepted_epoch)
    return {ErrorCode::bad_arguments, "the current epoch would be above the accepted one"};
  constexpr std::size_t name_bytes_max = 255;
  if (next.image_directory.size() > name_bytes_max)
    return {ErrorCode::bad_arguments, "the name of the image's directory is too long"};
  if (!before) return {};
  if (next.accepted_epoch < before->accepted_epoch || next.current_epoch < before->current_epoch)
    return {ErrorCode::bad_arguments, "an epoch would go back"};
  if (next.accepted_epoch == before->accepted_epoch && next.accepted_epoch != Epoch{} &&
      next.accepted_leader != before->accepted_leader)
    return {ErrorCode::bad_arguments, "an epoch would be promised to a second leader"};
  if (next.incarnation < before->incarnation)
    return {ErrorCode::bad_arguments, "the incarnation would go back"};
  const bool moves = next.cluster != before->cluster && before->accepted_epoch != Epoch{};
  if (moves || next.server != before->server)
    return {ErrorCode::bad_arguments, "the store would change hands"};
  return {};
}

std::string encode_promises(const Promises& promises) {
  ByteWriter body;
  body.u32(version);
  body.raw({reinterpret_cast<const char*>(promises.cluster.data()), promises.cluster.size()});
  body.u32(promises.server.value).u64(promises.incarnation.value);
  body.u32(promises.accepted_epoch.value).u32(promises.accepted_leader.value);
  body.u32(promises.current_epoch.value);
  body.u32(promises.recovering_to ? 1 : 0);
  body.u64(promises.recovering_to.value_or(Zxid{}).value);
  body.text(promises.image_directory);
  return ByteWriter().u32(crc32c(body.str())).raw(body.str()).str();
}

Result<Promises> decode_promises(std::string_view bytes) {
  if (bytes.size() < 8 || crc32c(bytes.substr(4)) != load_u32(bytes.data()))
    return {ErrorCode::damaged, "the record of promises has a wrong checksum"};
  ByteReader in(bytes.substr(4));
  if (in.u32() != version) {
    return {ErrorCode::unimplemented,
            "the record of promises has a format that this program does not know; start a newer "
            "one"};
  }
  Promises promises;
  const auto cluster = in.raw(promises.cluster.size());
  std::transform(cluster.begin(), cluster.end(), promises.cluster.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  promises.server = ServerId{in.u32()};
  promises.incarnation = Incarnation{in.u64()};
  promises.accepted_epoch = Epoch{in.u32()};
  promises.accepted_leader = ServerId{in.u32()};
  promises.current_epoch = Epoch{in.u32()};
  const bool recovering = in.u32() != 0;
  const Zxid recovering_to{in.u64()};
  if (recovering) promises.recovering_to = recovering_to;
  promises.image_directory = in.text();
  if (!in.whole()) return {ErrorCode::damaged, "the record of promises is cut short"};
  return promises;
}

}  // namespace quorate
