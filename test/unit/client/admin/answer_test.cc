#include "client/admin/answer.h"

#include <doctest/doctest.h>

namespace quorate::admin {
namespace {

HttpAnswer answer(unsigned status, std::string body) {
  return {status, "application/json", std::move(body)};
}

TEST_CASE("a success is its body") {
  CHECK(*json_of(answer(200, R"({"done": true})"), "c") == Json{{"done", true}});
}

TEST_CASE("a refusal has the server's words, advice and code") {
  const auto refused = json_of(
      answer(412, R"({"error": {"code": "stale", "text": "it changed", "do": "look again"}})"),
      "c");
  CHECK(refused.code() == ErrorCode::bad_version);
  CHECK(refused.error().text == "it changed; look again [stale]");
}

TEST_CASE("a code of a newer server is read by how it ended") {
  CHECK(json_of(answer(403, R"({"error": {"code": "new", "text": ""}})"), "c").code() ==
        ErrorCode::no_auth);
  CHECK(error_code_of("not_linked", 502) == ErrorCode::not_serving);
  CHECK(error_code_of("?", 504) == ErrorCode::operation_timeout);
  CHECK(error_code_of("?", 599) == ErrorCode::system_error);
}

TEST_CASE("what is no console is said to be none") {
  for (const char* body :
       {"", "<html>", "[1]", R"({"error": "no object"})", R"({"error": {"code": 7}})"}) {
    CAPTURE(body);
    const auto refused = json_of(answer(404, body), "http://h:1");
    CHECK(refused.code() == ErrorCode::no_node);
    CHECK(refused.error().text.find("http://h:1") != std::string::npos);
  }
  CHECK(json_of(answer(200, "<html>"), "c").code() == ErrorCode::marshalling_error);
}

TEST_CASE("nesting is bounded, brackets in texts are none") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_json(nested(nesting_max)).ok());
  CHECK(parse_json(nested(nesting_max + 1)).code() == ErrorCode::marshalling_error);
  CHECK(parse_json("\"" + nested(1000) + "\"").ok());
  CHECK(parse_json("\"\\\"" + nested(1000) + "\"").ok());
}

TEST_CASE("bytes that are no UTF-8 do not spoil what is around them") {
  CHECK(*parse_json("\"a\xff\xc3(\xed\xa0\x80z\"") ==
        Json("a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"));
}

TEST_CASE("members are found by path, and have the type that was asked for or none") {
  const Json value = Json::parse(
      R"({"a": {"b": 7, "t": "x", "f": 1.6, "n": null, "l": [1]}, "big": 18446744073709551615, "huge": 1e300})");
  CHECK(integer_of(value, "a.b") == 7);
  CHECK(integer_of(value, "a.f") == 2);
  CHECK(text_of(value, "a.t") == "x");
  CHECK(list_of(value, "a.l").size() == 1);
  CHECK(number_of(value, "a.f") == 1.6);
  for (const char* path : {"a.t", "a.n", "a.none", "none.b", "a.b.c", "a.l", "big", "huge"})
    CHECK_FALSE(integer_of(value, path).has_value());
  CHECK(text_of(value, "a.b").empty());
  CHECK(list_of(value, "a").empty());
  CHECK_FALSE(is_true(value, "a.b"));
  CHECK(field(Json(7), "a").is_null());
}

}  // namespace
}  // namespace quorate::admin
