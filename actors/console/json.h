// The JSON that the console answers with.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/blob.h"
#include "core/base/error_code.h"
#include "core/base/result.h"

namespace quorate {

/// In the order in which people read.
using Json = nlohmann::ordered_json;

/// What clients named is not always UTF-8: what is not becomes U+FFFD.
[[nodiscard]] std::string to_text(const Json& json);

/// Bytes of data that are shown of one node.
inline constexpr std::size_t shown_data_max = std::size_t{256} << 10;

/// Text, base64 where it is not UTF-8, or null. REQUIRES: at most shown_data_max are wanted; what
/// is cut off never splits a character.
[[nodiscard]] Json data_json(const Blob& data);
[[nodiscard]] std::string base64_of(std::string_view bytes);

}  // namespace quorate
