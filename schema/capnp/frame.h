// Cap'n Proto's standard stream framing: where a frame ends, and how much of it we accept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/result.h"

namespace quorate::capnp_codec {

/// Limits that are checked before anything is allocated.
struct FrameLimits {
  std::size_t bytes_max = 1 << 20;  ///< Header included.
  std::uint32_t segments_max = 16;
};

/// At most this much before the handshake, in one segment.
inline constexpr FrameLimits hello_limits{4096, 1};

/// The size of the frame that starts at `bytes`, header included; 0 while too little of the
/// header is there to know. Errors: request_too_large (the text names size and limit),
/// marshalling_error for too many segments.
[[nodiscard]] Result<std::size_t> frame_size(std::span<const std::byte> bytes,
                                             const FrameLimits& limits);

}  // namespace quorate::capnp_codec
