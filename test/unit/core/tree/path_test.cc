#include "core/tree/path.h"

#include <doctest/doctest.h>

#include <string>

namespace quorate {
namespace {

using namespace std::string_literals;

TEST_CASE("absolute paths of plain segments are valid") {
  for (const char* good :
       {"/", "/a", "/a/b", "/.a", "/..a", "/a.", "/...", "/a b", "/zookeeper", "/\xc3\xa9t\xc3\xa9",
        "/\xe4\xb8\xad", "/\xef\xa4\x80", "/\xef\xbf\xaf"}) {
    CAPTURE(good);
    CHECK(path::validate(good).ok());
  }
}

TEST_CASE("a path with an empty or relative segment is refused") {
  for (const char* bad : {"", "a", "a/b", "//", "/a/", "/a//b", "//a", "/.", "/..", "/a/.", "/a/..",
                          "/./a", "/a/../b"}) {
    CAPTURE(bad);
    CHECK(path::validate(bad).code() == ErrorCode::bad_arguments);
  }
}

TEST_CASE("control, private, special and supplementary characters are refused") {
  for (const std::string& bad : {"/\0"s, "/a\x01"s, "/\x1f"s, "/\x7f"s, "/\xc2\x80"s, "/\xc2\x9f"s,
                                 "/\xed\xa0\x80"s, "/\xee\x80\x80"s, "/\xef\xa3\xbf"s,
                                 "/\xef\xbf\xb0"s, "/\xef\xbf\xbf"s, "/\xf0\x9f\x98\x80"s}) {
    CAPTURE(bad);
    CHECK(path::validate(bad).code() == ErrorCode::bad_arguments);
  }
  CHECK(path::validate("/\xc2\xa0").ok());
  CHECK(path::validate("/~").ok());
}

TEST_CASE("bytes that are no UTF-8 are refused") {
  for (const std::string& bad :
       {"/\xff"s, "/\x80"s, "/\xc3"s, "/\xc3/a"s, "/\xc0\xaf"s, "/\xe0\x80\xaf"s, "/\xe4\xb8"s,
        "/\xf8\x88\x80\x80\x80"s, "/\xf0\x80\x80\xaf"s}) {
    CAPTURE(bad);
    CHECK(path::validate(bad).code() == ErrorCode::bad_arguments);
  }
}

TEST_CASE("a refusal names the byte") {
  CHECK(path::validate("/ab//c").error().text == "path: empty segment at byte 4");
  CHECK(path::validate("/ab/\x01").error().text == "path: forbidden character at byte 4");
}

TEST_CASE("a sequential path is judged with its number behind it") {
  for (const char* good : {"/", "/a", "/a/", "/a/.", "/a/..", "/a/b-"}) {
    CAPTURE(good);
    CHECK(path::validate_sequential(good).ok());
    CHECK(path::validate(good + "0000000000"s).ok());
  }
  for (const char* bad : {"", "a", "//", "/a//", "/./", "/a/../b", "/\x01"}) {
    CAPTURE(bad);
    CHECK(path::validate_sequential(bad).code() == ErrorCode::bad_arguments);
    CHECK_FALSE(path::validate(bad + "0000000000"s).ok());
  }
}

TEST_CASE("a path is its parent and its name") {
  CHECK(path::parent("/a/b/c") == "/a/b");
  CHECK(path::parent("/a") == "/");
  CHECK(path::name("/a/b/c") == "c");
  CHECK(path::name("/a") == "a");
}

TEST_CASE("within means the node itself or below it, not a longer name") {
  CHECK(path::is_within("/a", "/a"));
  CHECK(path::is_within("/a/b", "/a"));
  CHECK(path::is_within("/a", "/"));
  CHECK(path::is_within("/", "/"));
  CHECK_FALSE(path::is_within("/ab", "/a"));
  CHECK_FALSE(path::is_within("/a", "/a/b"));
  CHECK_FALSE(path::is_within("/", "/a"));
}

}  // namespace
}  // namespace quorate
