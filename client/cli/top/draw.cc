#include "client/cli/top/draw.h"

#include <algorithm>
#include <array>

#include "client/admin/answer.h"
#include "client/cli/text.h"

namespace quorate::cli {
namespace {

using admin::field;
using admin::integer_of;
using admin::text_of;

/// Title, summary, headings above; a line of keys below.
constexpr std::size_t fixed_lines = 4;
constexpr std::size_t column_width_max = 60;
constexpr std::int64_t stale_after_ms = 3000;

constexpr std::array help_lines = {
    "1-5, Tab   ensemble, actors, sessions, watches, slow requests",
    "< >        sort by another column; r turns the order",
    "/          show only what contains a text; empty shows all",
    "s          look at another server: its id, or self",
    "space      freeze, and go on",
    "arrows     scroll; PgUp, PgDn, Home",
    "h, ?       this help",
    "q          quit",
};

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::size_t used = display_width(text);
  if (used >= width) return text;
  const std::string space(width - used, ' ');
  return right ? space + text : text + space;
}

/// Cuts the spans where the screen ends.
Line fitted(const Line& line, std::size_t columns) {
  Line out;
  for (const Span& span : line) {
    if (columns == 0) break;
    Span part{clipped(span.text, columns), span.style};
    columns -= std::min(columns, display_width(part.text));
    out.push_back(std::move(part));
  }
  return out;
}

std::string count_text(const TopModel& model, const char* path, const char* what) {
  const auto number = integer_of(model.answer, path);
  return number ? std::to_string(*number) + " " + what + "  " : "";
}

/// One line about the whole.
Line summary_of(const TopModel& model) {
  if (model.answer.is_null()) return {{"...", Style::dim}};
  std::string text;
  switch (model.view) {
    case TopView::ensemble: {
      const bool has = admin::is_true(model.answer, "quorum.has");
      return {{has ? "quorum  " : "NO QUORUM  ", has ? Style::good : Style::bad},
              {printable_cell(text_of(model.answer, "quorum.text"))}};
    }
    case TopView::actors:
      text = count_text(model, "total", "actors") + count_text(model, "connections", "connections");
      break;
    case TopView::sessions:
      text = count_text(model, "total", "sessions");
      break;
    case TopView::watches:
      text = count_text(model, "watches", "watches") + count_text(model, "paths", "paths") +
             count_text(model, "sessions", "sessions");
      break;
    case TopView::slow:
      text = count_text(model, "slow", "above the threshold of") +
             count_text(model, "threshold_ms", "ms");
      break;
  }
  return {{text}};
}

Line title_of(const TopModel& model, std::int64_t now_ms) {
  const ViewPlan& plan = plan_of(model.view);
  std::string text = std::string("quorate top  ") + plan.name;
  if (model.view != TopView::ensemble) text += " of server " + printable_cell(model.server);
  if (!plan.sorts.empty())
    text += std::string("  by ") + plan.sorts[model.sort] + (model.down ? " down" : " up");
  if (!model.search.empty()) text += "  with \"" + printable_cell(model.search) + "\"";
  Line line{{text, Style::heading}};
  if (model.frozen) line.push_back({"  FROZEN", Style::warn});
  if (!model.answer.is_null() && !model.frozen && now_ms - model.asked_at_ms > stale_after_ms)
    line.push_back(
        {"  " + short_duration(static_cast<double>(now_ms - model.asked_at_ms) * 1000) + " old",
         Style::warn});
  if (!model.error.empty()) line.push_back({"  " + printable_cell(model.error), Style::bad});
  return line;
}

Line bottom_of(const TopModel& model) {
  if (model.prompt == Prompt::search) return {{"search: " + printable_cell(model.typed) + "_"}};
  if (model.prompt == Prompt::server) return {{"server: " + printable_cell(model.typed) + "_"}};
  return {{"1-5 view  < > r sort  / search  s server  space freeze  h help  q quit", Style::dim}};
}

/// Headings and the items that have room, in columns as wide as these need.
std::vector<Line> table_of(const TopModel& model, std::size_t room) {
  const Fields fields = plan_of(model.view).fields;
  const Json items = items_of(model);
  const std::size_t begin = std::min(model.first, items.size());
  const std::size_t end = std::min(items.size(), begin + room);
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  for (const Field& of : fields) widths.push_back(std::string_view(of.heading).size());
  for (std::size_t at = begin; at < end; ++at) {
    std::vector<std::string> row;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      row.push_back(clipped(printable_cell(cell_of(items[at], fields[i], true)), column_width_max));
      widths[i] = std::max(widths[i], display_width(row.back()));
    }
    cells.push_back(std::move(row));
  }
  std::vector<Line> lines(1);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string heading = fields[i].heading;
    std::transform(heading.begin(), heading.end(), heading.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    lines[0].push_back(
        {padded(heading, widths[i], is_number(fields[i].form)) + "  ", Style::heading});
  }
  for (const auto& row : cells) {
    Line line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool state = fields[i].form == Form::state;
      line.push_back({padded(row[i], widths[i], is_number(fields[i].form)) + "  ",
                      state ? style_of(row[i]) : Style::normal});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

Style style_of(std::string_view state) {
  constexpr std::array<std::string_view, 4> bad = {"stuck", "dead", "full", "left"};
  constexpr std::array<std::string_view, 4> warn = {"looking", "low", "read_only", "busy"};
  constexpr std::array<std::string_view, 4> good = {"leading", "following", "observing", "alone"};
  if (std::find(bad.begin(), bad.end(), state) != bad.end()) return Style::bad;
  if (std::find(warn.begin(), warn.end(), state) != warn.end()) return Style::warn;
  if (std::find(good.begin(), good.end(), state) != good.end()) return Style::good;
  return Style::normal;
}

std::size_t item_lines(Size size) {
  return size.lines > fixed_lines ? size.lines - fixed_lines : 0;
}

std::string text_of_line(const Line& line) {
  std::string text;
  for (const Span& span : line) text += span.text;
  return text;
}

std::vector<Line> draw(const TopModel& model, Size size, std::int64_t now_ms) {
  std::vector<Line> lines;
  lines.push_back(title_of(model, now_ms));
  lines.push_back(summary_of(model));
  if (model.help) {
    for (const char* line : help_lines) lines.push_back({{line}});
  } else {
    for (Line& line : table_of(model, item_lines(size))) lines.push_back(std::move(line));
  }
  if (size.lines == 0) return {};
  lines.resize(size.lines - 1);
  lines.push_back(bottom_of(model));
  for (Line& line : lines) line = fitted(line, size.columns);
  return lines;
}

}  // namespace quorate::cli
