// How images are named: "image-1", "image-2", ...
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace quorate {

inline constexpr std::string_view image_prefix = "image-";

/// The n of "image-n"; nothing for any other name.
[[nodiscard]] std::optional<std::uint64_t> image_number(std::string_view name);

}  // namespace quorate
