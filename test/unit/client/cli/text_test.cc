#include "client/cli/text.h"

#include <doctest/doctest.h>

#include <array>

namespace quorate::cli {
namespace {

TEST_CASE("UTF-8 is told from other bytes") {
  for (const char* text : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    CHECK(is_utf8(text));
  }
  for (const char* bytes : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf5\x80\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "a\xff"}) {
    CHECK_FALSE(is_utf8(bytes));
  }
}

TEST_CASE("base64 comes back as it went") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CHECK(from_base64(to_base64(bytes.substr(0, size))).value() == bytes.substr(0, size));
  }
}

TEST_CASE("what is not base64 is refused") {
  for (const char* wrong : {"Z", "Zg=", "Zg=a", "Z===", "====", "Zm9v!!!!", "Zg==Zg==", "Zm 9"}) {
    CAPTURE(wrong);
    CHECK_FALSE(from_base64(wrong).ok());
  }
}

TEST_CASE("durations have units, bare numbers are seconds") {
  CHECK(parse_duration("250ms").value().count() == 250);
  CHECK(parse_duration("5").value().count() == 5000);
  CHECK(parse_duration("5s").value().count() == 5000);
  CHECK(parse_duration("2m").value().count() == 120'000);
  CHECK(parse_duration("1h").value().count() == 3'600'000);
  CHECK(parse_duration("7d").value().count() == 604'800'000);
  for (const char* wrong :
       {"", "s", "-1s", "5x", "1.5s", "99999999999999999999", "1099511627776ms"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong).ok());
  }
}

TEST_CASE("times are shown in UTC to the millisecond") {
  CHECK(to_iso_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(to_iso_time(1'700'000'000'123) == "2023-11-14T22:13:20.123Z");
  CHECK(to_iso_time(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("one is not counted as several are") {
  CHECK(counted(0, "watch", "watches") == "0 watches");
  CHECK(counted(1, "watch", "watches") == "1 watch");
  CHECK(counted(2, "watch", "watches") == "2 watches");
}

TEST_CASE("sizes are shown in the unit that fits") {
  CHECK(to_size(0) == "0 B");
  CHECK(to_size(1023) == "1023 B");
  CHECK(to_size(1536) == "1.5 KiB");
  CHECK(to_size(std::uint64_t{3} << 40) == "3.0 TiB");
}

TEST_CASE("control characters cannot steer a terminal") {
  CHECK(printable("a\x1b[2Jb") == "a\\x1b[2Jb");
  CHECK(printable("line\nnext\tcell") == "line\nnext\tcell");
  CHECK(printable("\x7f") == "\\x7f");
}

TEST_CASE("what a terminal would obey, hide or turn round becomes visible") {
  CHECK(printable("a\x1b[2J\n\tb") == "a\\x1b[2J\n\tb");
  CHECK(printable_cell("a\n\tb\x7f") == "a\\n\\tb\\x7f");
  CHECK(printable_cell("\xc2\x9b") == "\\u{9b}");
  CHECK(printable_cell("\xe2\x80\xae\xd7\x90\xe2\x80\x8b") == "\\u{202e}\\u{5d0}\\u{200b}");
  CHECK(printable_cell("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable_cell("e\xcc\x81") == "e\\u{301}");
  CHECK(printable_cell("\xf3\xa0\x80\x81\xee\x80\x80") == "\\u{e0001}\\u{e000}");
  CHECK(printable_cell("gr\xc3\xbcn \xe6\xbc\xa2") == "gr\xc3\xbcn \xe6\xbc\xa2");
}

TEST_CASE("JSON for a terminal is the same JSON") {
  const std::string json = "{\n  \"\xe2\x80\xae\": \"\xc2\x9b\x7f\xf3\xa0\x80\x81\xe6\xbc\xa2\"\n}";
  CHECK(printable_json(json) ==
        "{\n  \"\\u202e\": \"\\u009b\\u007f\\udb40\\udc01\xe6\xbc\xa2\"\n}");
}

TEST_CASE("ideographs take two columns, and what is cut is marked") {
  CHECK(display_width("a\xc3\xbc\xe6\xbc\xa2") == 4);
  CHECK(clipped("abc", 3) == "abc");
  CHECK(clipped("abcd", 3) == "ab~");
  CHECK(clipped("\xe6\xbc\xa2\xe6\xbc\xa2", 3) == "\xe6\xbc\xa2~");
  CHECK(clipped("\xe6\xbc\xa2\xe6\xbc\xa2", 2) == "~");
  CHECK(clipped("a", 0).empty());
}

}  // namespace
}  // namespace quorate::cli
