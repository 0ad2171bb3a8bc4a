// A line that moves, for what takes long.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "client/cli/output.h"

namespace quorate::cli {

/// On a terminal, after half a second: a bar when the total is known, otherwise a count, redrawn
/// at most ten times a second on the error stream. Elsewhere nothing.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// `verb` is what is counted: "deleted". `total` 0: unknown.
  Progress(Output& output, std::string verb, std::uint64_t total = 0);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done, Clock::time_point now = Clock::now());
  /// Wipes the line.
  void finish();

 private:
  void draw(std::uint64_t done, double seconds);

  Output& output_;
  std::string verb_;
  std::uint64_t total_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_;
  bool visible_ = false;
};

}  // namespace quorate::cli
