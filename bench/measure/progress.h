// A bar on a terminal for whatever takes more than two seconds.
#pragma once

#include <cstdint>
#include <string>

#include "bench/measure/clock.h"

namespace quorate::bench {

/// Draws on standard error, and only when that is a terminal; never faster than ten times a
/// second, nothing during the first two seconds. The destructor wipes the line.
class ProgressBar {
 public:
  ProgressBar(std::string label, double total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(double done);

 private:
  std::string label_;
  double total_;
  Nanoseconds begin_;
  Nanoseconds drawn_ = 0;
  bool is_terminal_;
};

}  // namespace quorate::bench
