#include "bench/measure/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace quorate::bench {

ProgressBar::ProgressBar(std::string label, double total)
    : label_(std::move(label)),
      total_(total),
      begin_(now_ns()),
      is_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (drawn_ != 0) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::show(double done) {
  const Nanoseconds now = now_ns();
  if (!is_terminal_ || now - begin_ < 2 * ns_per_s || now - drawn_ < ns_per_s / 10) return;
  drawn_ = now;
  constexpr int width = 40;
  const double part = total_ <= 0 ? 1 : std::clamp(done / total_, 0.0, 1.0);
  const int filled = static_cast<int>(part * width);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(width, '.');
  std::fprintf(stderr, "\r%s [%s] %3d %%", label_.c_str(), bar.c_str(),
               static_cast<int>(part * 100));
  std::fflush(stderr);
}

}  // namespace quorate::bench
