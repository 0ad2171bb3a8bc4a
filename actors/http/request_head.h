// What a request says before its body, judged strictly: whatever two readers might understand in
// two ways is refused. Pure functions over text.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "actors/http/http_message.h"

namespace quorate {

/// Where the head in a buffer ends.
struct HeadScan {
  enum class Verdict : std::uint8_t {
    incomplete,  ///< So far it may become a head.
    complete,    ///< `end` bytes are one, with the empty line.
    malformed,   ///< A lone CR or LF, a control byte, or a line that continues the one before.
  };
  Verdict verdict = Verdict::incomplete;
  std::size_t end = 0;
};

/// Looks at `bytes`, of which the first `scanned` were found incomplete before; each byte is looked
/// at about once, however small the pieces in which they come.
[[nodiscard]] HeadScan scan_head(std::string_view bytes, std::size_t scanned);

/// A request's target, decoded. Fills path and query of `request`. False: it isn't an origin form
/// with one meaning. Refused: bytes that are no printable ASCII, fragments, wrong percent-encoding,
/// what decodes to control characters or to no UTF-8, and in the path '\', encoded '/', empty
/// segments but the last, '.' and '..'. A '+' in the query is a blank, as forms send it.
[[nodiscard]] bool decode_target(std::string_view target, HttpRequest& request);

/// Adds a header as received. Repeated ones are joined; false: this one must not be repeated.
[[nodiscard]] bool add_header(std::string_view name, std::string_view value, HttpRequest& request);

/// How the body is delimited and what else the headers say about the connection; nothing when that
/// is not clear: both lengths, a length that is no plain number, an encoding other than chunked.
/// `minor` is the y of HTTP/1.y.
struct Framing {
  bool chunked = false;
  std::optional<std::uint64_t> length;
  bool keep_alive = true;
  bool expects_continue = false;
  bool is_http10 = false;
};
[[nodiscard]] std::optional<Framing> framing_of(const HttpRequest& request, int minor);

}  // namespace quorate
