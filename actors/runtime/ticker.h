// An actor's regular tick.
#pragma once

#include <caf/actor_clock.hpp>
#include <caf/atom.hpp>
#include <caf/duration.hpp>
#include <chrono>
#include <cstdint>

namespace quorate {

/// Sends its actor (tick, generation) once per period. CAF's delayed messages cannot be cancelled
/// and keep their receiver in memory until they arrive, so each carries a generation, and those of
/// an earlier one are ignored.
///
///   ticker_.start(*this);                              // in make_behavior
///   [this](tick_a, std::uint64_t generation) {         // tick_a: the atom "tick"
///     if (!ticker_.is_current(generation)) return;
///     ...
///     ticker_.rearm(*this);                            // nothing comes without it
///   }
///
/// An actor that is ticking never ends by itself: send it an exit before its system is destroyed.
class Ticker {
 public:
  using Clock = caf::actor_clock::clock_type;

  /// REQUIRES: period > 0.
  explicit Ticker(std::chrono::nanoseconds period) : period_(period) {}

  /// The first tick comes after one period. Ticks of an earlier start become stale.
  template <class Actor>
  void start(Actor& self) {
    ++generation_;
    due_ = self.clock().now() + period_;
    schedule(self);
  }
  template <class Actor>
  void start(Actor* self) {
    start(*self);
  }

  /// Ticks on their way become stale.
  void stop() { ++generation_; }

  [[nodiscard]] bool is_current(std::uint64_t generation) const {
    return generation == generation_;
  }

  /// Asks for the next tick, one period after the last one was due, so that ticks do not drift.
  /// Ticks that were missed are skipped. REQUIRES: called once for each current tick.
  template <class Actor>
  void rearm(Actor& self) {
    const auto now = self.clock().now();
    due_ += period_;
    if (due_ < now) due_ = now + period_;
    schedule(self);
  }
  template <class Actor>
  void rearm(Actor* self) {
    rearm(*self);
  }

  /// How late the tick being handled came. REQUIRES: not yet rearmed.
  template <class Actor>
  [[nodiscard]] std::chrono::nanoseconds late(Actor& self) const {
    return self.clock().now() - due_;
  }

  [[nodiscard]] std::chrono::nanoseconds period() const { return period_; }

 private:
  using TickAtom = caf::atom_constant<caf::atom("tick")>;

  template <class Actor>
  void schedule(Actor& self) {
    self.delayed_send(&self, due_ - self.clock().now(), TickAtom::value, generation_);
  }

  std::chrono::nanoseconds period_;
  Clock::time_point due_{};
  std::uint64_t generation_ = 0;
};

}  // namespace quorate
