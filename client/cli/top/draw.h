// The lines of `quorate top`, for a screen of some size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/top/model.h"

namespace quorate::cli {

/// Colour says how something is doing, and nothing else.
enum class Style : std::uint8_t { normal, heading, dim, good, warn, bad };

struct Span {
  std::string text;  ///< Printable.
  Style style = Style::normal;

  friend bool operator==(const Span&, const Span&) = default;
};
using Line = std::vector<Span>;

struct Size {
  std::size_t lines = 24;
  std::size_t columns = 80;
};

/// How a word for a state is to be read.
[[nodiscard]] Style style_of(std::string_view state);

/// At most `size.lines` lines, none wider than `size.columns`.
[[nodiscard]] std::vector<Line> draw(const TopModel& model, Size size, std::int64_t now_ms);

/// How many items have room.
[[nodiscard]] std::size_t item_lines(Size size);

[[nodiscard]] std::string text_of_line(const Line& line);

}  // namespace quorate::cli
