// What `quorate top` shows, and what a key makes of it. Knows neither terminal nor network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin/console_url.h"
#include "client/cli/console/fields.h"

namespace quorate::cli {

enum class TopView : std::uint8_t { ensemble, actors, sessions, watches, slow };

/// What one view asks for and shows.
struct ViewPlan {
  TopView view;
  const char* name;
  const char* path;  ///< Behind the server's; of the ensemble the whole.
  const char* list;  ///< Where in the answer the items are.
  Fields fields;
  std::span<const char* const> sorts;  ///< As the API calls them; empty: in the server's order.
  bool searches;
};
[[nodiscard]] const ViewPlan& plan_of(TopView view);
[[nodiscard]] std::optional<TopView> parse_top_view(std::string_view name);

/// A key, freed of the terminal's names for it.
enum class KeyKind : std::uint8_t {
  text,
  tab,
  enter,
  escape,
  erase,
  up,
  down,
  page_up,
  page_down,
  home
};
struct Key {
  KeyKind kind = KeyKind::text;
  std::string text;  ///< Of `text`: one character.
};

/// What is being typed at the bottom.
enum class Prompt : std::uint8_t { none, search, server };

struct TopModel {
  TopView view = TopView::ensemble;
  std::string server = "self";
  std::size_t sort = 0;  ///< In the plan's sorts.
  bool down = true;
  bool frozen = false;
  bool help = false;
  bool quit = false;
  std::string search;
  Prompt prompt = Prompt::none;
  std::string typed;
  std::size_t first = 0;  ///< The first line that is shown.

  Json answer;                   ///< Of the last request that succeeded; null before.
  std::string error;             ///< Of the last one, where it failed.
  std::int64_t asked_at_ms = 0;  ///< When `answer` came, by our clock.
};

/// Changes the model; true when what is shown must be asked for anew.
bool press(TopModel& model, const Key& key);

/// Opens a view with its default order.
void open_view(TopModel& model, TopView view);

/// The path and query that the view needs; `limit` lines are of interest.
[[nodiscard]] std::string target_of(const TopModel& model, std::size_t limit);

/// The items to show, with what is derived from them.
[[nodiscard]] Json items_of(const TopModel& model);

}  // namespace quorate::cli
