#include "actors/http/request_head.h"

#include <doctest/doctest.h>

using namespace quorate;
using Verdict = HeadScan::Verdict;

namespace {

std::string path_of(std::string_view target) {
  HttpRequest request;
  return decode_target(target, request) ? request.path : "refused";
}

std::string query_of(std::string_view query) {
  HttpRequest request;
  if (!decode_target("/?" + std::string(query), request)) return "refused";
  std::string text;
  for (const auto& [name, value] : request.query) text += "(" + name + "," + value + ")";
  return text;
}

HttpRequest with(std::initializer_list<std::pair<const char*, const char*>> headers) {
  HttpRequest request;
  for (const auto& [name, value] : headers) REQUIRE(add_header(name, value, request));
  return request;
}

}  // namespace

TEST_CASE("a head ends with its first empty line, in whatever pieces it comes") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(scan_head(head + "body", 0).end == head.size());

  std::size_t scanned = 0;
  for (std::size_t size = 1; size < head.size(); ++size) {
    CHECK(scan_head(std::string_view(head).substr(0, size), scanned).verdict ==
          Verdict::incomplete);
    scanned = size;
  }
  CHECK(scan_head(head, scanned).end == head.size());
}

TEST_CASE("lone line ends, control bytes and continued lines are no head") {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\nHost: a\n\n"), std::string("GET /\rHost"),
        std::string("\nGET"), std::string("GET /\0 HTTP/1.1\r\n", 17),
        std::string("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n\tA: b\r\n\r\n"), std::string("GET /\x7f"),
        std::string("\x16\x03\x01"), std::string("GET / HTTP/1.1\r\r\n")}) {
    CAPTURE(bytes);
    CHECK(scan_head(bytes, 0).verdict == Verdict::malformed);
    // Also when it comes byte by byte.
    bool found = false;
    for (std::size_t size = 1; size <= bytes.size() && !found; ++size)
      found = scan_head(std::string_view(bytes).substr(0, size), size - 1).verdict ==
              Verdict::malformed;
    CHECK(found);
  }
}

TEST_CASE("paths are decoded, and have one meaning") {
  CHECK(path_of("/") == "/");
  CHECK(path_of("/api/v1/me") == "/api/v1/me");
  CHECK(path_of("/a/") == "/a/");
  CHECK(path_of("/a%20b/%c3%A9") == "/a b/\xc3\xa9");
  CHECK(path_of("/a+b") == "/a+b");
  CHECK(path_of("/...") == "/...");
  for (const char* target : {"",
                             "a",
                             "*",
                             "http://localhost/",
                             "localhost:80",
                             "//",
                             "//a",
                             "/a//b",
                             "/.",
                             "/..",
                             "/a/../b",
                             "/a/./b",
                             "/%2e%2e/b",
                             "/%2E",
                             "/a%2fb",
                             "/a\\b",
                             "/a%5cb",
                             "/%",
                             "/%4",
                             "/%zz",
                             "/%00",
                             "/%0a",
                             "/%7f",
                             "/%ff",
                             "/%c3",
                             "/%c0%ae",
                             "/a#b",
                             "/\xc3\xa9",
                             "/a\tb",
                             "/a b",
                             "/%ed%a0%80"}) {
    CAPTURE(target);
    CHECK(path_of(target) == "refused");
  }
}

TEST_CASE("queries are decoded as forms send them") {
  CHECK(query_of("") == "");
  CHECK(query_of("a=1&b=2") == "(a,1)(b,2)");
  CHECK(query_of("a=1&a=2") == "(a,1)(a,2)");
  CHECK(query_of("a&&b=") == "(a,)(b,)");
  CHECK(query_of("a=b=c") == "(a,b=c)");
  CHECK(query_of("path=%2Fx%2F..%2Fy+z%2b") == "(path,/x/../y z+)");
  CHECK(query_of("view=/servers/2/actors?sort=busy") == "(view,/servers/2/actors?sort=busy)");
  for (const char* query : {"a=%", "a=%1", "%gg=1", "a=%00", "a=%0d%0a", "a=%ff"}) {
    CAPTURE(query);
    CHECK(query_of(query) == "refused");
  }
}

TEST_CASE("headers that decide something come once, others are joined") {
  HttpRequest request =
      with({{"HOST", " a "}, {"Accept", "x"}, {"accept", "y"}, {"Cookie", "a=1"}});
  CHECK(add_header("cookie", "b=2", request));
  CHECK(request.header("host") == "a");
  CHECK(request.header("accept") == "x, y");
  CHECK(request.header("cookie") == "a=1; b=2");
  CHECK(request.header("none").empty());
  for (const char* name : {"Host", "Content-Length", "Transfer-Encoding", "Authorization", "Origin",
                           "Content-Type", "X-Quorate-Console", "If-Match"}) {
    CAPTURE(name);
    HttpRequest twice = with({{name, "1"}});
    CHECK_FALSE(add_header(name, "1", twice));
  }
}

TEST_CASE("a body has one length or is chunked") {
  CHECK(framing_of(with({{"Content-Length", "17"}}), 1)->length == 17);
  CHECK(framing_of(with({{"Transfer-Encoding", "Chunked"}}), 1)->chunked);
  CHECK_FALSE(framing_of(with({}), 1)->length);
  for (const char* length :
       {"", "-1", "+1", "0x10", "1,1", "1, 1", "1 1", "99999999999999999999"}) {
    CAPTURE(length);
    CHECK_FALSE(framing_of(with({{"Content-Length", length}}), 1));
  }
  for (const char* encoding : {"", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked",
                               "identity", "\vchunked", "xchunked"}) {
    CAPTURE(encoding);
    CHECK_FALSE(framing_of(with({{"Transfer-Encoding", encoding}}), 1));
  }
  CHECK_FALSE(framing_of(with({{"Content-Length", "0"}, {"Transfer-Encoding", "chunked"}}), 1));
  CHECK_FALSE(framing_of(with({{"Transfer-Encoding", "chunked"}}), 0));
}

TEST_CASE("connections go on unless one side says close") {
  CHECK(framing_of(with({}), 1)->keep_alive);
  CHECK_FALSE(framing_of(with({}), 0)->keep_alive);
  CHECK_FALSE(framing_of(with({{"Connection", "x, Close"}}), 1)->keep_alive);
  CHECK(framing_of(with({{"Connection", "closed"}}), 1)->keep_alive);
  CHECK(framing_of(with({{"Expect", "100-Continue"}}), 1)->expects_continue);
  CHECK_FALSE(framing_of(with({{"Expect", "100-continue"}}), 0)->expects_continue);
}
