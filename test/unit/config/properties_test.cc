#include "config/properties.h"

#include <doctest/doctest.h>

using namespace quorate;

namespace {

Property property(std::string key, std::string value, std::uint32_t line) {
  return Property{std::move(key), std::move(value), line};
}

std::string refusal(std::string_view text) {
  const auto parsed = parse_properties(text, "zoo.cfg");
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.code() == ErrorCode::bad_arguments);
  return parsed.error().text;
}

}  // namespace

TEST_CASE("a property is one line of key and value, however they are separated") {
  struct Row {
    std::string_view text;
    std::string_view key;
    std::string_view value;
  };
  const Row rows[] = {
      {"tickTime=2000", "tickTime", "2000"},
      {"tickTime = 2000", "tickTime", "2000"},
      {"tickTime:2000", "tickTime", "2000"},
      {"tickTime 2000", "tickTime", "2000"},
      {"  \t\ftickTime\t2000  ", "tickTime", "2000"},
      {"tickTime", "tickTime", ""},
      {"tickTime=", "tickTime", ""},
      {"server.1=a:1:2;3", "server.1", "a:1:2;3"},
      {"a==b", "a", "=b"},
      {"a = = b", "a", "= b"},
      {"a:=b", "a", "=b"},
      {"a=b # no comment", "a", "b # no comment"},
      {"a=b \\\n   c", "a", "b c"},
      {"a\\\n  b=c", "ab", "c"},
      {"a=\\\r\n\tb", "a", "b"},
      {"a = \\\n b", "a", "b"},
      {"a=b\\\\", "a", "b\\"},
      {"a=b\\", "a", "b"},
      {"a\\=b\\:c\\ d=e", "a=b:c d", "e"},
      {"\\#a=b", "#a", "b"},
      {"a=.\\t.\\n.\\r.\\f.", "a", ".\t.\n.\r.\f."},
      {"a=\\u00e4\\u20AC", "a", "\xc3\xa4\xe2\x82\xac"},
      {"a=\\ud83d\\ude00", "a", "\xf0\x9f\x98\x80"},
      {"a=\xc3\xa4", "a", "\xc3\xa4"},
      {"a=\\q", "a", "q"},
      {"\xef\xbb\xbf"
       "a=b",
       "a", "b"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);

    const auto parsed = parse_properties(row.text, "zoo.cfg");

    REQUIRE(parsed.ok());
    REQUIRE(parsed->size() == 1);
    CHECK(parsed->front().key == row.key);
    CHECK(parsed->front().value == row.value);
  }
}

TEST_CASE("comments and empty lines are skipped and counted, whatever ends a line") {
  const auto parsed =
      parse_properties("# one \\\n! two\r\n\r   \na=1\r\n  # b=2 \\\nc=3\\\n\\\nx\nd=4", "zoo.cfg");

  REQUIRE(parsed.ok());
  CHECK(*parsed ==
        std::vector{property("a", "1", 5), property("c", "3x", 7), property("d", "4", 10)});
}

TEST_CASE("nothing gives no properties") {
  CHECK(parse_properties("", "f")->empty());
  CHECK(parse_properties("\n \\", "f").code() == ErrorCode::bad_arguments);
}

TEST_CASE("what is wrong in a file is refused with file and line") {
  CHECK(refusal("a=1\nb=2\na=3") == "zoo.cfg:3: \"a\" was already given at line 1");
  CHECK(refusal("\n=3") == "zoo.cfg:2: has no key before its separator");
  CHECK(refusal("a=\\u12") == "zoo.cfg:1: has a \\u without four hexadecimal digits");
  CHECK(refusal("a=\\u12g4") == "zoo.cfg:1: has a \\u without four hexadecimal digits");
  CHECK(refusal("a=\\u0000") == "zoo.cfg:1: has \\u0000, which no value may contain");
  CHECK(refusal("a=\\ud83d") == "zoo.cfg:1: has a \\u of half a surrogate pair");
  CHECK(refusal("a=\\ud83d\\u0041") == "zoo.cfg:1: has a \\u of half a surrogate pair");
  CHECK(refusal("a=\\ude00") == "zoo.cfg:1: has a \\u of half a surrogate pair");
  CHECK(refusal("a=1\nb=\xff") == "zoo.cfg:2: has a byte that is not UTF-8");
  CHECK(refusal("a=\\\xff").find("zoo.cfg:1: has a byte after a backslash") == 0);
  CHECK(refusal(std::string_view("a=\0", 3)) == "zoo.cfg:1: has a NUL byte");
}

TEST_CASE("a key in a message is escaped and cut") {
  const std::string key(500, 'k');

  const std::string text = refusal(key + "=1\n" + key + "=2");

  CHECK(text.size() < 160);
  CHECK(refusal("\\u001b[31m=1\n\\u001b[31m=2") ==
        "zoo.cfg:2: \"\\x1b[31m\" was already given at line 1");
}

TEST_CASE("a file is bounded in bytes and keys") {
  std::string most(properties_bytes_max, '#');
  CHECK(parse_properties(most, "f").ok());
  CHECK(refusal(most + "#") == "zoo.cfg: is larger than 1048576 bytes");

  std::string many;
  for (std::size_t i = 0; i < properties_max; ++i) many += "k" + std::to_string(i) + "=\n";
  CHECK(parse_properties(many, "f")->size() == properties_max);
  CHECK(refusal(many + "one=more") == "zoo.cfg:4097: is the key beyond the 4096 a file may have");
}

TEST_CASE("a printed property parses back to the same") {
  const std::string keys[] = {"a", "a=b:c d", "#x", "!x", "a\\", "\xc3\xa4", "a\tb"};
  const std::string values[] = {"", "x", "= :#", "a\\b\\", "x\ty\nz\r", "\xf0\x9f\x98\x80"};
  for (const std::string& key : keys) {
    for (const std::string& value : values) {
      // Blanks around a value don't survive, by design.
      if (value.ends_with('\t')) continue;

      const auto parsed = parse_properties(property_line(key, value), "f");

      REQUIRE(parsed.ok());
      CHECK(*parsed == std::vector{property(key, value, 1)});
    }
  }
}
