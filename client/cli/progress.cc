#include "client/cli/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <utility>

namespace quorate::cli {
namespace {

constexpr std::chrono::milliseconds quiet_at_first{500};
constexpr std::chrono::milliseconds between_drawings{100};
constexpr std::size_t bar_width = 30;

std::string rate(std::uint64_t done, double seconds) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.0f/s",
                seconds > 0 ? static_cast<double>(done) / seconds : 0.0);
  return text.data();
}

}  // namespace

Progress::Progress(Output& output, std::string verb, std::uint64_t total)
    : output_(output), verb_(std::move(verb)), total_(total) {}

void Progress::update(std::uint64_t done, Clock::time_point now) {
  if (!output_.err_is_terminal() || now - start_ < quiet_at_first) return;
  if (visible_ && now - drawn_ < between_drawings) return;
  drawn_ = now;
  draw(done, std::chrono::duration<double>(now - start_).count());
}

void Progress::draw(std::uint64_t done, double seconds) {
  std::string line;
  if (total_ > 0) {
    const std::uint64_t shown = std::min(done, total_);
    const auto filled = static_cast<std::size_t>(shown * bar_width / total_);
    line = "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] " +
           std::to_string(shown * 100 / total_) + "% ";
  }
  line += std::to_string(done) + " " + verb_ + ", " + rate(done, seconds);
  output_.err() << "\r\x1b[K" << line << std::flush;
  visible_ = true;
}

void Progress::finish() {
  if (!std::exchange(visible_, false)) return;
  output_.err() << "\r\x1b[K" << std::flush;
}

}  // namespace quorate::cli
