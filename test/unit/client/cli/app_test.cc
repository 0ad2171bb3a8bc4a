// What happens before there is a server: parsing, help, refusals.
#include "client/cli/app.h"

#include <doctest/doctest.h>
#include <CLI/App.hpp>

#include <sstream>

namespace quorate::cli {
namespace {

/// Runs command lines against nobody, for a short time.
class Desk {
 public:
  ExitCode run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--endpoints", endpoints, "--timeout", "20ms"});
    out.str("");
    err.str("");
    return run_line(context, std::move(arguments));
  }

  std::string endpoints = "127.0.0.1:1";
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  Context context{{}, {out, err, false, false}, {in, false}};
};

TEST_CASE("without a server the exit code says so, and the message what to do") {
  Desk desk;
  CHECK(desk.run({"get", "/a"}) == ExitCode::no_connection);
  CHECK(desk.err.str().find("127.0.0.1:1") != std::string::npos);
  CHECK(desk.err.str().find("--endpoints") != std::string::npos);
  CHECK(desk.out.str().empty());
}

TEST_CASE("health is one line and 0 or 1, also without a server") {
  Desk desk;
  CHECK(desk.run({"health", "--ready"}) == ExitCode::other);
  CHECK(desk.out.str().starts_with("no answer: "));
  CHECK(desk.out.str().find('\n') == desk.out.str().size() - 1);
  CHECK(desk.err.str().empty());
  CHECK(desk.run({"health", "-o", "jsonl"}) == ExitCode::other);
  CHECK(Json::parse(desk.out.str())["healthy"] == false);
  CHECK(Json::parse(desk.out.str())["check"] == "ready");
}

TEST_CASE("health is asked of one server") {
  Desk desk;
  desk.endpoints = "127.0.0.1:1,127.0.0.1:2";
  CHECK(desk.run({"health"}) == ExitCode::usage);
  CHECK(desk.err.str().find("one server, not of several") != std::string::npos);
}

TEST_CASE("status shows servers that do not answer, and says that none serves") {
  Desk desk;
  desk.endpoints = "127.0.0.1:1,127.0.0.1:2";
  CHECK(desk.run({"status", "-o", "json"}) == ExitCode::no_connection);
  const Json rows = Json::parse(desk.out.str());
  REQUIRE(rows.size() == 2);
  CHECK(rows[1]["endpoint"] == "127.0.0.1:2");
  CHECK(rows[1]["role"].is_null());
  CHECK(rows[1]["note"].get<std::string>().starts_with("no answer: "));
  CHECK(desk.err.str().empty());
}

TEST_CASE("nobody knows the members where nobody answers") {
  Desk desk;
  CHECK(desk.run({"members"}) == ExitCode::no_connection);
  CHECK(desk.err.str().find("127.0.0.1:1") != std::string::npos);
  CHECK(desk.out.str().empty());
}

TEST_CASE("global options may stand behind the command, and errors honour -o") {
  Desk desk;
  CHECK(desk.run({"get", "/a", "-o", "jsonl"}) == ExitCode::no_connection);
  CHECK(Json::parse(desk.err.str())["error"]["code"] == "connection_loss");
}

TEST_CASE("usage errors name what is wrong and where to look") {
  struct Row {
    std::vector<std::string> line;
    const char* named;
  };
  Desk desk;
  for (const Row& row :
       {Row{{}, "quorate --help"}, Row{{"frobnicate"}, "quorate --help"},
        Row{{"get"}, "quorate get --help"}, Row{{"get", "--frob", "/a"}, "--frob"},
        Row{{"acl", "set", "/a"}, "quorate acl set --help"}, Row{{"-o", "xml", "ls"}, "xml"},
        Row{{"--timeout", "soon", "ls"}, "soon"}, Row{{"rm", "/a", "-v", "x"}, "x"}}) {
    CHECK(desk.run(row.line) == ExitCode::usage);
    CAPTURE(desk.err.str());
    CHECK(desk.err.str().find(row.named) != std::string::npos);
    CHECK(desk.out.str().empty());
  }
}

TEST_CASE("credentials are not repeated in complaints") {
  Desk desk;
  CHECK(desk.run({"--auth", "secretwithoutscheme", "ls"}) == ExitCode::usage);
  CHECK(desk.err.str().find("secretwithoutscheme") == std::string::npos);
}

TEST_CASE("combinations that make no sense are refused before anything is sent") {
  Desk desk;
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"create", "-c", "-e", "/a"},
                                             {"create", "-e", "--ttl", "5s", "/a"},
                                             {"create", "-s", "--if-absent", "/a"},
                                             {"create", "--ttl", "soon", "/a"},
                                             {"create", "--acl", "odd", "/a"},
                                             {"create", "/a", "x", "--file", "-"},
                                             {"create", "/a", "--file", "/no/such/file"},
                                             {"set", "/a"},
                                             {"rm", "-r", "-v", "3", "/a"},
                                             {"acl", "set", "/a", "odd"},
                                             {"watch", "/a", "--until", "odd"},
                                             {"wait", "/a", "--for", "odd"},
                                             {"multi", "--file", "/no/such/file"},
                                             {"quota", "get", "/"},
                                             {"find", "/", "--newer", "odd"},
                                             {"tree", "import", "--file", "/no/such/file"}}) {
    CAPTURE(line[0]);
    CAPTURE(line.back());
    CHECK(desk.run(line) == ExitCode::usage);
    CHECK_FALSE(desk.err.str().empty());
  }
}

TEST_CASE("every command has help with an example") {
  Globals globals;
  Selection selection;
  const auto app = make_app(globals, selection, true);
  const std::function<void(const CLI::App&)> visit = [&](const CLI::App& at) {
    for (const CLI::App* command : at.get_subcommands({})) {
      if (command->get_group().empty()) continue;
      CAPTURE(command->get_name());
      CHECK_FALSE(command->get_description().empty());
      if (command->get_subcommands({}).empty()) {
        CHECK(command->get_footer().find("quorate") != std::string::npos);
      }
      visit(*command);
    }
  };
  visit(*app);
  Desk desk;
  CHECK(desk.run({"create", "--help"}) == ExitCode::ok);
  CHECK(desk.out.str().find("Example:") != std::string::npos);
}

TEST_CASE("the completion scripts know every command") {
  Desk desk;
  REQUIRE(desk.run({"completion", "bash"}) == ExitCode::ok);
  const std::string script = desk.out.str();
  for (const char* known :
       {"'create') words=", "--parents", "'acl set') words=", "complete-path", "-F _quorate"}) {
    CAPTURE(known);
    CHECK(script.find(known) != std::string::npos);
  }
  REQUIRE(desk.run({"completion", "zsh"}) == ExitCode::ok);
  CHECK(desk.out.str().starts_with("#compdef quorate"));
}

TEST_CASE("the version needs no server") {
  Desk desk;
  CHECK(desk.run({"version"}) == ExitCode::ok);
  CHECK(desk.out.str().starts_with("quorate "));
  CHECK(desk.run({"-o", "json", "version"}) == ExitCode::ok);
  CHECK(Json::parse(desk.out.str()).contains("version"));
}

TEST_CASE("paths are resolved against the working node") {
  Desk desk;
  CHECK(desk.context.resolve("a") == "/a");
  CHECK(desk.context.resolve(".") == "/");
  desk.context.set_working_node("/x/y");
  CHECK(desk.context.resolve("a/b") == "/x/y/a/b");
  CHECK(desk.context.resolve("../a") == "/x/a");
  CHECK(desk.context.resolve("../../../..") == "/");
  CHECK(desk.context.resolve("/a//b/") == "/a/b");
}

TEST_CASE("what destroys is refused where nobody can be asked") {
  Desk desk;
  CHECK(desk.context.confirm("Delete /a").code() == ErrorCode::bad_arguments);

  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in("n\ny\n");
  Context person({}, {out, err, true, true}, {in, true});
  CHECK_FALSE(person.confirm("Delete /a").ok());
  CHECK(person.confirm("Delete /a").ok());
  CHECK(err.str().find("Delete /a? [y/N]") != std::string::npos);
}

TEST_CASE("a script of the shell ends with the first line that fails") {
  Desk desk;
  desk.in.str("# a remark\n\npwd\nget /a\npwd\n");
  CHECK(desk.run({"shell"}) == ExitCode::no_connection);
  CHECK(desk.out.str() == "/\n");
}

TEST_CASE("the shell does not turn into another program") {
  Desk desk;
  desk.in.str("bench load\n");
  CHECK(desk.run({"shell"}) == ExitCode::usage);
  CHECK(desk.err.str().find("leave the shell") != std::string::npos);
}

TEST_CASE("a quote left open in the shell is an error, not a hang") {
  Desk desk;
  desk.in.str("set /a \"open\n");
  CHECK(desk.run({"shell"}) == ExitCode::usage);
}

}  // namespace
}  // namespace quorate::cli
