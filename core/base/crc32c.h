// CRC-32C (Castagnoli), the checksum of what servers store and of the images they send each other.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate {

/// The checksum of `bytes`, or, with the checksum of what came before, of both together.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

/// The same without the processor's help, for platforms that the library does not know.
[[nodiscard]] std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before = 0);

}  // namespace quorate
