#include "actors/console/passed_on.h"

#include <doctest/doctest.h>

#include "actors/console/routes.h"

namespace quorate {
namespace {

TEST_CASE("a request arrives at the other server as it was made") {
  AdminRequestLine request{"POST",
                           "/servers/self/actors/7/restart",
                           {{"sort", "busy"}, {"search", "\xc3\xa4 \"x\"\n"}, {"search", "2"}},
                           R"({"confirm":"console"})",
                           "7",
                           "digest:user:pass word",
                           {"anna", ConsoleRole::operator_, "192.0.2.7", {}},
                           {}};
  const auto read = decode_passed_on(encode_passed_on(request));
  REQUIRE(read);
  CHECK(read->method == request.method);
  CHECK(read->path == request.path);
  CHECK(read->query == request.query);
  CHECK(read->body == request.body);
  CHECK(read->if_match == request.if_match);
  CHECK(read->identity == request.identity);
  CHECK(read->caller.name == "anna");
  CHECK(read->caller.role == ConsoleRole::operator_);
  CHECK(read->caller.from == "192.0.2.7");
}

TEST_CASE("what is no request is refused, and a role that is not known may do nothing") {
  for (const char* text : {"", "x", "[]", "7", R"({"method":7})", R"({"query":{}})",
                           R"({"query":[["a"]]})", R"({"query":[["a",7]]})", R"({"who":null})"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_passed_on(text));
  }
  const auto later = decode_passed_on(R"({"role":"emperor"})");
  REQUIRE(later);
  CHECK(later->caller.role == ConsoleRole::none);
  CHECK(decode_passed_on("{}")->caller.role == ConsoleRole::none);
}

TEST_CASE("routes are found by method and path, segment by segment") {
  const auto found = find_route("GET", "/servers/2/actors/17");
  REQUIRE(found.match);
  CHECK(found.match->route->operation == "actor");
  CHECK(found.match->parameters.at("server") == "2");
  CHECK(found.match->parameters.at("actor") == "17");
  CHECK(find_route("HEAD", "/ensemble").match);
  CHECK(find_route("DELETE", "/ensemble").why == NoRoute::no_method);
  for (const char* path : {"", "ensemble", "/", "/ensemble/", "/servers//actors", "/servers/2",
                           "/servers/2/actors/17/more", "/Ensemble", "/servers/2/actors/"}) {
    CAPTURE(path);
    const auto missing = find_route("GET", path);
    CHECK_FALSE(missing.match);
    CHECK(missing.why == NoRoute::no_path);
  }
}

TEST_CASE("nothing that changes something is a GET, or live, or open to viewers") {
  for (const Route& route : routes()) {
    CAPTURE(route.operation);
    if (route.operation == "login" || route.operation == "logout") continue;
    CHECK((!route.changes() || route.role >= ConsoleRole::operator_));
    CHECK((!route.live || !route.changes()));
    CHECK((!route.destructive || route.changes()));
  }
}

TEST_CASE("what is passed on is about the receiver itself") {
  CHECK(path_for_self("/servers/2/actors/17") == "/servers/self/actors/17");
  CHECK(path_for_self("/servers/2") == "/servers/self");
}

}  // namespace
}  // namespace quorate
