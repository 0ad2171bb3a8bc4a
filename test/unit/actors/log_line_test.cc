#include "actors/log_line.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "actors/log.h"
#include "actors/long_text.h"

using namespace quorate;
using namespace std::chrono_literals;

namespace {

// 2021-02-03T04:05:06.007Z
constexpr std::chrono::system_clock::time_point moment{1612325106007ms};

LogLine line_of(const std::vector<LogField>& fields, LogLevel level = LogLevel::info) {
  return {moment, level, "session_expired", ServerId{3}, "commit", fields};
}

/// What a single field looks like in text.
std::string text_of(std::string_view value) {
  const std::vector<LogField> fields{kv("k", value)};
  const std::string line = format_text(line_of(fields));
  return line.substr(line.find(" k=") + 3);
}

nlohmann::json json_of(const std::vector<LogField>& fields) {
  const std::string line = format_json(line_of(fields));
  CAPTURE(line);
  auto json = nlohmann::json::parse(line, nullptr, false);
  REQUIRE_FALSE(json.is_discarded());
  return json;
}

}  // namespace

TEST_CASE("a line has time, level, event, server, component and then the fields") {
  const std::string path = "/a/b";
  const std::vector<LogField> fields{kv("session", SessionId{0x10}),
                                     kv("zxid", Zxid::at(Epoch{7}, 31)),
                                     kv("epoch", Epoch{7}),
                                     kv("count", 4U),
                                     kv("delta", -5),
                                     kv("held", true),
                                     kv("took_ms", 12ms),
                                     kv("ratio", 0.5),
                                     kv("path", path),
                                     kv("why", "because of it")};

  CHECK(format_text(line_of(fields, LogLevel::warn)) ==
        "2021-02-03T04:05:06.007Z warn session_expired server=3 component=commit session=0x10 "
        "zxid=7.1f epoch=7 count=4 delta=-5 held=true took_ms=12 ratio=0.5 path=/a/b "
        "why=\"because of it\"");
  CHECK(format_json(line_of(fields, LogLevel::warn)) ==
        R"({"time":"2021-02-03T04:05:06.007Z","level":"warn","event":"session_expired","server":3,)"
        R"("component":"commit","session":"0x10","zxid":"7.1f","epoch":7,"count":4,"delta":-5,)"
        R"("held":true,"took_ms":12,"ratio":0.5,"path":"/a/b","why":"because of it"})");
}

TEST_CASE("a text that could be taken for something else is quoted and escaped") {
  CHECK(text_of("plain-text/1.2:3") == "plain-text/1.2:3");
  CHECK(text_of("") == "\"\"");
  CHECK(text_of("a b") == "\"a b\"");
  CHECK(text_of("a=b") == "\"a=b\"");
  CHECK(text_of("\"") == "\"\\\"\"");
  CHECK(text_of("a\\b") == "\"a\\\\b\"");
  CHECK(text_of("a\nerror forged server=1") == "\"a\\x0aerror forged server=1\"");
  CHECK(text_of("\x1b[2J\x7f\xc2\x9b") == "\"\\x1b[2J\\x7f\\xc2\\x9b\"");
  CHECK(text_of("\xc3\xa4") == "\xc3\xa4");
  CHECK(text_of("\xff") == "\"\\xff\"");
  CHECK(text_of(std::string_view("a\0b", 3)) == "\"a\\x00b\"");
  CHECK(text_of("\xe2\x80\xae") == "\"\\xe2\\x80\\xae\"");
}

TEST_CASE("a text is cut at 256 bytes, never within a character") {
  const std::string most(log_value_bytes_max, 'x');
  CHECK(text_of(most) == most);
  CHECK(text_of(most + "y") == "\"" + most + "...\"");

  const std::string odd = std::string(log_value_bytes_max - 1, 'x');
  CHECK(text_of(odd + "\xc3\xa4") == "\"" + odd + "...\"");
  CHECK(json_of({kv("k", most + "y")})["k"] == most + "...");
  CHECK(json_of({kv("k", odd + "\xc3\xa4")})["k"] == odd + "...");
}

// Goal: no text breaks the line or the JSON.
// Method: every byte alone, and every pair of a lead byte and another.
TEST_CASE("every byte gives one line without control bytes, and valid JSON") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; second += first < 0xc0 ? 255 : 1) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::vector<LogField> fields{kv("k", text)};

      const std::string line = format_text(line_of(fields));
      const auto json = nlohmann::json::parse(format_json(line_of(fields)), nullptr, false);

      REQUIRE_FALSE(json.is_discarded());
      for (const char c : line) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
    }
  }
}

TEST_CASE("JSON keeps a text as it is, but for what is not UTF-8") {
  CHECK(json_of({kv("k", "a\"b\\c\n\t")})["k"] == "a\"b\\c\n\t");
  CHECK(json_of({kv("k", "\xf0\x9f\x98\x80")})["k"] == "\xf0\x9f\x98\x80");
  CHECK(json_of({kv("k", "\xff")})["k"] == "\\xff");
}

TEST_CASE("JSON has numbers as numbers, and what is none as text") {
  const auto json = json_of({kv("most", std::uint64_t{18446744073709551615U}),
                             kv("least", std::int64_t{-9223372036854775807}), kv("off", false),
                             kv("nan", std::nan("")), kv("byte", std::uint8_t{7})});

  CHECK(json["most"] == std::uint64_t{18446744073709551615U});
  CHECK(json["least"] == std::int64_t{-9223372036854775807});
  CHECK(json["off"] == false);
  CHECK(json["nan"] == "nan");
  CHECK(json["byte"] == 7);
}

TEST_CASE("a text that is longer than a value is shown in two, whole") {
  const std::string first(200, 'a');
  const std::string second(200, 'b');

  CHECK(in_two_values("short; text") ==
        std::pair<std::string_view, std::string_view>{"short; text", ""});
  const std::string sentences = first + "; " + second;
  CHECK(in_two_values(sentences) == std::pair<std::string_view, std::string_view>{first, second});
  const std::string unbroken = first + second;
  const auto [start, rest] = in_two_values(unbroken);
  CHECK(start.size() == log_value_bytes_max);
  CHECK(std::string(start) + std::string(rest) == unbroken);
}
