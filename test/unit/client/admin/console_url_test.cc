#include "client/admin/console_url.h"

#include <doctest/doctest.h>

namespace quorate::admin {
namespace {

TEST_CASE("the address of a console is a scheme, a host and a port") {
  struct Row {
    const char* text;
    const char* whole;
  };
  for (const Row& row :
       {Row{"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
        Row{"https://console.example/", "https://console.example:8080"},
        Row{"localhost", "http://localhost:8080"}, Row{"https://[::1]:444", "https://[::1]:444"},
        Row{"[fe80::1%eth0]", "http://[fe80::1%eth0]:8080"}}) {
    CAPTURE(row.text);
    const auto url = parse_console_url(row.text);
    REQUIRE(url.ok());
    CHECK(url->text() == row.whole);
  }
}

TEST_CASE("what is no address of a console is refused, and never a header of its own") {
  for (const char* text : {"", "http://", "ftp://a", "http://a:b@c", "http://a/path", "http://a?x",
                           "http://a:0", "http://a:65536", "http://a:", "http://a:8o",
                           "http://[::1", "http://[::1]x", "a b", "a\r\nX: 1", "http://\xc3\xa4"}) {
    CAPTURE(text);
    CHECK(parse_console_url(text).code() == ErrorCode::bad_arguments);
  }
}

TEST_CASE("only an address of this machine is one") {
  for (const char* text : {"127.0.0.1", "127.8.8.8", "localhost", "[::1]"})
    CHECK(parse_console_url(text)->is_loopback());
  for (const char* text : {"127.0.0.1.example", "10.0.0.1", "localhost.example", "[::2]"})
    CHECK_FALSE(parse_console_url(text)->is_loopback());
}

TEST_CASE("what goes into a query cannot leave it") {
  CHECK(target_of("/a", {}) == "/a");
  CHECK(target_of("/a", {{"x", "1&y=2 /#\n"}, {"z", "\xc3\xa4"}}) ==
        "/a?x=1%26y%3D2%20%2F%23%0A&z=%C3%A4");
}

}  // namespace
}  // namespace quorate::admin
