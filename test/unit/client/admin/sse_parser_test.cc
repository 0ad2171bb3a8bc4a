#include "client/admin/sse_parser.h"

#include <doctest/doctest.h>

#include <vector>

namespace quorate::admin {
namespace {

std::vector<SseEvent> events_of(SseParser& parser) {
  std::vector<SseEvent> events;
  while (auto event = parser.next()) events.push_back(*event);
  return events;
}

constexpr const char* stream =
    "\xEF\xBB\xBF: a remark\n\nevent: log\r\nid: 7\r\ndata: one\r\ndata:two\r\n\r\n"
    "data\r\rretry: 3\nevent: nothing\n\nid: 8\nunknown: x\ndata: three\n\n";

TEST_CASE("events end with an empty line, however lines end") {
  SseParser parser(1000);
  REQUIRE(parser.feed(stream).ok());
  CHECK(events_of(parser) == std::vector<SseEvent>{{"log", "7", "one\ntwo"},
                                                   {"message", "7", ""},
                                                   {"message", "8", "three"}});
}

TEST_CASE("the pieces that a stream comes in make no difference") {
  SseParser whole(1000);
  REQUIRE(whole.feed(stream).ok());
  const auto expected = events_of(whole);
  for (std::size_t size = 1; size < 12; ++size) {
    CAPTURE(size);
    SseParser parser(1000);
    for (std::string_view rest = stream; !rest.empty();
         rest.remove_prefix(std::min(size, rest.size())))
      REQUIRE(parser.feed(rest.substr(0, size)).ok());
    CHECK(events_of(parser) == expected);
  }
}

TEST_CASE("an event without an end is bounded") {
  SseParser line(10);
  CHECK(line.feed("data: 12345678901").code() == ErrorCode::reply_too_large);
  SseParser lines(10);
  CHECK(lines.feed("data: 1234\n").ok());
  CHECK(lines.feed("data: 1234\ndata: 1\n").code() == ErrorCode::reply_too_large);
}

}  // namespace
}  // namespace quorate::admin
