#include "core/base/crc32c.h"

#include <algorithm>
#include <array>

#if defined(__x86_64__)
#include <isa-l/crc.h>
#endif

namespace quorate {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0);
    table[i] = crc;
  }
  return table;
}

constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (const char byte : bytes)
    crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
  // The library counts in int and takes a pointer to non-const that it only reads.
  constexpr std::size_t piece_bytes_max = std::size_t{1} << 30;
  std::uint32_t crc = ~before;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), piece_bytes_max);
    crc = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
                      static_cast<int>(size), crc);
    bytes.remove_prefix(size);
  }
  return ~crc;
#else
  return crc32c_portable(bytes, before);
#endif
}

}  // namespace quorate
