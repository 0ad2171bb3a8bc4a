#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "actors/console/tokens.h"
#include "client/cli/app.h"

namespace quorate::cli {
namespace {

struct Ran {
  ExitCode code = ExitCode::other;
  std::string out;
  std::string err;
};

Ran token(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  Context context{{}, {out, err, false, false}, {in, false}};
  arguments.insert(arguments.begin(), {"console", "token"});
  const ExitCode code = run_line(context, std::move(arguments));
  return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("a token is made, and the console takes its line") {
  const Ran ran =
      token({"--name", "deploy", "--role", "operator", "--expires", "90d", "-o", "json"});
  REQUIRE(ran.code == ExitCode::ok);
  const auto json = nlohmann::json::parse(ran.out);
  const auto secret = json["token"].get<std::string>();
  CHECK(secret.size() == std::string("quorate_").size() + 64);

  const auto tokens = parse_tokens(json["line"].get<std::string>(), "tokens");
  REQUIRE(tokens.ok());
  const Token* found = tokens->find(hash_of_secret(secret));
  REQUIRE(found != nullptr);
  CHECK(found->name == "deploy");
  CHECK(found->role == ConsoleRole::operator_);
  const auto left = *found->expires - std::chrono::system_clock::now();
  CHECK(left > std::chrono::days(89));
  CHECK(left <= std::chrono::days(91));
  CHECK(json["expires"].get<std::string>().size() == 10);
  // The secret itself is not in what is kept.
  CHECK(json["line"].get<std::string>().find(secret.substr(8)) == std::string::npos);
}

TEST_CASE("each token is another one, and without --expires it does not end") {
  const Ran first = token({"--name", "a", "--role", "viewer"});
  const Ran second = token({"--name", "a", "--role", "viewer"});
  CHECK(first.code == ExitCode::ok);
  CHECK(first.out.starts_with("token: quorate_"));
  CHECK(first.out.find("\nline: a viewer ") != std::string::npos);
  CHECK(first.err.find("mode 600") != std::string::npos);
  CHECK(first.out != second.out);
  const Ran json = token({"--name", "a", "--role", "viewer", "-o", "json"});
  CHECK(nlohmann::json::parse(json.out)["expires"].is_null());
  CHECK(json.err.empty());
}

TEST_CASE("what the console would not take is refused") {
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {},
           {"--name", "a"},
           {"--role", "viewer"},
           {"--name", "a b", "--role", "viewer"},
           {"--name", "", "--role", "viewer"},
           {"--name", "a", "--role", "root"},
           {"--name", "a", "--role", "viewer", "--expires", "soon"},
           {"--name", "a", "--role", "viewer", "--expires", "1h"},
           {"--name", "a", "--role", "viewer", "--expires", "4000d"}}) {
    const Ran ran = token(line);
    CHECK(ran.code == ExitCode::usage);
    CHECK(ran.out.empty());
    CHECK_FALSE(ran.err.empty());
  }
}

}  // namespace quorate::cli
