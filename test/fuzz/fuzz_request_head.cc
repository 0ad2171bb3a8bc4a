// Heads of HTTP requests: what is accepted obeys the rules, judged a second time in the simplest
// way, and it does not matter in what pieces a head comes.
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/http/request_head.h"
#include "config/words.h"
#include "core/base/check.h"

namespace quorate {
namespace {

void check_scan(std::string_view bytes) {
  const HeadScan whole = scan_head(bytes, 0);
  HeadScan pieces;
  std::size_t scanned = 0;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    pieces = scan_head(bytes.substr(0, size), scanned);
    if (pieces.verdict != HeadScan::Verdict::incomplete) break;
    scanned = size;
  }
  check(whole.verdict == pieces.verdict && whole.end == pieces.end,
        "a head is the same in whatever pieces it comes");
  if (whole.verdict != HeadScan::Verdict::complete) return;
  const std::string_view head = bytes.substr(0, whole.end);
  check(head.find("\r\n\r\n") + 4 == head.size(), "a head ends with its first empty line");
  check(head.find("\n ") == std::string_view::npos && head.find("\n\t") == std::string_view::npos,
        "no line goes on in the next");
  check(head.find('\0') == std::string_view::npos, "a head has no NUL");
}

void check_target(std::string_view target) {
  HttpRequest request;
  if (!decode_target(target, request)) return;
  const std::string& path = request.path;
  const std::string closed = path + "/";
  check(target.starts_with('/') && path.starts_with('/'), "a target is an origin form");
  check(path.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
            closed.find("/../") == std::string::npos && path.find('\\') == std::string::npos,
        "a path has one meaning");
  check(words::is_utf8(path) && !words::has_control_bytes(path), "a path is text");
  for (const auto& [name, value] : request.query) {
    check(words::is_utf8(name) && !words::has_control_bytes(name), "a query is text");
    check(words::is_utf8(value) && !words::has_control_bytes(value), "a query is text");
  }
}

/// The lines of the input are headers.
void check_headers(std::string_view text) {
  HttpRequest request;
  for (const std::string_view line : words::split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!add_header(line.substr(0, colon), line.substr(colon + 1), request)) return;
  }
  const std::optional<Framing> framing = framing_of(request, 1);
  if (!framing) return;
  check(!(framing->chunked && framing->length), "a body is delimited in one way");
  const bool has_length = request.headers.contains("content-length");
  const bool has_encoding = request.headers.contains("transfer-encoding");
  check(framing->length.has_value() == has_length && framing->chunked == has_encoding,
        "no header about the body is ignored");
}

}  // namespace
}  // namespace quorate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  quorate::check_scan(text);
  quorate::check_target(text);
  quorate::check_target("/" + std::string(text));
  quorate::check_headers(text);
  return 0;
}
