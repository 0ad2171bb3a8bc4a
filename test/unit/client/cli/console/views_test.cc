#include "client/cli/console/views.h"

#include <doctest/doctest.h>

#include <sstream>

namespace quorate::cli {
namespace {

std::string cell(const Json& value, Form form, bool for_people = true) {
  return cell_of(Json{{"x", value}}, {"x", "x", form}, for_people);
}

TEST_CASE("people get units, programs numbers") {
  CHECK(cell(1500, Form::us) == "1.5 ms");
  CHECK(cell(0, Form::us) == "0");
  CHECK(cell(90'000, Form::ms) == "1.5 m");
  CHECK(cell(3 << 20, Form::bytes) == "3.0 MiB");
  CHECK(cell(12.34, Form::percent) == "12.3%");
  CHECK(cell(0, Form::moment) == "1970-01-01T00:00:00.000Z");
  CHECK(cell(1500, Form::us, false) == "1500");
  CHECK(cell(0, Form::moment, false) == "0");
}

TEST_CASE("what is missing is a dash, and what has another type is shown as it is") {
  CHECK(cell(nullptr, Form::ms) == "-");
  CHECK(cell("", Form::text) == "-");
  CHECK(cell("soon", Form::ms) == "soon");
  CHECK(cell(Json::array({"a", "b"}), Form::text) == "a, b");
  CHECK(cell(Json::array({"a", "b"}), Form::text, false) == "a b");
  CHECK(cell(true, Form::flag) == "yes");
  CHECK(cell(-5, Form::bytes) == "-5");
  CHECK(cell(1e300, Form::moment) == "1e+300");
  CHECK(cell_of(Json(7), {"x", "x"}, true) == "-");
}

TEST_CASE("programs get the items whole, and others no line that a name forged") {
  const Json items = Json::array({{{"name", "a\nb\tc\x1b"}, {"more", 1}}});
  const Field fields[] = {{"name", "name"}, {"n", "more", Form::count}};
  for (const auto& [mode, text] :
       {std::pair{OutputMode::jsonl, std::string("{\"name\":\"a\\nb\\tc\\u001b\",\"more\":1}\n")},
        {OutputMode::plain, std::string("a\\nb\\tc\\x1b\t1\n")},
        {OutputMode::table, std::string("NAME         N\na\\nb\\tc\\x1b  1\n")}}) {
    std::ostringstream out;
    std::ostringstream err;
    Output output({out, err, false, false}, mode);
    print_items(output, items, fields);
    CHECK(out.str() == text);
  }
}

TEST_CASE("people are told that there is nothing, programs see it") {
  const Field fields[] = {{"name", "name"}, {"n", "more", Form::count}};
  for (const auto& [mode, said, remark] :
       {std::tuple{OutputMode::table, "", "quorate: nothing to list\n"},
        {OutputMode::plain, "", ""},
        {OutputMode::jsonl, "", ""},
        {OutputMode::json, "[]\n", ""}}) {
    std::ostringstream out;
    std::ostringstream err;
    Output output({out, err, false, false}, mode);
    print_items(output, Json::array(), fields);
    CHECK(out.str() == said);
    CHECK(err.str() == remark);
  }
}

Json actor(int id, Json parent) { return {{"id", id}, {"parent", std::move(parent)}}; }

std::string shape_of(const Json& tree) {
  std::string shape;
  for (const Json& row : tree)
    shape += std::string(row.value("indent", 0), '.') + std::to_string(row.value("id", 0)) + " ";
  return shape;
}

TEST_CASE("actors stand below their supervisors, each once") {
  CHECK(shape_of(as_tree({actor(1, nullptr), actor(2, 1), actor(3, 2), actor(4, 1)})) ==
        "1 .2 ..3 .4 ");
  CHECK(shape_of(as_tree({actor(2, 9), actor(3, 2)})) == "2 .3 ");
  CHECK(shape_of(as_tree(Json::array({actor(1, 1)}))) == "1 ");
  CHECK(shape_of(as_tree({actor(1, 2), actor(2, 1)})) == "1 .2 ");
}

TEST_CASE("a supervision as deep as the list is long is no danger") {
  Json chain = Json::array();
  for (int id = 0; id < 20'000; ++id) chain.push_back(actor(id, id - 1));
  CHECK(as_tree(chain).size() == 20'000);
}

TEST_CASE("what is new of a list, newest first, is what it has in front of the old one") {
  const auto fresh = [](const Json& before, const Json& now) { return newer_items(before, now); };
  CHECK(fresh({2, 1}, {4, 3, 2, 1}) == std::vector<Json>{4, 3});
  CHECK(fresh({3, 2, 1}, {4, 3, 2}) == std::vector<Json>{4});
  CHECK(fresh({2, 1}, {2, 1}).empty());
  CHECK(fresh(Json::array(), {1}) == std::vector<Json>{1});
  CHECK(fresh({2, 1}, {9, 8}) == std::vector<Json>{9, 8});
  CHECK(fresh({1}, Json::array()).empty());
}

TEST_CASE("a line of the log quotes what would be taken for more") {
  const Json line = {{"at_ms", 0},
                     {"level", "warn"},
                     {"component", "zab"},
                     {"event", "lost"},
                     {"fields", {{"n", 7}, {"why", "a b=\"c\""}, {"e", ""}}}};
  CHECK(log_text(line) ==
        "1970-01-01T00:00:00.000Z warn  zab lost n=7 why=\"a b=\\\"c\\\"\" e=\"\"");
  CHECK(log_text(Json()).starts_with("1970"));
}

TEST_CASE("stages stand behind each other, and notes of a server too") {
  const Json slow = {
      {{"stages", {{{"stage", "log"}, {"took_us", 1500}}, {{"stage", "apply"}, {"took_us", 3}}}}}};
  CHECK(with_stages(slow, true)[0]["stages_text"] == "log 1.5 ms, apply 3 us");
  CHECK(with_stages(slow, false)[0]["stages_text"] == "log 1500, apply 3");
  const Json server = {{{"observer", true}, {"status", {{"draining", true}, {"notes", {"hot"}}}}}};
  CHECK(with_notes(server)[0]["note"] == "observer; draining; hot");
}

}  // namespace
}  // namespace quorate::cli
