// What a console answered, as a value or as a reason why there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quorate::admin {

/// Keys keep their order, as the server gave them.
using Json = nlohmann::ordered_json;

/// An answer as it came. Nothing in it is trusted.
struct HttpAnswer {
  unsigned status = 0;
  std::string content_type;
  std::string body;
};

/// How deep answers may be nested: whoever prints a value goes down as deep as it is.
inline constexpr std::size_t nesting_max = 64;

/// The body of a success. Of a failure the error with the code, the text and the advice that the
/// server gave: "text; advice [code]". What is no JSON, or nested deeper than `nesting_max`, is
/// refused as marshalling_error. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] Result<Json> json_of(const HttpAnswer& answer, std::string_view console);

/// JSON from elsewhere, as an event; refused like a body.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// What the API calls an error, and how it ended where that says more than a code not known here.
[[nodiscard]] ErrorCode error_code_of(std::string_view api_code, unsigned status);

/// A member of an object; null for what has none of that name. "sync.p99_us" goes down.
[[nodiscard]] const Json& field(const Json& value, std::string_view path);

/// What is there, if it has the right type.
[[nodiscard]] std::string text_of(const Json& value, std::string_view path);
[[nodiscard]] std::optional<std::int64_t> integer_of(const Json& value, std::string_view path);
[[nodiscard]] std::optional<double> number_of(const Json& value, std::string_view path);
[[nodiscard]] bool is_true(const Json& value, std::string_view path);
/// An array; an empty one for anything else.
[[nodiscard]] const Json& list_of(const Json& value, std::string_view path);

}  // namespace quorate::admin
