// The model and the lines of `top`, without a terminal.
#include <doctest/doctest.h>

#include "client/cli/text.h"
#include "client/cli/top/draw.h"
#include "client/cli/top/model.h"

namespace quorate::cli {
namespace {

Key text(const char* one) { return {KeyKind::text, one}; }

TopModel opened(TopView view) {
  TopModel model;
  open_view(model, view);
  return model;
}

TopModel with_actors(int count) {
  TopModel model = opened(TopView::actors);
  Json items = Json::array();
  for (int i = 0; i < count; ++i)
    items.push_back(
        {{"id", i}, {"name", "actor" + std::to_string(i)}, {"state", i == 0 ? "stuck" : "idle"}});
  model.answer = {{"total", count}, {"items", items}};
  return model;
}

std::string whole(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += text_of_line(line) + "\n";
  return text;
}

TEST_CASE("a digit or Tab opens another view, and what it needs is asked for anew") {
  TopModel model = opened(TopView::ensemble);
  CHECK(target_of(model, 20) == "/ensemble");
  CHECK(press(model, text("2")));
  CHECK(target_of(model, 20) == "/servers/self/actors?sort=wait&order=down&limit=20");
  CHECK(press(model, {KeyKind::tab, ""}));
  CHECK(model.view == TopView::sessions);
  model.view = TopView::slow;
  CHECK(press(model, {KeyKind::tab, ""}));
  CHECK(model.view == TopView::ensemble);
  CHECK_FALSE(press(model, text("9")));
}

TEST_CASE("sorting goes through all columns and round, names upwards") {
  TopModel model = opened(TopView::watches);
  CHECK(press(model, text(">")));
  CHECK(target_of(model, 5) == "/servers/self/watches?sort=name&order=up&limit=5");
  press(model, text("r"));
  CHECK(model.down);
  press(model, text(">"));
  press(model, text("<"));
  CHECK(target_of(model, 5).find("sort=name") != std::string::npos);
  TopModel ensemble = opened(TopView::ensemble);
  press(ensemble, text(">"));
  CHECK(target_of(ensemble, 5) == "/ensemble");
}

TEST_CASE("a search is typed, mended, and taken or left") {
  TopModel model = opened(TopView::actors);
  press(model, text("/"));
  for (const char* key : {"q", "\xc3\xa4", "x"}) CHECK_FALSE(press(model, text(key)));
  CHECK_FALSE(model.quit);
  press(model, {KeyKind::erase, ""});
  press(model, {KeyKind::erase, ""});
  CHECK(model.typed == "q");
  CHECK(press(model, {KeyKind::enter, ""}));
  CHECK(model.search == "q");
  press(model, text("/"));
  press(model, text("z"));
  press(model, {KeyKind::escape, ""});
  CHECK(model.search == "q");
  CHECK(target_of(model, 1).find("search=q") != std::string::npos);
}

TEST_CASE("a server is an id or self; anything else is refused") {
  TopModel model = opened(TopView::actors);
  const auto go = [&](const char* server) {
    press(model, text("s"));
    for (const char* c = server; *c != '\0'; ++c) press(model, text(std::string(1, *c).c_str()));
    return press(model, {KeyKind::enter, ""});
  };
  CHECK(go("2"));
  CHECK(model.server == "2");
  CHECK_FALSE(go("../x"));
  CHECK(model.server == "2");
  CHECK_FALSE(model.error.empty());
  CHECK(go(""));
  CHECK(model.server == "self");
}

TEST_CASE("frozen it asks for nothing, and says so") {
  TopModel model = with_actors(1);
  CHECK_FALSE(press(model, text(" ")));
  CHECK(whole(draw(model, {24, 80}, 0)).find("FROZEN") != std::string::npos);
  CHECK(press(model, text(" ")));
}

TEST_CASE("scrolling ends at both ends, and asks for as many items as are passed") {
  TopModel model = with_actors(5);
  press(model, {KeyKind::up, ""});
  CHECK(model.first == 0);
  press(model, {KeyKind::page_down, ""});
  CHECK(model.first == 4);
  CHECK(target_of(model, 20).find("limit=24") != std::string::npos);
  press(model, {KeyKind::home, ""});
  CHECK(model.first == 0);
}

TEST_CASE("a screen has its lines and columns, whatever its size") {
  TopModel model = with_actors(50);
  model.error = "no connection";
  for (const bool help : {false, true}) {
    model.help = help;
    for (std::size_t lines = 0; lines < 30; ++lines) {
      for (const std::size_t columns : {0U, 1U, 7U, 80U, 300U}) {
        CAPTURE(lines);
        CAPTURE(columns);
        const auto drawn = draw(model, {lines, columns}, 0);
        CHECK(drawn.size() == lines);
        for (const Line& line : drawn) CHECK(display_width(text_of_line(line)) <= columns);
      }
    }
  }
}

TEST_CASE("items are below their headings, from the first that is shown") {
  TopModel model = with_actors(50);
  model.first = 10;
  const auto lines = draw(model, {10, 200}, 0);
  CHECK(text_of_line(lines[0]).find("actors of server self  by wait down") != std::string::npos);
  CHECK(text_of_line(lines[2]).find("NAME") != std::string::npos);
  CHECK(text_of_line(lines[3]).find("actor10") != std::string::npos);
  CHECK(text_of_line(lines[8]).find("actor15") != std::string::npos);
  CHECK(text_of_line(lines[9]).find("q quit") != std::string::npos);
}

TEST_CASE("colour is for states alone") {
  const auto lines = draw(with_actors(2), {10, 200}, 0);
  int coloured = 0;
  for (const Span& span : lines[3])
    if (span.style != Style::normal) ++coloured;
  CHECK(coloured == 1);
  for (const Span& span : lines[4]) CHECK(span.style == Style::normal);
  CHECK(style_of("stuck") == Style::bad);
  CHECK(style_of("leading") == Style::good);
}

TEST_CASE("an answer that is old, or none, is said to be") {
  TopModel model = opened(TopView::actors);
  CHECK(whole(draw(model, {10, 80}, 0)).find("...") != std::string::npos);
  model = with_actors(1);
  model.asked_at_ms = 1000;
  CHECK(whole(draw(model, {10, 80}, 2000)).find("old") == std::string::npos);
  CHECK(whole(draw(model, {10, 80}, 61'000)).find("1.0 m old") != std::string::npos);
}

TEST_CASE("names of others cannot command the terminal, nor push columns aside") {
  TopModel model = with_actors(2);
  model.answer["items"][0]["name"] = "\x1b[2J\n\xe2\x80\xae\xc2\x9b\xff\xe6\xbc\xa2";
  model.error = "\x1b]0;x\x07";
  model.search = "\x1b[1m";
  const auto lines = draw(model, {10, 300}, 0);
  const std::string said = whole(lines);
  for (const char* raw : {"\x1b", "\x07", "\xe2\x80\xae", "\xc2\x9b", "\xff"})
    CHECK(said.find(raw) == std::string::npos);
  CHECK(said.find("\\x1b[2J\\n\\u{202e}\\u{9b}\\xff\xe6\xbc\xa2") != std::string::npos);
  const auto column = [](const Line& line, const char* word) {
    const std::string text = text_of_line(line);
    return display_width(text.substr(0, text.find(word)));
  };
  CHECK(column(lines[3], "stuck") == column(lines[4], "idle"));
}

TEST_CASE("answers of other types draw something") {
  for (const char* answer : {"7", "[]", R"({"items": 1})", R"({"items": [1, null, "x", [], {}]})",
                             R"({"servers": [1, {"status": 1}], "quorum": 1})"}) {
    for (int view = 0; view < 5; ++view) {
      TopModel model = opened(static_cast<TopView>(view));
      model.answer = Json::parse(answer);
      CHECK(draw(model, {20, 80}, 0).size() == 20);
    }
  }
}

}  // namespace
}  // namespace quorate::cli
