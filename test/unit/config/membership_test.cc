#include "config/membership.h"

#include <doctest/doctest.h>

using namespace quorate;

namespace {

Membership members_of(const std::vector<std::pair<std::string, std::string>>& lines) {
  Membership membership;
  for (const auto& line : lines) {
    CAPTURE(line.second);
    REQUIRE(add_membership_line(membership, line.first, line.second).ok());
  }
  return membership;
}

std::string refusal(std::string_view key, std::string_view value) {
  Membership membership;
  const Status status = add_membership_line(membership, key, value);
  REQUIRE_FALSE(status.ok());
  return status.error().text;
}

std::string canonical(std::string_view value) {
  Membership membership;
  const Status status = add_membership_line(membership, "server.1", value);
  return status ? to_string(membership.members.at(ServerId{1})) : status.error().text;
}

}  // namespace

TEST_CASE("a server line says where peers and clients reach a server, and whether it votes") {
  const Membership membership =
      members_of({{"server.3", "zk3.example.org:2888:3888:observer;10.0.0.3:2181"}});

  const Member& member = membership.members.at(ServerId{3});
  CHECK(member.id == ServerId{3});
  CHECK(member.addresses ==
        std::vector<PeerAddress>{
            {.host = "zk3.example.org", .quorum_port = 2888, .election_port = 3888}});
  CHECK(member.role == MemberRole::observer);
  CHECK(member.client == ClientAddress{"10.0.0.3", 2181});
}

TEST_CASE("every form of a server line has one canonical text") {
  CHECK(canonical("a:1:2") == "a:1:2:participant");
  CHECK(canonical("a:1:2;2181") == "a:1:2:participant;0.0.0.0:2181");
  CHECK(canonical(" a:1:2:PARTICIPANT ; b:3 ") == "a:1:2:participant;b:3");
  CHECK(canonical("[::1]:1:2;[fe80::1%eth0]:3") == "[::1]:1:2:participant;[fe80::1%eth0]:3");
  CHECK(canonical("a:1:2|b:3:4:observer;5") == "a:1:2:observer|b:3:4:observer;0.0.0.0:5");
  CHECK(canonical(canonical("a:1:2:observer|b:3:4;5")) ==
        "a:1:2:observer|b:3:4:observer;0.0.0.0:5");
}

TEST_CASE("a server line that is not one is refused with the reason") {
  struct Row {
    std::string_view value;
    std::string_view reason;
  };
  const Row rows[] = {
      {"", "is not a server; expected host:quorumPort"},
      {"a", "is not a server"},
      {"a:2888", "is not a server"},
      {"a:1:2:participant:5", "is not a server"},
      {":1:2", "is empty where a host is expected"},
      {"a b:1:2", "has a character that no host name or address has"},
      {"a/b:1:2", "has a character that no host name or address has"},
      {"::1:1:2", "is not a server"},
      {"[host]:1:2", "has no IPv6 address in brackets"},
      {"[::1:1:2", "is not a server"},
      {"a:0:2", "has a quorum port that is wrong: \"0\" is not a port; allowed: 1 to 65535"},
      {"a:65536:2", "has a quorum port that is wrong"},
      {"a:-1:2", "has a quorum port that is wrong"},
      {"a:1:", "has an election port that is wrong"},
      {"a:1:1", "has the same port for quorum and election"},
      {"a:1:2:leader", "has the role \"leader\"; allowed: participant, observer"},
      {"a:1:2:observer|b:1:2:participant", "gives its addresses different roles"},
      {"a:1:2;", "has a client port that is wrong"},
      {"a:1:2;:2181", "is empty where a host is expected"},
      {"a:1:2;b:2181:3", "has the client address \"b:2181:3\""},
      {"a:1:2|", "is not a server"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);

    const std::string text = refusal("server.1", row.value);

    CHECK_MESSAGE(text.starts_with(row.reason), text);
  }
}

TEST_CASE("server numbers are 0 to 255 and unique") {
  Membership membership;
  CHECK(add_membership_line(membership, "server.0", "a:1:2").ok());
  CHECK(add_membership_line(membership, "server.255", "b:1:2").ok());

  CHECK(refusal("server.256", "a:1:2") == "has the server number \"256\"; allowed: 0 to 255");
  CHECK(refusal("server.", "a:1:2").starts_with("has the server number"));
  CHECK(refusal("server.x", "a:1:2").starts_with("has the server number"));
  CHECK(refusal("server.-1", "a:1:2").starts_with("has the server number"));
  CHECK(refusal("server.01", "a:1:2").starts_with("has the server number"));
  CHECK(refusal("server.0x1", "a:1:2").starts_with("has the server number"));
  CHECK(add_membership_line(membership, "server.0", "c:1:2").error().text ==
        "names server 0 a second time");
}

TEST_CASE("a server has a bounded number of addresses") {
  std::string value;
  for (std::size_t i = 0; i < addresses_per_server_max; ++i)
    value += (i == 0 ? "" : "|") + std::string("a") + std::to_string(i) + ":1:2";

  CHECK_FALSE(canonical(value).starts_with("has more than"));
  CHECK(canonical(value + "|z:1:2") == "has more than 16 addresses");
}

TEST_CASE("groups and weights describe a hierarchical quorum") {
  const Membership membership = members_of({{"server.1", "a:1:2"},
                                            {"server.2", "b:1:2"},
                                            {"server.3", "c:1:2"},
                                            {"server.4", "d:1:2:observer"},
                                            {"group.1", "1:2"},
                                            {"group.2", "3"},
                                            {"weight.3", "0"}});

  CHECK(check_membership(membership).ok());
  CHECK(membership.groups.at(1) == std::vector{ServerId{1}, ServerId{2}});
  CHECK(membership.weights.at(ServerId{3}) == 0);

  Membership again;
  for (const auto& [key, value] : membership_lines(membership))
    REQUIRE(add_membership_line(again, key, value).ok());
  CHECK(again == membership);
}

TEST_CASE("groups and weights that are wrong by themselves are refused") {
  CHECK(refusal("group.1", "1:1") == "names server 1 twice");
  CHECK(refusal("group.1", "").starts_with("has the server number \"\""));
  CHECK(refusal("group.1", "1:x").starts_with("has the server number \"x\""));
  CHECK(refusal("weight.1", "-1") == "is not a weight; allowed: 0 to 1000000");
  CHECK(refusal("weight.1", "1000001") == "is not a weight; allowed: 0 to 1000000");
}

TEST_CASE("members that contradict each other are refused") {
  struct Row {
    std::vector<std::pair<std::string, std::string>> lines;
    std::string_view reason;
  };
  const Row rows[] = {
      {{{"server.1", "a:1:2"}, {"group.1", "1:2"}},
       "group.1 names server 2, which has no server.2 line"},
      {{{"server.1", "a:1:2"}, {"server.2", "b:1:2"}, {"group.1", "1"}},
       "server.2 votes but is in no group"},
      {{{"server.1", "a:1:2"}, {"group.1", "1"}, {"group.2", "1"}},
       "server 1 is in group.1 and in group.2; one is allowed"},
      {{{"server.1", "a:1:2"}, {"weight.2", "1"}},
       "weight.2 weighs a server without a server.2 line"},
      {{{"server.1", "a:1:2"}, {"server.2", "a:1:3"}},
       "server.1 and server.2 have the same peer address a:1"},
      {{{"server.1", "a:1:2:observer"}}, "no server may vote: all are observers or have weight 0"},
      {{{"server.1", "a:1:2"}, {"weight.1", "0"}},
       "no server may vote: all are observers or have weight 0"},
  };
  for (const Row& row : rows) {
    CHECK(check_membership(members_of(row.lines)).error().text == row.reason);
  }
}

TEST_CASE("members are shown as ZooKeeper's clients read them") {
  Membership membership;
  CHECK(members_text(membership).empty());
  REQUIRE(add_membership_line(membership, "server.1", "a:1:2;2181").ok());
  REQUIRE(add_membership_line(membership, "server.2", "b:1:2:observer").ok());

  CHECK(members_text(membership) ==
        "server.1=a:1:2:participant;0.0.0.0:2181\nserver.2=b:1:2:observer\nversion=0");
}
