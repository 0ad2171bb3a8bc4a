// How long clients' requests take, and which of them are worth a closer look.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/base/histogram.h"
#include "core/base/recent_histogram.h"

namespace quorate {

/// Whether a request that was answered is looked at closer.
enum class Look : std::uint8_t {
  none,
  slow,     ///< It took as long as the threshold, or longer.
  sampled,  ///< One of a few, chosen by chance.
};

/// Told of every reply by the I/O thread, at the cost of some nanoseconds; read by any thread.
class RequestGauge {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds threshold_default{100};
  /// So far apart are samples at least.
  static constexpr Milliseconds between_samples{200};

  /// `now` is of a monotonic clock.
  [[nodiscard]] Look on_reply(std::uint32_t took_us, bool is_write, Milliseconds now) {
    (is_write ? writes_ : reads_).record(took_us, now);
    if (took_us >= threshold_us_.load(std::memory_order_relaxed)) return Look::slow;
    ++seen_;
    if (now < due_) return Look::none;
    return choose(now);
  }

  /// What counts as slow from now on.
  void set_threshold(Milliseconds threshold) {
    constexpr Milliseconds most{600'000};
    const Milliseconds wanted = std::clamp(threshold, Milliseconds{1}, most);
    threshold_us_.store(static_cast<std::uint32_t>(wanted.count() * 1000),
                        std::memory_order_relaxed);
  }
  [[nodiscard]] Milliseconds threshold() const {
    return Milliseconds(threshold_us_.load(std::memory_order_relaxed) / 1000);
  }

  [[nodiscard]] const RecentHistogram& reads() const { return reads_; }
  [[nodiscard]] const RecentHistogram& writes() const { return writes_; }
  /// Of the last minute.
  [[nodiscard]] Histogram recent(Milliseconds now) const {
    Histogram all = reads_.recent(now);
    all.merge(writes_.recent(now));
    return all;
  }

 private:
  /// Not the first one that comes when a sample is due: that would always be the first reply to a
  /// batch, or the first after a pause. Under load some more are let pass, by chance.
  [[nodiscard]] Look choose(Milliseconds now) {
    constexpr std::uint32_t pass_max = 63;
    if (!chosen_) {
      chance_ = chance_ * 1'664'525U + 1'013'904'223U;
      pass_ = (chance_ >> 16U) % (std::min(seen_ / 4, pass_max) + 1);
      chosen_ = true;
    }
    if (pass_ > 0) {
      --pass_;
      return Look::none;
    }
    chosen_ = false;
    seen_ = 0;
    due_ = now + between_samples;
    return Look::sampled;
  }

  RecentHistogram reads_;
  RecentHistogram writes_;
  std::atomic<std::uint32_t> threshold_us_{
      static_cast<std::uint32_t>(threshold_default.count() * 1000)};
  // Of the I/O thread alone.
  Milliseconds due_{0};
  std::uint32_t seen_ = 0;  ///< Since the last sample.
  std::uint32_t chance_ = 1;
  std::uint32_t pass_ = 0;
  bool chosen_ = false;
};

}  // namespace quorate
