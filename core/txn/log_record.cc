#include "core/txn/log_record.h"

#include <array>
#include <cstddef>

#include "core/base/hash.h"

namespace quorate {
namespace {

/// Little-endian on every machine: the hash is stored and compared between servers.
void store_u64(char* at, std::uint64_t number) {
  for (std::size_t byte = 0; byte < sizeof number; ++byte) {
    at[byte] = static_cast<char>(static_cast<unsigned char>(number >> (8 * byte)));
  }
}

}  // namespace

LogPosition advance(const LogPosition& position, Zxid zxid, std::string_view bytes) {
  std::array<char, 16> link{};
  store_u64(link.data(), position.chain);
  store_u64(link.data() + 8, zxid.value);
  const std::uint64_t seed = hash64(std::string_view(link.data(), link.size()));
  return LogPosition{zxid, hash64(bytes, seed)};
}

}  // namespace quorate
