#include "core/tree/ip_range.h"

#include <doctest/doctest.h>

namespace quorate {
namespace {

bool contains(const char* range, const char* address) {
  const auto outer = parse_ip_range(range);
  const auto inner = parse_ip_range(address);
  REQUIRE(outer.has_value());
  REQUIRE(inner.has_value());
  return outer->contains(*inner);
}

TEST_CASE("addresses of both families are understood") {
  for (const char* good :
       {"0.0.0.0", "255.255.255.255", "10.1.2.3/0", "10.1.2.3/32", "::", "::1", "1::", "::/0",
        "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128", "2001:DB8::a", "1:2:3:4:5:6:1.2.3.4",
        "::ffff:10.1.2.3", "::1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8"}) {
    CAPTURE(good);
    CHECK(parse_ip_range(good).has_value());
  }
}

TEST_CASE("what is no address is refused") {
  for (const char* bad : {"",
                          "/",
                          "1",
                          "1.2.3",
                          "1.2.3.4.5",
                          "1.2.3.256",
                          "1.2.3.-4",
                          "1.2.3.+4",
                          "01.2.3.4",
                          "1.2.3.4 ",
                          " 1.2.3.4",
                          "1.2..4",
                          "1.2.3.",
                          ".1.2.3",
                          "1.2.3.4/",
                          "1.2.3.4/33",
                          "1.2.3.4/08",
                          "1.2.3.4/-1",
                          "1.2.3.4/8/8",
                          "a.b.c.d",
                          ":",
                          ":::",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1::2::3",
                          "1:2:3:4:5:6:7:8::",
                          "12345::",
                          "::g",
                          "::1/129",
                          "::1%eth0",
                          "1.2.3.4::",
                          "::1.2.3",
                          "1:2:3:4:5:6:7:1.2.3.4",
                          ":1::",
                          "1:",
                          "1::2:",
                          "host"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_ip_range(bad).has_value());
  }
}

TEST_CASE("a range holds the addresses that share its first bits") {
  CHECK(contains("10.1.0.0/16", "10.1.255.7"));
  CHECK(contains("10.1.99.99/16", "10.1.2.3"));
  CHECK(contains("10.1.128.0/17", "10.1.129.0"));
  CHECK(contains("0.0.0.0/0", "1.2.3.4"));
  CHECK(contains("10.1.2.3", "10.1.2.3"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));

  CHECK_FALSE(contains("10.1.0.0/16", "10.2.0.0"));
  CHECK_FALSE(contains("10.1.128.0/17", "10.1.127.0"));
  CHECK_FALSE(contains("10.1.2.3", "10.1.2.2"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST_CASE("families do not match each other") {
  CHECK_FALSE(contains("::/0", "1.2.3.4"));
  CHECK_FALSE(contains("0.0.0.0/0", "::1"));
}

TEST_CASE("a v4 address mapped into v6 is a v4 address") {
  CHECK(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
  CHECK_FALSE(contains("::ffff:10.0.0.0/104", "11.1.2.3"));
}

TEST_CASE("a wider range is not within a narrower one") {
  CHECK_FALSE(contains("10.1.2.0/24", "10.1.0.0/16"));
}

}  // namespace
}  // namespace quorate
