#include "client/cli/output.h"

#include <doctest/doctest.h>

#include <sstream>

#include "client/cli/progress.h"

namespace quorate::cli {
namespace {

/// Collects what is printed.
struct Paper {
  explicit Paper(std::optional<OutputMode> mode, bool terminal = false)
      : output({out, err, terminal, terminal}, mode) {}
  std::ostringstream out;
  std::ostringstream err;
  Output output;
};

std::string list_of(OutputMode mode, bool terminal = false) {
  Paper paper(mode, terminal);
  {
    Rows rows(paper.output, {{"name"}});
    rows.add({"a"});
    rows.add({"b"});
  }
  return paper.out.str();
}

std::string table_of(OutputMode mode) {
  Paper paper(mode);
  {
    Rows rows(paper.output, {{"name"}, {"size", true}, {"owner"}});
    rows.add({"gr\xc3\xbcn", 5, nullptr});
    rows.add({"b", 1234, "0x1"});
  }
  return paper.out.str();
}

TEST_CASE("the default is a table on a terminal and plain elsewhere") {
  CHECK(Paper({}, true).output.mode() == OutputMode::table);
  CHECK(Paper({}, false).output.mode() == OutputMode::plain);
  CHECK(Paper(OutputMode::json, true).output.mode() == OutputMode::json);
}

TEST_CASE("a list is one name per line, or one JSON array of names") {
  CHECK(list_of(OutputMode::plain) == "a\nb\n");
  CHECK(list_of(OutputMode::table) == "a\nb\n");
  CHECK(list_of(OutputMode::raw) == "a\nb\n");
  CHECK(list_of(OutputMode::jsonl) == "\"a\"\n\"b\"\n");
  CHECK(Json::parse(list_of(OutputMode::json)) == Json::array({"a", "b"}));
}

TEST_CASE("rows are tabs in plain, aligned in tables, objects in JSON") {
  CHECK(table_of(OutputMode::plain) == "gr\xc3\xbcn\t5\t-\nb\t1234\t0x1\n");
  CHECK(table_of(OutputMode::table) ==
        "NAME  SIZE  OWNER\ngr\xc3\xbcn     5  -\nb     1234  0x1\n");
  const Json json = Json::parse(table_of(OutputMode::json));
  REQUIRE(json.size() == 2);
  CHECK(json[0] == Json{{"name", "gr\xc3\xbcn"}, {"size", 5}, {"owner", nullptr}});
}

TEST_CASE("no rows are an empty array, and nothing elsewhere") {
  for (const auto& [mode, text] : {std::pair{OutputMode::json, "[]\n"},
                                   {OutputMode::jsonl, ""},
                                   {OutputMode::table, ""},
                                   {OutputMode::plain, ""}}) {
    Paper paper(mode);
    { const Rows rows(paper.output, {{"name"}}); }
    CHECK(paper.out.str() == text);
  }
}

TEST_CASE("data is text where it is UTF-8, and base64 in JSON where it is not") {
  CHECK(to_json("text") == Json("text"));
  CHECK(to_json("\xff") == Json{{"base64", "/w=="}});
  CHECK(to_json(Blob::null()) == Json());
  CHECK(data_of(to_json("\xff")).value().text() == "\xff");
  CHECK(data_of(Json("text")).value().text() == "text");
  CHECK(data_of(Json()).value().is_null());
  CHECK_FALSE(data_of(Json("")).value().is_null());
  for (const Json& wrong : {Json(1), Json::object(), Json{{"base64", 1}}, Json{{"base64", "!"}},
                            Json{{"base64", "/w=="}, {"more", 1}}}) {
    CHECK_FALSE(data_of(wrong).ok());
  }
}

TEST_CASE("plain data ends with a newline, raw data does not") {
  Paper plain(OutputMode::plain);
  plain.output.data({}, std::string_view("a\0b", 3));
  CHECK(plain.out.str() == std::string("a\0b\n", 4));

  Paper raw(OutputMode::raw);
  raw.output.data({}, "hello");
  CHECK(raw.out.str() == "hello");
}

TEST_CASE("a terminal is spared control characters and binary data") {
  Paper terminal({}, true);
  terminal.output.data({}, "\x1b[2J");
  CHECK(terminal.out.str() == "\\x1b[2J\n");

  Paper binary({}, true);
  binary.output.data({}, "\xff");
  CHECK(binary.out.str() == "/w==\n");
  CHECK(binary.err.str().find("base64") != std::string::npos);
}

TEST_CASE("errors honour the mode and go to the error stream") {
  Paper plain(OutputMode::plain);
  plain.output.error({ErrorCode::no_node, "get /a: the node does not exist"}, "create it");
  CHECK(plain.out.str().empty());
  CHECK(plain.err.str() == "quorate: get /a: the node does not exist; create it\n");

  Paper json(OutputMode::jsonl);
  json.output.error({ErrorCode::no_node, "get /a"}, "");
  CHECK(Json::parse(json.err.str()) ==
        Json{{"error", {{"code", "no_node"}, {"number", -101}, {"text", "get /a"}}}});
}

TEST_CASE("remarks do not disturb programs") {
  Paper json(OutputMode::json);
  json.output.note("by the way");
  CHECK(json.err.str().empty());
}

TEST_CASE("progress is drawn on terminals only, after a while, and wiped") {
  const auto start = Progress::Clock::now();
  Paper terminal({}, true);
  {
    Progress progress(terminal.output, "nodes", 200);
    progress.update(10, start);
    CHECK(terminal.err.str().empty());
    progress.update(100, start + std::chrono::seconds(2));
    CHECK(terminal.err.str().find("50%") != std::string::npos);
    CHECK(terminal.err.str().find("100 nodes") != std::string::npos);
    const std::size_t drawn = terminal.err.str().size();
    progress.update(101, start + std::chrono::milliseconds(2050));
    CHECK(terminal.err.str().size() == drawn);
  }
  CHECK(terminal.err.str().ends_with("\r\x1b[K"));

  Paper pipe({}, false);
  Progress progress(pipe.output, "nodes");
  progress.update(100, start + std::chrono::seconds(2));
  CHECK(pipe.err.str().empty());
}

}  // namespace
}  // namespace quorate::cli
