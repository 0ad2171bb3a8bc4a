// The forms in which people write ACLs, conditions, multis, lines of the shell and of exports.
#include <doctest/doctest.h>

#include "client/cli/acl_text.h"
#include "client/cli/condition.h"
#include "client/cli/exit_code.h"
#include "client/cli/multi_text.h"
#include "client/cli/node_line.h"
#include "client/cli/shell_words.h"

namespace quorate::cli {
namespace {

std::string as_given(std::string_view path) { return std::string(path); }

TEST_CASE("an ACL is read as it is written") {
  const char* text = "world:anyone:cdrwa,digest:ann:x=y=:rw,ip:fe80::1/64:r,auth::a";

  const auto acl = parse_acl(text);

  REQUIRE(acl.ok());
  REQUIRE(acl->size() == 4);
  CHECK((*acl)[0] == AclEntry{perms::all, "world", "anyone"});
  CHECK((*acl)[1] == AclEntry{perms::read | perms::write, "digest", "ann:x=y="});
  CHECK((*acl)[2].id == "fe80::1/64");
  CHECK(to_text(*acl) == text);
}

TEST_CASE("a wrong ACL entry is named") {
  for (const char* wrong : {"", "world", "world:anyone", ":anyone:r",
                            "world:anyone:", "world:anyone:rx", "world:anyone:r,"}) {
    CAPTURE(wrong);
    const auto acl = parse_acl(wrong);
    REQUIRE_FALSE(acl.ok());
    CHECK(acl.error().text.find("ACL entry") != std::string::npos);
  }
}

TEST_CASE("conditions are exists, deleted and value=") {
  CHECK(parse_condition("exists").value().kind == Condition::Kind::exists);
  CHECK(parse_condition("deleted").value().kind == Condition::Kind::deleted);
  CHECK(parse_condition("value=a=b").value().value == "a=b");
  CHECK(parse_condition("value=").value().value.empty());
  for (const char* wrong : {"", "exist", "value", "gone"}) CHECK_FALSE(parse_condition(wrong).ok());
}

TEST_CASE("a multi is read from an array or from lines") {
  const std::string lines =
      "{\"op\":\"create\",\"path\":\"/"
      "a\",\"data\":{\"base64\":\"AP8=\"},\"mode\":\"ephemeral\"}\n\n"
      "{\"op\":\"set\",\"path\":\"/b\",\"data\":\"x\",\"version\":3}\n"
      "{\"op\":\"delete\",\"path\":\"/c\"}\n"
      "{\"op\":\"check\",\"path\":\"/d\",\"absent\":true}";
  const Multi wanted{
      {Create{"/a", Blob(std::string_view("\0\xff", 2)), {}, CreateMode::ephemeral, 0, false},
       SetData{"/b", Blob("x"), 3}, Delete{"/c", any_version}, Check{"/d", any_version, true}}};

  CHECK(parse_multi(lines, as_given).value() == wanted);
  CHECK(parse_multi(R"([{"op":"delete","path":"/c"}])", as_given).value() ==
        Multi{{Delete{"/c", any_version}}});
}

TEST_CASE("what is wrong with a multi is named by operation and key") {
  struct Row {
    const char* text;
    const char* named;
  };
  for (const Row& row : {Row{"", "no operations"}, Row{"[]", "no operations"}, Row{"{", "line 1"},
                         Row{"[1]", "operation 1"}, Row{R"({"path":"/a"})", "\"op\" is missing"},
                         Row{R"({"op":"move","path":"/a"})", "\"op\""},
                         Row{R"({"op":"set"})", "\"path\" is missing"},
                         Row{R"({"op":"set","path":7})", "\"path\" must be"},
                         Row{R"({"op":"set","path":"/a","version":"x"})", "\"version\""},
                         Row{R"({"op":"set","path":"/a","version":99999999999})", "\"version\""},
                         Row{R"({"op":"set","path":"/a","vresion":1})", "\"vresion\""},
                         Row{R"({"op":"set","path":"/a","data":[1]})", "\"data\""},
                         Row{R"({"op":"create","path":"/a","mode":"odd"})", "\"mode\""},
                         Row{R"({"op":"create","path":"/a","acl":"odd"})", "\"acl\""},
                         Row{R"({"op":"check","path":"/a","absent":1})", "\"absent\""}}) {
    CAPTURE(row.text);
    const auto multi = parse_multi(row.text, as_given);
    REQUIRE_FALSE(multi.ok());
    CHECK(multi.error().text.find(row.named) != std::string::npos);
  }
}

TEST_CASE("a line of the shell is split as people expect") {
  using Words = std::vector<std::string>;
  CHECK(split_line("  get   /a\t").value() == Words{"get", "/a"});
  CHECK(split_line(R"(set /a "two words" 'it''s' a\ b)").value() ==
        Words{"set", "/a", "two words", "its", "a b"});
  CHECK(split_line(R"(set /a "" '\n' "\"")").value() == Words{"set", "/a", "", "\\n", "\""});
  CHECK(split_line("get /a # remark").value() == Words{"get", "/a"});
  CHECK(split_line("get /a#b").value() == Words{"get", "/a#b"});
  CHECK(split_line("").value().empty());
  CHECK_FALSE(split_line("set /a \"open").ok());
  CHECK_FALSE(split_line("set /a 'open").ok());
}

TEST_CASE("the spellings of ZooKeeper's shell are understood") {
  using Words = std::vector<std::string>;
  CHECK(translate({"getAcl", "/a"}) == Words{"acl", "get", "/a"});
  CHECK(translate({"setAcl", "/a", "world:anyone:r"}) ==
        Words{"acl", "set", "/a", "world:anyone:r"});
  CHECK(translate({"deleteall", "/a"}) == Words{"rm", "-r", "/a"});
  CHECK(translate({"delete", "-v", "3", "/a"}) == Words{"rm", "-v", "3", "/a"});
  CHECK(translate({"setquota", "-n", "5", "/a"}) == Words{"quota", "set", "-n", "5", "/a"});
  CHECK(translate({"get", "/getAcl"}) == Words{"get", "/getAcl"});
  CHECK(translate({}).empty());
}

TEST_CASE("lines with credentials are not kept") {
  CHECK(holds_secret("addauth digest ann:secret"));
  CHECK(holds_secret("--auth digest:ann:secret ls"));
  CHECK(holds_secret("setAcl /a digest:ann:hash:r"));
  CHECK_FALSE(holds_secret("get /a"));
}

TEST_CASE("a node comes back from its line") {
  for (const NodeLine& node :
       {NodeLine{"/", {}, open_acl()}, NodeLine{"/a", Blob("text"), open_acl()},
        NodeLine{
            "/b/c", Blob(std::string_view("\0\xff", 2)), {{perms::read, "digest", "ann:h"}}}}) {
    CHECK(parse_line(to_line(node)).value() == node);
  }
  CHECK(to_line({"/a", {}, open_acl()}) == R"({"path":"/a"})");
}

TEST_CASE("a line that is no node is refused") {
  for (const char* wrong :
       {"", "x", "[]", "{}", R"({"path":1})", R"({"path":"a"})", R"({"path":"/a","data":1})",
        R"({"path":"/a","acl":"x"})", R"({"path":"/a","acl":[]})"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_line(wrong).ok());
  }
}

TEST_CASE("the header of an export tells its version") {
  CHECK(is_header(header_line("/a")).value());
  CHECK_FALSE(is_header(R"({"path":"/a"})").value());
  CHECK_FALSE(is_header(R"({"quorate_export":2})").ok());
}

TEST_CASE("every error has an exit code for scripts") {
  CHECK(exit_code_of(ErrorCode::ok) == ExitCode::ok);
  CHECK(exit_code_of(ErrorCode::no_node) == ExitCode::not_found);
  CHECK(exit_code_of(ErrorCode::node_exists) == ExitCode::conflict);
  CHECK(exit_code_of(ErrorCode::bad_version) == ExitCode::conflict);
  CHECK(exit_code_of(ErrorCode::not_empty) == ExitCode::conflict);
  CHECK(exit_code_of(ErrorCode::no_auth) == ExitCode::auth);
  CHECK(exit_code_of(ErrorCode::connection_loss) == ExitCode::no_connection);
  CHECK(exit_code_of(ErrorCode::not_serving) == ExitCode::no_connection);
  CHECK(exit_code_of(ErrorCode::operation_timeout) == ExitCode::timeout);
  CHECK(exit_code_of(ErrorCode::bad_arguments) == ExitCode::usage);
  CHECK(exit_code_of(ErrorCode::system_error) == ExitCode::other);
}

}  // namespace
}  // namespace quorate::cli
