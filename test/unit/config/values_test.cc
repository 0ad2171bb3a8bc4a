#include "config/values.h"

#include <doctest/doctest.h>

#include "config/words.h"

using namespace quorate;
using namespace quorate::words;

TEST_CASE("a number may carry the suffix of its unit") {
  struct Row {
    std::string_view text;
    NumberUnit unit;
    std::uint64_t number;
  };
  const Row rows[] = {
      {"0", NumberUnit::count, 0},
      {"18446744073709551615", NumberUnit::count, 18446744073709551615U},
      {"0xfffff", NumberUnit::bytes, 0xfffff},
      {"2000", NumberUnit::milliseconds, 2000},
      {"2s", NumberUnit::milliseconds, 2000},
      {"2 s", NumberUnit::milliseconds, 2000},
      {"3min", NumberUnit::seconds, 180},
      {"5000ms", NumberUnit::seconds, 5},
      {"2d", NumberUnit::hours, 48},
      {"8MiB", NumberUnit::bytes, 8U << 20},
      {"1 GiB", NumberUnit::bytes, 1U << 30},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto number = parse_number(row.text, row.unit);
    REQUIRE(number.ok());
    CHECK(*number == row.number);
  }
}

TEST_CASE("what is not a whole number of the unit is refused") {
  struct Row {
    std::string_view text;
    NumberUnit unit;
    std::string_view reason;
  };
  const Row rows[] = {
      {"", NumberUnit::count, "is not a whole number"},
      {"-1", NumberUnit::milliseconds, "is not a whole number"},
      {"+1", NumberUnit::count, "is not a whole number"},
      {"1.5", NumberUnit::count, "is not a whole number"},
      {"1e3", NumberUnit::count, "is not a whole number"},
      {"0x", NumberUnit::count, "is not a whole number"},
      {"0xg", NumberUnit::count, "is not a whole number"},
      {"18446744073709551616", NumberUnit::count, "is too large"},
      {"99999999999TiB", NumberUnit::bytes, "is too large"},
      {"8MB", NumberUnit::bytes, "is neither a number nor one with KiB, MiB, GiB or TiB"},
      {"8s", NumberUnit::bytes, "is neither a number nor one with KiB, MiB, GiB or TiB"},
      {"8MiB", NumberUnit::milliseconds, "is neither a number nor one with ms, s, min, h or d"},
      {"5s", NumberUnit::count, "is not a whole number"},
      {"1500ms", NumberUnit::seconds, "is not a whole number of s"},
      {"90min", NumberUnit::hours, "is not a whole number of h"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_number(row.text, row.unit).error().text == row.reason);
  }
}

TEST_CASE("bytes are printed in the largest unit that divides them") {
  CHECK(format_number(8U << 20, NumberUnit::bytes) == "8MiB");
  CHECK(format_number((8U << 20) + 1, NumberUnit::bytes) == "8388609");
  CHECK(format_number(0, NumberUnit::bytes) == "0");
  CHECK(format_number(std::uint64_t{1} << 40, NumberUnit::bytes) == "1TiB");
  CHECK(format_number(2048, NumberUnit::count) == "2048");
}

TEST_CASE("switches are spelled in the usual ways and no other") {
  for (const auto* word : {"true", "TRUE", "yes", "on", "1"}) CHECK(*parse_flag(word));
  for (const auto* word : {"false", "no", "Off", "0"}) CHECK_FALSE(*parse_flag(word));
  for (const auto* word : {"", "y", "tru", "2", "true "}) CHECK_FALSE(parse_flag(word).ok());
}

TEST_CASE("text shown back to people is one harmless line") {
  CHECK(quoted("abc") == "\"abc\"");
  CHECK(quoted("a\nb\x1b\"\\") == "\"a\\x0ab\\x1b\\\"\\\\\"");
  CHECK(quoted("\xc3\xa4\xff") == "\"\xc3\xa4\\xff\"");
  CHECK(quoted("\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa6") ==
        "\"\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x81\\xa6\xe2\x80\xa6\"");
  CHECK(quoted("abcdef", 3) == "\"abc...\"");
  CHECK(quoted("ab\xc3\xa4", 3) == "\"ab...\"");
}

TEST_CASE("the nearest word is found within a few edits") {
  const std::vector<std::string_view> words{"tickTime", "syncLimit", "dataDir", "dataLogDir"};

  CHECK(nearest("ticktime", words) == "tickTime");
  CHECK(nearest("tikcTime", words) == "tickTime");
  CHECK(nearest("datadir", words) == "dataDir");
  CHECK(nearest("dataLgoDir", words) == "dataLogDir");
  CHECK(nearest("something", words).empty());
  CHECK(nearest(std::string(100000, 'x'), words).empty());
}

TEST_CASE("keys in capitals are spelled with underscores between their words") {
  CHECK(upper_snake("tick_time_ms") == "TICK_TIME_MS");
  CHECK(upper_snake("clientPortAddress") == "CLIENT_PORT_ADDRESS");
  CHECK(upper_snake("skipACL") == "SKIP_ACL");
  CHECK(upper_snake("enableEagerACLCheck") == "ENABLE_EAGER_ACL_CHECK");
  CHECK(upper_snake("jute.maxbuffer") == "JUTE_MAXBUFFER");
  CHECK(upper_snake("snapSizeLimitInKb") == "SNAP_SIZE_LIMIT_IN_KB");
}

TEST_CASE("UTF-8 is valid only in its shortest form and within Unicode") {
  for (const auto* text : {"a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    CHECK(is_utf8(text));
  for (const auto* text : {"\x80", "\xc1\x81", "\xe0\x9f\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf5\x80\x80\x80", "\xc3", "a\xe2\x82"})
    CHECK_FALSE(is_utf8(text));
}
