// Texts that say what happened and what to do may be longer than a value in the log is shown.
#pragma once

#include <string_view>
#include <utility>

#include "actors/log_line.h"

namespace quorate {

/// The text in two values for the log, cut where one of its sentences ends; the second one is empty
/// when the first holds it all. Nothing is lost of up to twice a value's length.
[[nodiscard]] inline std::pair<std::string_view, std::string_view> in_two_values(
    std::string_view text) {
  if (text.size() <= log_value_bytes_max) return {text, {}};
  constexpr std::string_view between = "; ";
  std::size_t end = text.rfind(between, log_value_bytes_max);
  const bool has_end = end != std::string_view::npos && end > 0;
  if (!has_end) end = log_value_bytes_max;
  return {text.substr(0, end), text.substr(has_end ? end + between.size() : end)};
}

}  // namespace quorate
