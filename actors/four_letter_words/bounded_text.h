// Text of many lines that may not become too long.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace quorate {

/// What the lines of one answer may have together.
inline constexpr std::size_t answer_bytes_max = std::size_t{2} << 20;

/// Takes lines up to the first that does not fit.
class BoundedText {
 public:
  explicit BoundedText(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// One or more whole lines. False: it is cut, and nothing more is taken.
  bool add(std::string_view lines) {
    if (cut_) return false;
    const std::size_t room = bytes_max_ - text_.size();
    cut_ = lines.size() > room;
    // What fits of them; npos + 1 is none.
    if (cut_) lines = lines.substr(0, lines.substr(0, room).rfind('\n') + 1);
    text_ += lines;
    return !cut_;
  }
  [[nodiscard]] bool is_cut() const { return cut_; }

  /// With a last line that says so, if it is cut.
  [[nodiscard]] std::string take() {
    if (cut_) text_ += fmt::format("... cut behind {} bytes\n", text_.size());
    return std::move(text_);
  }

 private:
  std::size_t bytes_max_;
  bool cut_ = false;
  std::string text_;
};

}  // namespace quorate
