#include "client/cli/top/model.h"

#include <algorithm>
#include <array>

#include "client/admin/answer.h"
#include "client/cli/console/views.h"
#include "client/utf8.h"

namespace quorate::cli {
namespace {

constexpr std::array actor_sorts = {"wait",     "busy", "depth", "messages",
                                    "restarts", "age",  "name",  "id"};
constexpr std::array session_sorts = {"received", "sent",    "ephemerals", "watches",
                                      "heard",    "address", "session"};
constexpr std::array watch_sorts = {"watches", "name"};
constexpr std::size_t typed_bytes_max = 256;
constexpr std::size_t lines_max = 1000;

bool is_name(std::string_view sort) {
  return sort == "name" || sort == "id" || sort == "address" || sort == "session";
}

void set_sort(TopModel& model, std::size_t sort) {
  const auto sorts = plan_of(model.view).sorts;
  if (sorts.empty()) return;
  model.sort = sort % sorts.size();
  model.down = !is_name(sorts[model.sort]);
  model.first = 0;
}

/// A key while something is typed at the bottom.
bool press_in_prompt(TopModel& model, const Key& key) {
  switch (key.kind) {
    case KeyKind::text:
      if (model.typed.size() + key.text.size() <= typed_bytes_max) model.typed += key.text;
      return false;
    case KeyKind::erase:
      // A character may have several bytes.
      while (!model.typed.empty() &&
             (static_cast<unsigned char>(model.typed.back()) & 0xC0) == 0x80)
        model.typed.pop_back();
      if (!model.typed.empty()) model.typed.pop_back();
      return false;
    case KeyKind::enter: {
      const Prompt prompt = model.prompt;
      model.prompt = Prompt::none;
      model.first = 0;
      if (prompt == Prompt::search) {
        model.search = model.typed;
        return true;
      }
      const bool digits = !model.typed.empty() && model.typed.size() <= 3 &&
                          model.typed.find_first_not_of("0123456789") == std::string::npos;
      if (!digits && model.typed != "self" && !model.typed.empty()) {
        model.error = "a server is an id, or self";
        return false;
      }
      model.server = model.typed.empty() ? "self" : model.typed;
      model.answer = Json();
      return true;
    }
    case KeyKind::escape:
      model.prompt = Prompt::none;
      return false;
    default:
      return false;
  }
}

bool press_text(TopModel& model, char c) {
  if (c >= '1' && c <= '5') {
    open_view(model, static_cast<TopView>(c - '1'));
    return true;
  }
  switch (c) {
    case 'q':
      model.quit = true;
      return false;
    case 'h':
    case '?':
      model.help = !model.help;
      return false;
    case ' ':
      model.frozen = !model.frozen;
      return !model.frozen;
    case '/':
      if (!plan_of(model.view).searches) return false;
      model.prompt = Prompt::search;
      model.typed = model.search;
      return false;
    case 's':
      model.prompt = Prompt::server;
      model.typed.clear();
      return false;
    case '>':
      set_sort(model, model.sort + 1);
      return true;
    case '<':
      set_sort(model, model.sort + std::max<std::size_t>(1, plan_of(model.view).sorts.size()) - 1);
      return true;
    case 'r':
      model.down = !model.down;
      return true;
    default:
      return false;
  }
}

void scroll(TopModel& model, std::ptrdiff_t lines) {
  const auto count = static_cast<std::ptrdiff_t>(items_of(model).size());
  const auto first = static_cast<std::ptrdiff_t>(model.first) + lines;
  model.first = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(first, 0, std::max<std::ptrdiff_t>(0, count - 1)));
}

}  // namespace

const ViewPlan& plan_of(TopView view) {
  static const std::array<ViewPlan, 5> plans = {
      {{TopView::ensemble, "ensemble", "/ensemble", "servers", server_fields, {}, false},
       {TopView::actors, "actors", "/actors", "items", actor_fields, actor_sorts, true},
       {TopView::sessions, "sessions", "/sessions", "items", session_fields, session_sorts, true},
       {TopView::watches, "watches", "/watches", "items", watch_fields, watch_sorts, true},
       {TopView::slow, "slow", "/slow", "items", slow_fields, {}, false}}};
  return plans[static_cast<std::size_t>(view)];
}

std::optional<TopView> parse_top_view(std::string_view name) {
  for (int i = 0; i < 5; ++i) {
    const auto view = static_cast<TopView>(i);
    if (plan_of(view).name == name) return view;
  }
  return std::nullopt;
}

void open_view(TopModel& model, TopView view) {
  model.view = view;
  model.answer = Json();
  model.error.clear();
  model.search.clear();
  model.first = 0;
  model.help = false;
  model.sort = 0;
  set_sort(model, 0);
}

bool press(TopModel& model, const Key& key) {
  if (model.prompt != Prompt::none) return press_in_prompt(model, key);
  switch (key.kind) {
    case KeyKind::text:
      return key.text.size() == 1 && press_text(model, key.text.front());
    case KeyKind::tab:
      open_view(model, static_cast<TopView>((static_cast<int>(model.view) + 1) % 5));
      return true;
    case KeyKind::escape:
      model.help = false;
      return false;
    case KeyKind::up:
      scroll(model, -1);
      return false;
    case KeyKind::down:
      scroll(model, 1);
      return false;
    case KeyKind::page_up:
      scroll(model, -20);
      return false;
    case KeyKind::page_down:
      scroll(model, 20);
      return false;
    case KeyKind::home:
      model.first = 0;
      return false;
    default:
      return false;
  }
}

std::string target_of(const TopModel& model, std::size_t limit) {
  const ViewPlan& plan = plan_of(model.view);
  if (model.view == TopView::ensemble) return plan.path;
  admin::Query query;
  if (!plan.sorts.empty()) {
    query.emplace_back("sort", plan.sorts[model.sort]);
    query.emplace_back("order", model.down ? "down" : "up");
  }
  if (!model.search.empty()) query.emplace_back("search", model.search);
  query.emplace_back("limit",
                     std::to_string(std::clamp<std::size_t>(model.first + limit, 1, lines_max)));
  return admin::target_of("/servers/" + model.server + plan.path, query);
}

Json items_of(const TopModel& model) {
  const Json& items = admin::list_of(model.answer, plan_of(model.view).list);
  if (model.view == TopView::ensemble) return with_notes(items);
  if (model.view == TopView::slow) return with_stages(items, true);
  return items;
}

}  // namespace quorate::cli
