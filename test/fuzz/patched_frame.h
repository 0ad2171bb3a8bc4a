// Fuzzed bytes as a frame whose size is right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace quorate {

/// The bytes behind the segment table as one segment, so that a changed length is no dead end for
/// the fuzzer. Empty when there are too few.
inline std::vector<std::byte> patched_frame(std::span<const std::byte> bytes) {
  if (bytes.size() < 8) return {};
  std::vector<std::byte> patched(bytes.begin(), bytes.end());
  patched.resize(patched.size() / 8 * 8);
  const std::uint32_t header[2] = {0, static_cast<std::uint32_t>(patched.size() / 8 - 1)};
  std::memcpy(patched.data(), header, sizeof header);
  return patched;
}

}  // namespace quorate
