// The characters of a text that may not be one.
#pragma once

#include <cstddef>
#include <string_view>

namespace quorate::client {

/// Length of the well-formed UTF-8 sequence that `bytes` starts with; 0 when there is none.
/// REQUIRES: bytes is not empty.
[[nodiscard]] std::size_t sequence_length(std::string_view bytes);

/// The code point of one well-formed sequence.
[[nodiscard]] char32_t code_point(std::string_view sequence);

}  // namespace quorate::client
