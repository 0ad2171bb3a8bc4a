// A terminal that whole screens are put onto. The only file that knows the library is its source.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "client/cli/top/draw.h"

namespace quorate::cli {

/// Takes the terminal over while it lives, and gives it back as it was. One at a time.
class Screen {
 public:
  /// Not every terminal can move its cursor: then nothing was taken over.
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] Size size() const;
  void show(const std::vector<Line>& lines);
  /// Nothing when none was pressed within `wait`, or the terminal has changed its size.
  [[nodiscard]] std::optional<Key> read_key(std::chrono::milliseconds wait);

 private:
  bool open_ = false;
};

}  // namespace quorate::cli
