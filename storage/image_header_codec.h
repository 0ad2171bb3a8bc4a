// The header of an image to and from the record that keeps it, beside the image's own.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "storage/snapshot_store.h"

namespace quorate {

/// Its key: no record of an image begins with a zero byte.
inline constexpr std::string_view image_header_key{"\0header", 7};

[[nodiscard]] std::string encode_image_header(const ImageHeader& header);

/// Errors: `damaged`; `unimplemented` for a version from the future.
[[nodiscard]] Result<ImageHeader> decode_image_header(std::string_view bytes);

}  // namespace quorate
