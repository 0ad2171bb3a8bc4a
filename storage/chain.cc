#include <array>
#include <string_view>

#include "core/base/hash.h"
#include "storage/bytes.h"
#include "storage/txn_log.h"

namespace quorate {

LogPosition advance(const LogPosition& position, Zxid zxid, std::string_view bytes) {
  std::array<char, 16> link{};
  store_u64(link.data(), position.chain);
  store_u64(link.data() + 8, zxid.value);
  const std::uint64_t seed = hash64(std::string_view(link.data(), link.size()));
  return LogPosition{zxid, hash64(bytes, seed)};
}

}  // namespace quorate
