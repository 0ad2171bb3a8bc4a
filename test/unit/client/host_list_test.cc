#include "client/host_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

namespace quorate::client {
namespace {

TEST_CASE("an endpoint list names hosts, ports and a chroot") {
  const auto endpoints = parse_endpoints("one:2182, two ,[::1]:99/app/x/");

  REQUIRE(endpoints.ok());
  CHECK(endpoints->hosts == std::vector<Host>{{"one", 2182}, {"two", 2181}, {"::1", 99}});
  CHECK(endpoints->chroot == "/app/x");
  CHECK(to_string(endpoints->hosts[2]) == "[::1]:99");
}

TEST_CASE("a chroot of / is none") { CHECK(parse_endpoints("a/").value().chroot.empty()); }

TEST_CASE("a wrong endpoint is named in the refusal") {
  for (const char* wrong : {"", "a,", ":2181", "a:", "a:0", "a:65536", "a:x", "a:1 2", "[::1",
                            "[]:1", "[::1]x", "::1:2181", "a:1//b"}) {
    CAPTURE(wrong);
    const auto endpoints = parse_endpoints(wrong);
    REQUIRE_FALSE(endpoints.ok());
    CHECK(endpoints.code() == ErrorCode::bad_arguments);
    CHECK(endpoints.error().text.find("write") != std::string::npos);
  }
}

std::vector<Host> hosts(int count) {
  std::vector<Host> list;
  for (int i = 1; i <= count; ++i) list.push_back({"h", static_cast<std::uint16_t>(i)});
  return list;
}

TEST_CASE("each round tries every host once, in the same order") {
  HostList list(hosts(5), 3);
  std::array<std::vector<std::uint16_t>, 2> rounds;

  for (auto& round : rounds) {
    for (int i = 0; i < 5; ++i) round.push_back(list.next().port);
  }

  CHECK(rounds[0] == rounds[1]);
  CHECK(std::set<std::uint16_t>(rounds[0].begin(), rounds[0].end()).size() == 5);
}

TEST_CASE("clients differ in the order they try") {
  std::set<std::uint16_t> first;
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    first.insert(HostList(hosts(5), seed).next().port);
  CHECK(first.size() == 5);
}

TEST_CASE("pauses come after whole rounds, grow to a second and end with a success") {
  HostList list(hosts(2), 3);
  CHECK(list.pause().count() == 0);
  std::int64_t longest = 0;
  for (int round = 1; round <= 10; ++round) {
    list.next();
    CHECK(list.pause().count() == 0);
    list.next();
    const auto pause = list.pause().count();
    CHECK(pause >= 25);
    CHECK(pause <= 1000);
    longest = std::max(longest, pause);
  }
  CHECK(longest >= 500);

  list.succeeded();

  CHECK(list.pause().count() == 0);
}

TEST_CASE("the others are named in turn, whatever is tried meanwhile") {
  HostList list(hosts(3), 3);
  const Host here = list.next();

  const Host first = list.other_than(here);
  list.next();
  const Host second = list.other_than(here);

  CHECK(first != here);
  CHECK(second != here);
  CHECK(first != second);
  CHECK(list.other_than(here) == first);
  CHECK(list.other_than(here) == second);
  CHECK(list.other_than(first) != first);
}

}  // namespace
}  // namespace quorate::client
